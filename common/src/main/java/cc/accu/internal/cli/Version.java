package cc.accu.internal.cli;

/** Which version of a program this is. */
public final class Version {
    private Version() {}

    /** The name, and the version that the manifest of the jar with {@code main} names. */
    public static String of(String program, Class<?> main) {
        String version = main.getPackage().getImplementationVersion();
        return program + " " + (version == null ? "(not from a jar)" : version);
    }
}
