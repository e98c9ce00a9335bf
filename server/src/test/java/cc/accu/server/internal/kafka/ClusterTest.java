package cc.accu.server.internal.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClusterTest {
    private static final int UNSUPPORTED_VERSION = 35;
    private static final int METADATA = 3;
    private static final int API_VERSIONS = 18;

    /** There is none to be had any more: what it says to begin with is enough. */
    @Test
    void saysThatBrokersAreTooOld() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            new Thread(() -> beOldBroker(listener), "old-broker").start();
            KafkaAddress address =
                    KafkaAddress.parse("//127.0.0.1:" + listener.getLocalPort() + "/lines", Optional.empty());
            Cluster cluster = new Cluster(address, new ProducerSettings(address, Map.of()));
            assertThatThrownBy(() -> cluster.await(Duration.ofSeconds(20))) // of which a busy machine needs some
                    .isInstanceOf(KafkaProblem.class)
                    .hasMessageContaining("the brokers are too old for this client")
                    .hasMessageContaining("it needs Kafka 2.1 or newer");
        }
    }

    /** The server is told to end while it starts. */
    @Test
    void waitsForNoAnswerOnceItIsInterrupted() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            KafkaAddress address =
                    KafkaAddress.parse("//127.0.0.1:" + silent.getLocalPort() + "/lines", Optional.empty());
            Cluster cluster = new Cluster(address, new ProducerSettings(address, Map.of()));
            Thread start = new Thread(() -> assertThatThrownBy(() -> cluster.await(Duration.ofMinutes(1)))
                    .isInstanceOf(KafkaProblem.class));
            start.start();
            try (Socket looks = silent.accept();
                    Socket asks = silent.accept()) {
                assertThat(asks.getInputStream().read()).isNotNegative();
                start.interrupt();
                start.join(2000);
                assertThat(start.isAlive()).isFalse();
                assertThat(looks.isConnected()).isTrue();
            }
        }
    }

    private static void beOldBroker(ServerSocket listener) {
        try {
            while (true) {
                Socket client = listener.accept();
                new Thread(() -> answer(client), "old-broker-connection").start();
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void answer(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            while (true) {
                answer(in, out);
            }
        } catch (IOException ended) {
            // The next one, if there is any.
        }
    }

    /** Answers each request with what it speaks: metadata, as Kafka 0.8 had it. */
    private static void answer(DataInputStream in, DataOutputStream out) throws IOException {
        byte[] rest = new byte[in.readInt() - 8];
        in.readShort();
        int version = in.readShort();
        int correlation = in.readInt();
        in.readFully(rest);
        out.writeInt(4 + 2 + 4 + 2 * 6);
        out.writeInt(correlation);
        out.writeShort(version == 0 ? 0 : UNSUPPORTED_VERSION);
        out.writeInt(2);
        for (int key : new int[] {METADATA, API_VERSIONS}) {
            out.writeShort(key);
            out.writeShort(0);
            out.writeShort(0);
        }
        out.flush();
    }
}
