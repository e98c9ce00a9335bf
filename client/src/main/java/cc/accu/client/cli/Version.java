package cc.accu.client.cli;

/** The version that the jar's manifest names. */
final class Version {
    private Version() {}

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "accu client " + (version == null ? "(not from a jar)" : version);
    }
}
