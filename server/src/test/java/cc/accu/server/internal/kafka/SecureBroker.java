package cc.accu.server.internal.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A broker that asks who is there, and lets nobody do what was not allowed to him. One listener is open, to the
 * administrator.
 */
public final class SecureBroker implements AutoCloseable {
    /** Of the user {@link #USER}, and of all keys. */
    public static final String PASSWORD = "sesame-29f1";

    public static final String USER = "User:accu";
    public static final String CERTIFICATE = "User:CN=accu-client";

    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required";
    private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    /** A way in. */
    public enum Listener {
        OPEN("PLAINTEXT"),
        SASL("SASL_PLAINTEXT"),
        TLS("SSL"),
        SASL_TLS("SASL_SSL");

        private final String protocol;

        Listener(String protocol) {
            this.protocol = protocol;
        }

        /** The name is no other's beginning: names of properties have it. */
        private String listenerName() {
            return "L" + name().replace("_", "");
        }
    }

    private final Path directory;
    private final Map<Listener, Integer> ports = new EnumMap<>(Listener.class);
    private final int controller;
    private final BrokerProcess broker;

    /** @param directory for keys and data */
    public SecureBroker(Path directory) throws Exception {
        this.directory = directory;
        int[] free = BrokerProcess.freePorts(Listener.values().length + 1);
        for (Listener one : Listener.values()) {
            ports.put(one, free[ports.size()]);
        }
        this.controller = free[ports.size()];
        List<Process> keys = List.of(makeKey("broker"), makeKey("client"));
        for (Process key : keys) {
            if (key.waitFor() != 0) {
                throw new IOException(new String(key.getInputStream().readAllBytes(), UTF_8));
            }
        }
        trust("client");
        trust("broker");
        this.broker = new BrokerProcess(
                        directory.resolve("broker"),
                        port(Listener.OPEN),
                        properties(),
                        List.of("SCRAM-SHA-512=[name=accu,password=" + PASSWORD + "]"))
                .start()
                .awaitReady();
    }

    private Process makeKey(String owner) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-J-XX:TieredStopAtLevel=1",
                        "-alias",
                        owner,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=accu-" + owner,
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys(owner),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
    }

    private String keys(String owner) {
        return directory.resolve(owner + ".p12").toString();
    }

    private String trusted(String owner) {
        return directory.resolve(owner + "-trusted.p12").toString();
    }

    /** Makes a store with the certificate alone of who has that key. */
    private void trust(String owner) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(keys(owner)))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry(owner, keys.getCertificate(owner));
        try (OutputStream out = Files.newOutputStream(Path.of(trusted(owner)))) {
            certificates.store(out, PASSWORD.toCharArray());
        }
    }

    private int port(Listener listener) {
        return Objects.requireNonNull(ports.get(listener));
    }

    private Map<String, String> properties() {
        StringBuilder listeners = new StringBuilder("CONTROLLER://127.0.0.1:" + controller);
        StringBuilder protocols = new StringBuilder("CONTROLLER:PLAINTEXT");
        Map<String, String> all = new HashMap<>();
        for (Listener one : Listener.values()) {
            listeners
                    .append(',')
                    .append(one.listenerName())
                    .append("://127.0.0.1:")
                    .append(port(one));
            protocols.append(',').append(one.listenerName()).append(':').append(one.protocol);
            String prefix = "listener.name." + one.listenerName().toLowerCase(Locale.ROOT) + ".";
            all.put(prefix + "scram-sha-512.sasl.jaas.config", SCRAM + ";");
            all.put(prefix + "plain.sasl.jaas.config", PLAIN + " user_accu=\"" + PASSWORD + "\";");
            all.put(prefix + "ssl.client.auth", one == Listener.TLS ? "required" : "none");
        }
        all.put("process.roles", "broker,controller");
        all.put("node.id", "0");
        all.put("controller.quorum.voters", "0@127.0.0.1:" + controller);
        all.put("controller.listener.names", "CONTROLLER");
        all.put("listeners", listeners.toString());
        all.put("listener.security.protocol.map", protocols.toString());
        all.put("inter.broker.listener.name", Listener.OPEN.listenerName());
        all.put("sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN");
        all.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        all.put("super.users", "User:ANONYMOUS");
        all.put("auto.create.topics.enable", "false");
        all.putAll(keysOf("broker", "client"));
        return all;
    }

    /** The properties for a key of that owner, who trusts the other. */
    private Map<String, String> keysOf(String owner, String other) {
        Map<String, String> all = new HashMap<>(trusting(other));
        all.put("ssl.keystore.type", "PKCS12");
        all.put("ssl.keystore.location", keys(owner));
        all.put("ssl.keystore.password", PASSWORD);
        return all;
    }

    private Map<String, String> trusting(String other) {
        return Map.of(
                "ssl.truststore.type",
                "PKCS12",
                "ssl.truststore.location",
                trusted(other),
                "ssl.truststore.password",
                PASSWORD);
    }

    /** What a client needs to know the broker, and nothing to be known by. */
    public Map<String, String> trustingTheBroker() {
        return trusting("broker");
    }

    /** What a client needs to know the broker, and to be known as {@link #CERTIFICATE}. */
    public Map<String, String> withCertificate() {
        return keysOf("client", "broker");
    }

    /** The properties of a user with a password. */
    public static Map<String, String> login(String mechanism, String password) {
        String module = mechanism.equals("PLAIN") ? PLAIN : SCRAM;
        return Map.of(
                "sasl.mechanism",
                mechanism,
                "sasl.jaas.config",
                module + " username=\"accu\" password=\"" + password + "\";");
    }

    /** As an address has it. */
    public String server(Listener listener) {
        return "127.0.0.1:" + port(listener);
    }

    /** Makes a topic on which that is allowed to the user. */
    public void topic(String name, String user, AclOperation... allowed) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(2), Optional.empty())))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        for (AclOperation one : allowed) {
            allow(name, user, one);
        }
    }

    public void allow(String topic, String user, AclOperation operation) throws Exception {
        try (Admin admin = admin()) {
            admin.createAcls(List.of(right(topic, user, operation))).all().get(30, TimeUnit.SECONDS);
        }
    }

    public void forbid(String topic, String user, AclOperation operation) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteAcls(List.of(right(topic, user, operation).toFilter()))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static AclBinding right(String topic, String user, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry(user, "*", operation, AclPermissionType.ALLOW));
    }

    /** The lines in a topic now, a partition after the other. */
    public List<String> read(String topic) {
        List<String> lines = new ArrayList<>();
        KafkaCluster.read(server(Listener.OPEN), topic, line -> lines.add(new String(line.value(), UTF_8)));
        return lines;
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", server(Listener.OPEN)));
    }

    @Override
    public void close() {
        broker.close();
    }
}
