package cc.accu.server.cli;

/** The version that the jar's manifest names. */
final class Version {
    private Version() {}

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "accu server " + (version == null ? "(not from a jar)" : version);
    }
}
