package cc.accu.client;

import java.time.Duration;

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
