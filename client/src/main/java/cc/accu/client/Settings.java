package cc.accu.client;

import java.time.Duration;

/**
 * What a client was told.
 *
 * @param connectTimeout positive
 * @param writeTimeout zero for none
 * @param closeTimeout positive
 * @param windowBytes how much may wait to be written
 */
record Settings(
        Duration connectTimeout,
        Duration writeTimeout,
        Duration closeTimeout,
        long windowBytes,
        WhenFull whenFull,
        boolean preferNative) {
    Settings {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("the connect timeout must be positive, for example 10s");
        }
        if (writeTimeout.isNegative()) {
            throw new IllegalArgumentException("the write timeout is zero, for none, or positive, for example 30s");
        }
        if (closeTimeout.isNegative() || closeTimeout.isZero()) {
            throw new IllegalArgumentException("the close timeout must be positive, for example 10s");
        }
        if (windowBytes < 1) {
            throw new IllegalArgumentException("the window must have at least 1 byte: " + windowBytes);
        }
    }
}
