package cc.accu.server.internal.kafka;

import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.line.Origin;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.SinkOptions;
import cc.accu.server.internal.format.LineFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The topic that an address names, and how lines become its records. Knows no class of the Kafka client.
 *
 * @param servers brokers to begin with, each as {@code host:port}
 * @param topic its name, or a pattern with {@code {listener}} in it
 * @param create how to make a topic that is not there; empty to refuse it
 * @param deadLetters where lines go that Kafka refuses
 * @param spool where lines are stored first, if they are
 */
public record KafkaAddress(
        List<String> servers,
        String topic,
        Key key,
        LineFormat.Kind format,
        Optional<NewTopic> create,
        FileAddress deadLetters,
        Optional<SpoolPlace> spool) {
    private static final String EXAMPLE = "kafka://broker-1:9092,broker-2:9092/topic";
    private static final String LISTENER = "{listener}";
    private static final String DEFAULT_PORT = ":9092";
    private static final String DEAD_LETTERS = "accu-dead-letters.log";
    private static final long SPOOL_BYTES = 1024L * 1024 * 1024;
    private static final int LONGEST_TOPIC = 249;
    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:@/\\s]+)(:\\d{1,5})?");
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]+");

    /** What the records of lines that keep their order have in common. */
    public enum Key {
        /** Who sends: one sender's lines keep their order, over all of its connections. */
        SENDER,
        /** One connection of a sender. */
        CONNECTION,
        /** Nothing: there is no order, and any partition will do. */
        NONE;

        static Key parse(String name) {
            for (Key key : values()) {
                if (key.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return key;
                }
            }
            throw new IllegalArgumentException("it is sender, connection or none");
        }

        /** Of lines from there; empty for none. */
        Optional<String> of(Origin origin) {
            return switch (this) {
                case SENDER -> Optional.of(origin.subject().orElseGet(origin::host));
                case CONNECTION -> Optional.of(origin.peer());
                case NONE -> Optional.empty();
            };
        }
    }

    /**
     * A topic that is to be made.
     *
     * @param partitions empty for what the cluster makes by itself; so is {@code replicas}
     */
    public record NewTopic(Optional<Integer> partitions, Optional<Short> replicas) {}

    /**
     * A directory for lines that Kafka does not have yet.
     *
     * @param mostBytes what its files may take
     */
    public record SpoolPlace(Path directory, long mostBytes) {}

    /**
     * Reads what follows {@code kafka:}.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static KafkaAddress parse(String text, Optional<String> query) {
        SinkOptions options = new SinkOptions(
                "kafka",
                query,
                "key=sender|connection|none",
                "format=raw|text|json",
                "topic={listener}",
                "create=true",
                "partitions=12",
                "replicas=3",
                "dead-letters=/var/log/accu/refused.log",
                "spool=/var/lib/accu/spool",
                "spool-size=1GiB");
        int slash = text.indexOf('/', 2);
        if (!text.startsWith("//") || slash < 0) {
            throw new IllegalArgumentException(
                    "'kafka:" + text + "': it names brokers and a topic, for example " + EXAMPLE);
        }
        Optional<SpoolPlace> spool = parseSpool(options);
        return new KafkaAddress(
                parseServers(text.substring(2, slash)),
                parseTopic(TypedText.percentDecoded(
                        options.one("topic", topic -> topic).orElse(text.substring(slash + 1)))),
                options.one("key", Key::parse).orElse(Key.SENDER),
                options.one("format", LineFormat.Kind::parse).orElse(LineFormat.Kind.RAW),
                parseCreate(options),
                options.one("dead-letters", path -> FileAddress.parse(path, Optional.empty()))
                        .orElseGet(() -> deadLettersBeside(spool)),
                spool);
    }

    private static Optional<SpoolPlace> parseSpool(SinkOptions options) {
        Optional<Path> directory = options.one("spool", path -> TypedText.path(TypedText.percentDecoded(path)));
        Optional<Long> mostBytes = options.one("spool-size", Quantities::bytes);
        if (directory.isEmpty() && mostBytes.isPresent()) {
            throw new IllegalArgumentException(
                    "spool-size of the sink kafka is for a spool; add spool=/var/lib/accu/spool");
        }
        return directory.map(path -> new SpoolPlace(path, mostBytes.orElse(SPOOL_BYTES)));
    }

    private static FileAddress deadLettersBeside(Optional<SpoolPlace> spool) {
        String path = spool.map(place -> place.directory().resolve(DEAD_LETTERS).toString())
                .orElse(DEAD_LETTERS);
        return FileAddress.parse(path, Optional.empty());
    }

    private static List<String> parseServers(String text) {
        List<String> servers = new ArrayList<>();
        for (String server : text.split(",", -1)) {
            if (server.contains("@")) {
                throw new IllegalArgumentException(
                        "an address of Kafka holds no password, as it is logged; put it into a file for --kafka-config");
            }
            if (!SERVER.matcher(server).matches()) {
                throw new IllegalArgumentException("'" + server + "' is no broker; write host:port, as in " + EXAMPLE);
            }
            servers.add(server.matches(".*:\\d+$") && !server.endsWith("]") ? server : server + DEFAULT_PORT);
        }
        return List.copyOf(servers);
    }

    private static String parseTopic(String topic) {
        String filled = topic.replace(LISTENER, "listener");
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("the topic is missing; for example " + EXAMPLE);
        }
        if (!TOPIC.matcher(filled).matches()
                || filled.equals(".")
                || filled.equals("..")
                || topic.length() > LONGEST_TOPIC) {
            throw new IllegalArgumentException("'" + topic + "' cannot be a topic: it has letters, digits, '.', '_' and"
                    + " '-', at most " + LONGEST_TOPIC + ", and may have " + LISTENER + " in it");
        }
        return topic;
    }

    private static Optional<NewTopic> parseCreate(SinkOptions options) {
        boolean create = options.one("create", KafkaAddress::parseBoolean).orElse(false);
        Optional<Integer> partitions = options.one("partitions", text -> count(text, 100_000));
        Optional<Short> replicas =
                options.one("replicas", text -> count(text, Short.MAX_VALUE)).map(Integer::shortValue);
        if (!create && (partitions.isPresent() || replicas.isPresent())) {
            throw new IllegalArgumentException(
                    "partitions and replicas of the sink kafka are for a new topic; add create=true");
        }
        return create ? Optional.of(new NewTopic(partitions, replicas)) : Optional.empty();
    }

    private static boolean parseBoolean(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("it is true or false");
        }
        return text.equals("true");
    }

    private static int count(String text, int most) {
        long count = Quantities.count(text);
        if (count < 1 || count > most) {
            throw new IllegalArgumentException("it is 1 to " + most);
        }
        return (int) count;
    }

    /** Whether each listener has a topic of its own. */
    boolean hasTopicForEachListener() {
        return topic.contains(LISTENER);
    }

    /** The topic of lines from that listener: what its name has and a topic's may not is a dash. */
    String topicOf(String listener) {
        if (!hasTopicForEachListener()) {
            return topic;
        }
        String name = listener.replaceAll("[^a-zA-Z0-9._-]+", "-").replaceAll("^-|-$", "");
        String filled = topic.replace(LISTENER, name);
        return filled.substring(0, Math.min(filled.length(), LONGEST_TOPIC));
    }

    /** Without the options: the name in logs. */
    @Override
    public String toString() {
        return "kafka://" + String.join(",", servers) + "/" + topic;
    }
}
