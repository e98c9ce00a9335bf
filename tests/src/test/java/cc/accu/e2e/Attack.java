package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import cc.accu.testing.TestCertificates;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/** What strangers do to a server, for some seconds. */
enum Attack {
    /** Thousands of connections, each with a byte of a line now and then. */
    SLOWLORIS {
        @Override
        void on(Target target) throws Exception {
            try (Crowd crowd = Crowd.of(target.tcp(), 5000, Abuse.DRIBBLE)) {
                target.awaitConnections(5000);
                target.isServed();
            }
        }
    },
    /** Five thousand connections a second, each closed at once. */
    CONNECT_STORM {
        @Override
        void on(Target target) throws Exception {
            storm(target, 10_000, "");
        }
    },
    /** The same with something unread in it. */
    RESET_STORM {
        @Override
        void on(Target target) throws Exception {
            storm(target, 5000, "some line\nand half of");
        }
    },
    /** Lines that never end. */
    ENDLESS_LINES {
        @Override
        void on(Target target) throws Exception {
            try (Crowd crowd = Crowd.of(target.tcp(), 10, Abuse.ENDLESS)) {
                target.isServed();
                pause(1000);
                target.isServed();
            }
        }
    },
    /** What is no text, and what is for others, on every port. */
    GIBBERISH {
        @Override
        void on(Target target) throws Exception {
            for (Endpoint port : List.of(target.tcp(), target.unix())) {
                for (String each : gibberish()) {
                    isAnswered(port, each);
                }
            }
        }
    },
    /** Who is gone, and whose machine never says so. */
    HALF_OPEN {
        @Override
        void on(Target target) throws Exception {
            List<RawPeer> gone = new ArrayList<>();
            try {
                for (int i = 0; i < 500; i++) {
                    gone.add(RawPeer.connect(target.impatient()).sends("half of a line"));
                }
                for (RawPeer peer : gone) {
                    peer.hearsUntilClosed();
                }
                target.awaitConnections(0);
            } finally {
                for (RawPeer peer : gone) {
                    peer.close();
                }
            }
        }
    },
    /** Lines without end, and unread acknowledgements, all at once. */
    CROWD {
        @Override
        void on(Target target) throws Exception {
            try (Crowd crowd = Crowd.of(target.tcp(), 400, Abuse.FLOOD, Abuse.DEAF, Abuse.UNFINISHED, Abuse.DRIBBLE)) {
                pause(1000);
                target.isServed();
            }
        }
    },
    /** Handshakes of TLS that stop half-way, each at another byte, and never go on. */
    HALF_HANDSHAKES {
        @Override
        void on(Target target) throws Exception {
            byte[] hello = TestCertificates.clientHello();
            List<RawPeer> half = new ArrayList<>();
            try {
                for (int i = 0; i < 2000; i++) {
                    half.add(RawPeer.connect(below(target.tls()))
                            .sends(ByteBuffer.wrap(hello, 0, 1 + i % hello.length)));
                }
                target.isServed();
                target.awaitConnections(0);
            } finally {
                for (RawPeer peer : half) {
                    peer.close();
                }
            }
        }
    },
    /** What is no TLS on a port where it is spoken, whole and cut, before a handshake and instead of its end. */
    GIBBERISH_FOR_TLS {
        @Override
        void on(Target target) throws Exception {
            byte[] hello = TestCertificates.clientHello();
            for (String each : gibberish()) {
                isAnswered(below(target.tls()), each);
                isAnswered(below(target.tls()), new String(hello, ISO_8859_1) + each);
            }
        }
    },
    /** One handshake after the other, each broken off when it is done. */
    HANDSHAKE_STORM {
        @Override
        void on(Target target) throws Exception {
            for (int i = 0; i < 300; i++) {
                RawPeer.connect(target.tls()).sends("half of a line").resets();
            }
            target.isServed();
        }
    },
    /** TLS 1.3 lets a sender ask for new keys as often as it likes; this one does not read what it gets. */
    KEY_UPDATES {
        @Override
        void on(Target target) throws Exception {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            try (Socket below = new Socket()) {
                below.setReceiveBufferSize(4 * 1024);
                below.connect(
                        new InetSocketAddress(target.tls().host(), target.tls().port()));
                SSLSocket socket = (SSLSocket) TestCertificates.AUTHORITY
                        .clientContext()
                        .getSocketFactory()
                        .createSocket(below, target.tls().host(), target.tls().port(), false);
                socket.setEnabledProtocols(new String[] {"TLSv1.3"});
                changeKeys(socket, end);
            }
        }
    };

    /** Until then, or until the server has had enough. */
    private static void changeKeys(SSLSocket socket, long end) {
        try {
            while (System.nanoTime() < end) {
                socket.startHandshake();
            }
        } catch (IOException ended) {
            // It need not go on for ever.
        }
    }

    private static Endpoint below(Endpoint.Tcp tls) {
        return new Endpoint.Tcp(Endpoint.Network.TCP, tls.host(), tls.port());
    }

    /** A server that is attacked. */
    interface Target {
        Endpoint.Tcp tcp();

        Endpoint unix();

        /** A port with TLS, where a handshake has to be done soon. */
        Endpoint.Tcp tls();

        /** A port where who says nothing is soon ended. */
        Endpoint impatient();

        /** A sender that has just come is served. */
        void isServed() throws IOException;

        /** Waits until there are so many connections of strangers. */
        void awaitConnections(int count);
    }

    abstract void on(Target target) throws Exception;

    private static void storm(Target target, int count, String sent) throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            RawPeer.connect(target.tcp()).sends(sent).resets();
            long due = start + TimeUnit.SECONDS.toNanos(i) / 5000;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        target.awaitConnections(0); // who comes now is behind all of them
        target.isServed();
    }

    /** Or turned away, which is an answer as well. */
    private static boolean isAnswered(Endpoint port, String latin) {
        try (RawPeer peer = RawPeer.connect(port)) {
            peer.sends(ByteBuffer.wrap(latin.getBytes(ISO_8859_1))).endsInput().hearsUntilClosed();
            return true;
        } catch (IOException turnedAway) {
            return false;
        }
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static List<String> gibberish() {
        List<String> all = new ArrayList<>(List.of(
                "",
                "\0",
                "\n",
                "accu/1 session=1\n",
                "accu/1\r",
                "\26\3\1\2\0\1\0\1\374\3\3" + "\0".repeat(500),
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\r\n\r\n\0\r\nQUIT\n\41\21\0\14",
                "SSH-2.0-scan\r\n",
                "\u00ff\u00fe\u0001".repeat(3000)));
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(20_000)];
            random.nextBytes(noise);
            all.add(new String(noise, ISO_8859_1));
        }
        return all;
    }
}
