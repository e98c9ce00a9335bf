package cc.accu.reliability;

import java.util.Random;

/**
 * How a connection through the proxy ends.
 *
 * @param kind what both sides see
 * @param atByteToServer behind that many bytes of the sender's
 * @param atByteToSender or behind that many of the server's
 * @param holdMillis how long a black hole lasts
 */
record Cut(Kind kind, long atByteToServer, long atByteToSender, int holdMillis) {
    private static final int LONGEST_TO_SERVER = 500_000;
    private static final int LONGEST_TO_SENDER = 1_000;
    private static final int LONGEST_HOLD_MILLIS = 400;

    /** What a handshake of TLS takes, in either direction. */
    private static final int HANDSHAKE = 1_200;

    /** What both sides see. */
    enum Kind {
        FIN,
        RST,
        BLACK_HOLE
    }

    static Cut never() {
        return new Cut(Kind.FIN, Long.MAX_VALUE, Long.MAX_VALUE, 0);
    }

    /** Over TLS, half of them are behind the handshake. */
    static Cut by(Random random, Carrier carrier) {
        int percent = random.nextInt(100);
        Kind kind = percent < 3 ? Kind.BLACK_HOLE : percent < 40 ? Kind.FIN : Kind.RST;
        boolean toServer = random.nextInt(3) > 0;
        int behind = carrier == Carrier.TLS && random.nextBoolean() ? HANDSHAKE : 0;
        return new Cut(
                kind,
                toServer ? behind + anyByte(random, LONGEST_TO_SERVER) : Long.MAX_VALUE,
                toServer ? Long.MAX_VALUE : behind + anyByte(random, LONGEST_TO_SENDER),
                random.nextInt(LONGEST_HOLD_MILLIS));
    }

    /** As likely below 10 as between 10 and 100, and so on. */
    private static long anyByte(Random random, int most) {
        return (long) Math.pow(most, random.nextDouble());
    }
}
