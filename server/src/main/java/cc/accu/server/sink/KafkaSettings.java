package cc.accu.server.sink;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/**
 * What sinks on Kafka are told beside their addresses. Immutable; each method gives another one.
 *
 * @param properties of a producer, by the names that Kafka has for them, security included
 * @param brokerWait how long {@link Sinks.Address#open} may wait for brokers that cannot be reached
 */
public record KafkaSettings(Map<String, String> properties, Duration brokerWait) {
    /** None, and no waiting. */
    public static final KafkaSettings DEFAULT = new KafkaSettings(Map.of(), Duration.ZERO);

    public KafkaSettings {
        properties = Map.copyOf(properties);
        if (brokerWait.isNegative()) {
            throw new IllegalArgumentException("the time to wait for Kafka is zero, for none, or positive");
        }
    }

    /** The same with this property, which replaces one of that name. */
    public KafkaSettings with(String name, String value) {
        return with(Map.of(name, value));
    }

    /** The same with these properties, which replace those of the same names. */
    public KafkaSettings with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(properties);
        all.putAll(more);
        return new KafkaSettings(all, brokerWait);
    }

    /**
     * The same with the properties in a file, as the tools of Kafka take it. Blocking.
     *
     * @throws IllegalArgumentException if it cannot be read, with a message for the person who named it
     */
    public KafkaSettings withFile(Path file) {
        Properties read = new Properties();
        try (Reader text = Files.newBufferedReader(file)) {
            read.load(text);
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException("there is no file " + file, missing);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new IllegalArgumentException(
                    "cannot read " + file + " as properties, a line each: "
                            + (unreadable instanceof java.nio.file.AccessDeniedException
                                    ? "permission denied"
                                    : unreadable.getMessage()),
                    unreadable);
        }
        Map<String, String> more = new HashMap<>();
        read.stringPropertyNames().forEach(name -> more.put(name, read.getProperty(name)));
        return with(more);
    }

    public KafkaSettings waiting(Duration time) {
        return new KafkaSettings(properties, time);
    }

    /** The names of the properties only: some values are secret. */
    @Override
    public String toString() {
        return "KafkaSettings[" + String.join(", ", new TreeSet<>(properties.keySet())) + "; wait " + brokerWait + "]";
    }
}
