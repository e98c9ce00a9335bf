package cc.accu.server.internal.kafka;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks, before the first line comes, whether there is a cluster that takes it, and says what is wrong. Blocking. */
final class Cluster implements Forwarder.TopicCheck {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /** Connecting, and three questions, in less than ten seconds. */
    private static final int CONNECT_MILLIS = 1500;

    private static final int MOST_TRIED = 2;
    private static final int ANSWER_MILLIS = 3000;

    private static final long RETRY_MILLIS = 300;

    private final KafkaAddress address;
    private final ProducerSettings settings;

    Cluster(KafkaAddress address, ProducerSettings settings) {
        this.address = address;
        this.settings = settings;
    }

    /** Somebody who asks, and does not wait at the end for what is not answered: whoever is interrupted has no time. */
    private record Questions(Admin admin) implements AutoCloseable {
        @Override
        public void close() {
            admin.close(Duration.ZERO);
        }
    }

    private Questions ask() {
        return new Questions(Admin.create(settings.admin(ANSWER_MILLIS)));
    }

    /**
     * Looks again and again until brokers are there, for so long at most; for what does not pass, it does not wait. Makes
     * the topic if that was asked for. What topics listeners have is not known yet.
     */
    void await(Duration wait) throws KafkaProblem {
        long deadline = System.nanoTime() + wait.toNanos();
        for (boolean told = false; ; told = true) {
            try {
                look();
                return;
            } catch (KafkaProblem problem) {
                if (!problem.mayPass()) {
                    throw problem;
                }
                if (System.nanoTime() - deadline >= 0) {
                    throw problem.with(wait.isZero() ? " To wait for them, give --kafka-wait 2m" : "");
                }
                if (!told) {
                    LOG.warn("{}: {} Waits for them.", address, problem.getMessage());
                }
                pause(problem);
            }
        }
    }

