package cc.accu.server.internal.kafka;

import cc.accu.internal.text.TypedText;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The properties that producers and administrators are made with: ours, what was typed, and what must be so. Immutable. */
final class ProducerSettings {
    private static final int MOST_BUFFER_BYTES = 32 * 1024 * 1024;
    private static final int HEAP_PART = 16;
    private static final int MOST_IN_FLIGHT = 5;
    private static final String HIDDEN = "[hidden]";

    /** A line of the usual longest length, and what is with it. */
    private static final int REQUEST_BYTES = (1024 + 64) * 1024;

    /** What a record has beside its line: key, headers, lengths. */
    private static final int BESIDE_LINE_BYTES = 2 * 1024;

    /** Of a secret value: also half of a password that was written in a wrong way is a secret. */
    private static final Pattern PART = Pattern.compile("[^\\s\"'=;]{3,}");

    private static final Set<String> NO_SECRETS = Set.of("required", "username", "password");

    private final Map<String, Object> producer = new HashMap<>();
    private final Map<String, String> typed;
    private final ProducerConfig checked;

    /**
     * @param typed any properties of a producer
     * @throws IllegalArgumentException with a message for the person who typed them, and without their secrets
     */
    ProducerSettings(KafkaAddress address, Map<String, String> typed) {
        this.typed = Map.copyOf(typed);
        typed.keySet().forEach(ProducerSettings::checkKnown);
        producer.put(ProducerConfig.CLIENT_ID_CONFIG, "accu");
        producer.put(ProducerConfig.LINGER_MS_CONFIG, "5");
        producer.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(128 * 1024));
        producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(REQUEST_BYTES));
        long heapPart = Runtime.getRuntime().maxMemory() / HEAP_PART;
        producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.min(MOST_BUFFER_BYTES, heapPart)));
        // A broker that has nothing of a producer yet takes its second request while it is not ready for the first, and
        // then refuses the first for ever: its lines are out of order, or never there.
        producer.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        // A record that waits has its place in the order of its sender: it is not given up.
        producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(Integer.MAX_VALUE));
        producer.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "5000");
        producer.putAll(typed);
        require(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", address.servers()));
        require(ProducerConfig.ACKS_CONFIG, "all");
        require(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        require(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        require(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        try {
            this.checked = new ProducerConfig(producer);
        } catch (ConfigException wrong) {
            throw new IllegalArgumentException(withoutSecrets(String.valueOf(wrong.getMessage())), wrong);
        }
        checkValues();
    }

    private static void checkKnown(String name) {
        if (name.equals(ProducerConfig.TRANSACTIONAL_ID_CONFIG)) {
            throw new IllegalArgumentException(name + " cannot be set: accu sends without transactions");
        }
        Collection<String> known = ProducerConfig.configNames();
        // A plug-in has properties of its own: only what looks like a slip is one.
        if (!known.contains(name) && !AdminClientConfig.configNames().contains(name)) {
            TypedText.nearest(name, known).ifPresent(near -> {
                throw new IllegalArgumentException("Kafka knows no property " + name + "; did you mean " + near + "?");
            });
        }
    }

    private void require(String name, String value) {
        Object given = producer.put(name, value);
        if (given != null && !value.equals(given) && !(name.equals("acks") && given.equals("-1"))) {
            throw new IllegalArgumentException(
                    name.equals(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)
                            ? "the brokers stand in the address; take " + name + " out of the properties"
                            : name + " must be " + value + ", so that what is acknowledged is not lost; take it out");
        }
    }

    private void checkValues() {
        if (checked.getInt(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION) > MOST_IN_FLIGHT) {
            throw new IllegalArgumentException("max.in.flight.requests.per.connection is at most 5, for the order");
        }
        if (bufferBytes() < mostRequestBytes()) {
            throw new IllegalArgumentException("buffer.memory, " + bufferBytes() + " bytes, is less than"
                    + " max.request.size, " + mostRequestBytes());
        }
    }

    Map<String, Object> producer() {
        return Map.copyOf(producer);
    }

    /** For asking the cluster: what is not about producing, and answers in {@code timeoutMillis}. */
    Map<String, Object> admin(int timeoutMillis) {
        Set<String> known = new HashSet<>(AdminClientConfig.configNames());
        Map<String, Object> admin = new HashMap<>();
        producer.forEach((name, value) -> {
            if (known.contains(name) || !ProducerConfig.configNames().contains(name)) {
                admin.put(name, value);
            }
        });
        admin.put(AdminClientConfig.CLIENT_ID_CONFIG, "accu-start");
        admin.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMillis);
        admin.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMillis);
        return admin;
    }

    long bufferBytes() {
        return checked.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG);
    }

    /** After that long it is looked into why nothing became of a line: a request would have timed out. */
    long stuckNanos() {
        return TimeUnit.MILLISECONDS.toNanos(checked.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG));
    }

    int mostRequestBytes() {
        return checked.getInt(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    }

    /** The longest line that surely fits into a request. */
    int mostLineBytes() {
        return mostRequestBytes() - BESIDE_LINE_BYTES;
    }

    /** What we speak to the brokers. */
    String securityProtocol() {
        return checked.getString(AdminClientConfig.SECURITY_PROTOCOL_CONFIG);
    }

    /** The text, without what nobody may read in a log. */
    String withoutSecrets(String text) {
        String safe = text;
        for (Map.Entry<String, String> property : typed.entrySet()) {
            ConfigDef.ConfigKey key = ProducerConfig.configDef().configKeys().get(property.getKey());
            boolean secret = key == null || key.type == ConfigDef.Type.PASSWORD;
            if (secret && !property.getValue().isBlank()) {
                safe = safe.replace(property.getValue(), HIDDEN);
                for (Matcher part = PART.matcher(property.getValue()); part.find(); ) {
                    boolean known =
                            NO_SECRETS.contains(part.group()) || part.group().endsWith("LoginModule");
                    safe = known ? safe : safe.replace(part.group(), HIDDEN);
                }
            }
        }
        return safe;
    }
}
