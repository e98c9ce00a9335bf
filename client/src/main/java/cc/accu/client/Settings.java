package cc.accu.client;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a client was told.
 *
 * @param connectTimeout positive
 * @param writeTimeout zero for none
 * @param closeTimeout zero for not waiting
 * @param windowBytes how much may wait to be written, or to be acknowledged
 * @param acks what to do about acknowledgements
 */
record Settings(
        Duration connectTimeout,
        Duration writeTimeout,
        Duration closeTimeout,
        long windowBytes,
        WhenFull whenFull,
        boolean preferNative,
        Acks acks) {
    private static final int LARGEST_SHARE_OF_MEMORY = 4;

    Settings {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("the connect timeout must be positive, for example 10s");
        }
        checkZeroOrMore("write", writeTimeout);
        checkZeroOrMore("close", closeTimeout);
        if (windowBytes < 1) {
            throw new IllegalArgumentException("the window must have at least 1 byte: " + windowBytes);
        }
    }

    /**
     * A window that fits into the memory of this process.
     *
     * @param asked for, in bytes; empty for the usual one, or a fair share of the memory
     */
    static long affordableWindow(OptionalLong asked, long usual) {
        long affordable = Runtime.getRuntime().maxMemory();
        long window = asked.orElse(Math.min(usual, affordable / LARGEST_SHARE_OF_MEMORY));
        if (window > affordable) {
            throw new IllegalArgumentException("a window of " + window + " bytes does not fit into the " + affordable
                    + " bytes of memory that this process may have");
        }
        return window;
    }

    /**
     * What a client was told about acknowledgements.
     *
     * @param wanted whether there are any
     * @param timeout without an ack while one is due; zero for none
     * @param retryTimeout without progress over all connections; zero for none
     */
    record Acks(boolean wanted, Duration timeout, Duration retryTimeout) {
        Acks {
            checkZeroOrMore("ack", timeout);
            checkZeroOrMore("retry", retryTimeout);
        }
    }

    private static void checkZeroOrMore(String name, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "the " + name + " timeout is zero, for none, or positive, for example 30s");
        }
    }
}
