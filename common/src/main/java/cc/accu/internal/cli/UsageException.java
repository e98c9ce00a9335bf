package cc.accu.internal.cli;

/** A command was not typed as it should be; the message is for the person who typed it. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }

    /** Says what {@code wrong} says, after {@code about}. */
    public UsageException(String about, IllegalArgumentException wrong) {
        super(about + wrong.getMessage(), wrong);
    }

    /** Throws one that says {@code rule}, unless what was typed is right. */
    public static void check(boolean right, String rule) {
        if (!right) {
            throw new UsageException(rule);
        }
    }
}