    private static void pause(KafkaProblem problem) throws KafkaProblem {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw problem;
        }
    }

    /** Looks once, whether brokers are there, and makes the topic if that was asked for. */
    void look() throws KafkaProblem {
        look(address.hasTopicForEachListener() ? List.of() : List.of(address.topic()));
    }

    @Override
    public void look(String topic) throws KafkaProblem {
        look(List.of(topic));
    }

    @Override
    public boolean isInSync(String topic) {
        try (Questions questions = ask()) {
            return describe(questions.admin, topic).partitions().stream()
                    .allMatch(partition ->
                            partition.isr().size() == partition.replicas().size());
        } catch (ExecutionException | KafkaException notNow) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void look(List<String> topics) throws KafkaProblem {
        connect();
        try (Questions questions = ask()) {
            Admin admin = questions.admin;
            int brokers = admin.describeCluster().nodes().get().size();
            for (String topic : topics) {
                look(admin, topic, brokers);
            }
        } catch (ExecutionException failure) {
            throw new Diagnosis(address, settings).of(failure.getCause() == null ? failure : failure.getCause());
        } catch (KafkaException | IllegalArgumentException failure) {
            throw new Diagnosis(address, settings).of(failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new KafkaProblem("interrupted");
        }
    }

    /** Finds out what the client does not tell: that nobody listens there, or that there is no such host. */
    private void connect() throws KafkaProblem {
        StringBuilder problems = new StringBuilder();
        for (String server : address.servers()
                .subList(0, Math.min(MOST_TRIED, address.servers().size()))) {
            try {
                connect(server);
                return;
            } catch (IOException failure) {
                problems.append(problems.isEmpty() ? "" : "; ")
                        .append(server)
                        .append(": ")
                        .append(why(failure));
            }
        }
        if (address.servers().size() <= MOST_TRIED) {
            throw new KafkaProblem(
                    "cannot connect to " + problems + "; is the address right, and do the brokers run?",
                    true,
                    new ConnectException(problems.toString()));
        }
    }

    private static void connect(String server) throws IOException {
        int colon = server.lastIndexOf(':');
        String host = server.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(server.substring(colon + 1));
        InetSocketAddress broker = new InetSocketAddress(host, port);
        if (broker.isUnresolved()) {
            throw new UnknownHostException(host);
        }
        try (Socket socket = new Socket()) {
            socket.connect(broker, CONNECT_MILLIS);
        }
    }

    private static String why(IOException failure) {
        if (failure instanceof UnknownHostException) {
            return "no such host";
        }
        if (failure instanceof SocketTimeoutException) {
            return "no answer";
        }
        if (failure instanceof NoRouteToHostException) {
            return "no route to that host";
        }
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("refused") ? "connection refused" : message;
    }

    private void look(Admin admin, String topic, int brokers)
            throws ExecutionException, InterruptedException, KafkaProblem {
        TopicDescription found;
        try {
            found = describe(admin, topic);
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw failure;
            }
            create(admin, topic, brokers);
            found = describe(admin, topic);
        }
        Set<AclOperation> allowed = found.authorizedOperations();
        if (allowed != null && !allowed.isEmpty() && !allowed.contains(AclOperation.WRITE)) {
            throw new KafkaProblem(
                    "this user may not write to the topic " + topic + "; " + KafkaProblem.howToAllow(topic));
        }
        noteReplicas(admin, topic, found);
    }

    /** A topic that was made a moment ago is not known by every broker yet. */
    private static TopicDescription describe(Admin admin, String topic)
            throws ExecutionException, InterruptedException {
        try {
            return describe(admin, topic, new DescribeTopicsOptions().includeAuthorizedOperations(true));
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof UnsupportedVersionException)) {
                throw failure;
            }
            return describe(admin, topic, new DescribeTopicsOptions()); // one that does not tell who may do what
        }
    }

    private static TopicDescription describe(Admin admin, String topic, DescribeTopicsOptions options)
            throws ExecutionException, InterruptedException {
        return Objects.requireNonNull(admin.describeTopics(List.of(topic), options)
                .allTopicNames()
                .get()
                .get(topic));
    }

    private void create(Admin admin, String topic, int brokers)
            throws ExecutionException, InterruptedException, KafkaProblem {
        KafkaAddress.NewTopic wanted = address.create()
                .orElseThrow(() -> new KafkaProblem("there is no topic " + topic + "; make it: kafka-topics --create"
                        + " --topic " + topic + " --partitions 12 --replication-factor " + Math.min(3, brokers)
                        + ", or add create=true to the address"));
        if (wanted.replicas().orElse((short) 1) > brokers) {
            throw new KafkaProblem("the topic " + topic + " cannot have "
                    + wanted.replicas().orElseThrow() + " replicas: the cluster has " + brokers + " brokers");
        }
        try {
            admin.createTopics(List.of(new NewTopic(topic, wanted.partitions(), wanted.replicas())))
                    .all()
                    .get();
            LOG.warn("{}: has made the topic {}", address, topic);
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) {
                throw failure;
            }
        }
        awaitKnown(admin, topic);
    }

    private static void awaitKnown(Admin admin, String topic) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
        while (true) {
            try {
                describe(admin, topic);
                return;
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof UnknownTopicOrPartitionException)
                        || System.nanoTime() - deadline >= 0) {
                    throw failure;
                }
                Thread.sleep(50);
            }
        }
    }

    /** Says what weakens the promise that lines are replicated. */
    private void noteReplicas(Admin admin, String topic, TopicDescription found) throws InterruptedException {
        int replicas = found.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
        if (replicas < 2) {
            LOG.warn("{}: note: topic {} has one replica; its lines are as safe as that broker", address, topic);
            return;
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config config = Objects.requireNonNull(
                    admin.describeConfigs(List.of(resource)).all().get().get(resource));
            if (config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG).value().equals("1")) {
                LOG.warn(
                        "{}: note: topic {} has min.insync.replicas=1: while other brokers are away, one has to do for"
                                + " an acknowledgement; with 2 lines wait instead",
                        address,
                        topic);
            }
        } catch (ExecutionException notAllowedToLook) {
            LOG.debug("{}: cannot see the settings of topic {}", address, topic, notAllowedToLook);
        }
    }
}
