package cc.accu.testing;

import cc.accu.transport.TlsOptions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** An authority for tests, which gives certificates. Any thread. */
public final class TestCertificates {
    /** The one that tests have in common. */
    public static final TestCertificates AUTHORITY = new TestCertificates("CN=authority");

    private final X509Bundle root;
    private final X509Bundle localhost;

    private final Map<BigInteger, Instant> revoked = new ConcurrentHashMap<>();

    public TestCertificates(String subject) {
        this(made(() -> authority(subject).buildSelfSigned()));
    }

    private TestCertificates(X509Bundle root) {
        this.root = root;
        this.localhost = issue("CN=localhost", TestCertificates::ofThisHost);
    }

    private static CertificateBuilder authority(String subject) {
        return new CertificateBuilder().ecp256().subject(subject).setIsCertificateAuthority(true);
    }

    /** An authority that has its certificate of this one. */
    public TestCertificates intermediate(String subject) {
        return new TestCertificates(made(() -> authority(subject).buildIssuedBy(root)));
    }

    private interface Making<T> {
        T make() throws Exception;
    }

    private static <T> T made(Making<T> making) {
        try {
            return making.make();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Gives out a certificate. */
    public X509Bundle issue(String subject, UnaryOperator<CertificateBuilder> more) {
        return made(() -> more.apply(new CertificateBuilder()
                        .ecp256()
                        .subject(subject)
                        .notAfter(Instant.now().plus(Duration.ofDays(100))))
                .buildIssuedBy(root));
    }

    /** The name and the address of this machine for itself. */
    public static CertificateBuilder ofThisHost(CertificateBuilder builder) {
        return builder.addSanDnsName("localhost").addSanIpAddress("127.0.0.1");
    }

    public X509Certificate root() {
        return root.getCertificate();
    }

    /** The certificate of the authority, in a file. */
    public Path rootFile(Path directory) {
        return write(directory.resolve("ca.pem"), root.getCertificatePEM());
    }

    /** What the authority has revoked by now, in a file. */
    public Path revocationsFile(Path directory) {
        return revocationsFile(directory, Instant.now().plus(Duration.ofDays(10)));
    }

    /** The same, which is to be followed by another list then. */
    public Path revocationsFile(Path directory, Instant next) {
        return made(() -> {
            byte[] list =
                    encoded("CertificateList", root, Instant.now().minus(Duration.ofDays(1)), next, revoked.entrySet());
            return Files.write(directory.resolve("crl.der"), encoded("Signed", list, root));
        });
    }

    /** Netty can make lists, and lets others have only those that are over as they are made. */
    private static byte[] encoded(String type, Object... arguments) throws ReflectiveOperationException {
        Class<?> kind = Class.forName(CertificateBuilder.class.getPackageName() + "." + type);
        Constructor<?> constructor = Arrays.stream(kind.getDeclaredConstructors())
                .filter(each -> each.getParameterCount() == arguments.length)
                .findFirst()
                .orElseThrow();
        constructor.setAccessible(true);
        Object made = constructor.newInstance(arguments);
        Method encoder = Arrays.stream(kind.getDeclaredMethods())
                .filter(each -> each.getName().equals("getEncoded"))
                .findFirst()
                .orElseThrow();
        encoder.setAccessible(true);
        // One that signs takes a provider of algorithms; null is any.
        return (byte[]) encoder.invoke(made, new Object[encoder.getParameterCount()]);
    }

    /** Revokes one that it has given out. */
    public void revoke(X509Bundle certificate) {
        revoked.put(
                certificate.getCertificate().getSerialNumber(), Instant.now().minusSeconds(60));
    }

    /** A server on this machine. */
    public TlsOptions server(Path directory) {
        return options(directory, "server", localhost);
    }

    /** A server on this machine that wants certificates of this authority. */
    public TlsOptions askingServer(Path directory) {
        return server(directory).withAuthorities(rootFile(directory));
    }

    /** A client that trusts this authority, and has nothing to show. */
    public TlsOptions client(Path directory) {
        return TlsOptions.DEFAULT.withAuthorities(rootFile(directory));
    }

    /** A client with a certificate of this authority. */
    public TlsOptions client(Path directory, String subject) {
        return options(directory, "client", issue(subject, builder -> builder)).withAuthorities(rootFile(directory));
    }

    /** The files of a certificate and its key. */
    public static TlsOptions options(Path directory, String name, X509Bundle bundle) {
        Path chain = write(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM());
        Path key = write(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM());
        return TlsOptions.DEFAULT.withCertificate(chain).withKey(key);
    }

    /** The JDK's TLS for a client that trusts this authority. */
    public SSLContext clientContext() {
        return clientContext(this);
    }

    /** The same for a client that shows a certificate, whatever authority it is asked for. */
    public SSLContext clientContext(X509Bundle own) {
        return clientContext(this, new KeyManager[] {new Showing(own)});
    }

    private static final class Showing extends X509ExtendedKeyManager {
        private final X509Bundle own;

        Showing(X509Bundle own) {
            this.own = own;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return own.getCertificatePath();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.getKeyPair().getPrivate();
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            throw new UnsupportedOperationException();
        }
    }

    /** The JDK's TLS for a client that trusts this authority and another. */
    public SSLContext clientContext(TestCertificates other) {
        return clientContext(other, new KeyManager[0]);
    }

    private SSLContext clientContext(TestCertificates other, KeyManager[] own) {
        return made(() -> {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("one", root());
            trusted.setCertificateEntry("other", other.root());
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            context.init(own, factory.getTrustManagers(), null);
            return context;
        });
    }

    /** What the JDK's TLS says first. */
    public static byte[] clientHello() {
        return made(() -> {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 1);
            engine.setUseClientMode(true);
            engine.beginHandshake();
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            return Arrays.copyOf(out.array(), out.position());
        });
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
