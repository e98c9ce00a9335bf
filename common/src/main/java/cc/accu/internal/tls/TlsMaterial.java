package cc.accu.internal.tls;

import cc.accu.internal.transport.Reason;
import cc.accu.transport.TlsOptions;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CRLException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * Who one is and whom one trusts, read from the files that {@link TlsOptions} name.
 *
 * @param identity the own key and certificates
 * @param authorities those that are trusted; empty for those that the JVM trusts
 * @param revocations what they have revoked; empty if nobody asks
 */
public record TlsMaterial(Optional<Identity> identity, List<X509Certificate> authorities, List<X509CRL> revocations) {
    private static final byte DER_SEQUENCE = 0x30;
    private static final byte[] SAMPLE = {1};

    /**
     * A key and its certificates.
     *
     * @param chain the own one first
     */
    public record Identity(PrivateKey key, List<X509Certificate> chain) {
        /** The own certificate. */
        public X509Certificate certificate() {
            return chain.get(0);
        }
    }

    /**
     * Reads the files. Blocking.
     *
     * @throws IOException with the file, what is wrong with it, and what to do
     */
    public static TlsMaterial read(TlsOptions options) throws IOException {
        char[] password = {};
        if (options.password().isPresent()) {
            password = password(options.password().get());
        }
        Optional<Identity> identity = Optional.empty();
        if (options.certificate().isPresent()) {
            identity = Optional.of(identity(options.certificate().get(), options.key(), password));
        }
        List<X509Certificate> authorities = List.of();
        if (options.authorities().isPresent()) {
            authorities = about(options.authorities().get(), "authorities", TlsMaterial::certificates);
        }
        List<X509CRL> revocations = List.of();
        if (options.revocations().isPresent()) {
            if (authorities.isEmpty()) {
                throw new IOException("what authorities have revoked ("
                        + options.revocations().get() + ") is of no use without the authorities; name their file too");
            }
            revocations = about(options.revocations().get(), "revocations", TlsMaterial::revocations);
        }
        return new TlsMaterial(identity, authorities, revocations);
    }

    /**
     * Makes TLS trust the authorities, but for what they have revoked.
     *
     * @throws IOException if it cannot
     */
    public void trust(SslContextBuilder builder) throws IOException {
        if (revocations.isEmpty()) {
            builder.trustManager(authorities);
            return;
        }
        try {
            PKIXBuilderParameters rules = new PKIXBuilderParameters(
                    authorities.stream()
                            .map(each -> new TrustAnchor(each, null))
                            .collect(Collectors.toSet()),
                    new X509CertSelector());
            rules.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(revocations)));
            rules.setRevocationEnabled(true); // by these lists alone: no network is asked unless the JVM is told to
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(rules));
            builder.trustManager(factory);
        } catch (GeneralSecurityException wrong) {
            throw new IOException("TLS cannot use the authorities: " + wrong.getMessage(), wrong);
        }
    }

    /** What the files of {@code options} are now: it is the same as before, unless one of them has changed. Blocking. */
    public static List<String> filesOf(TlsOptions options) {
        return Stream.of(
                        options.certificate(),
                        options.key(),
                        options.password(),
                        options.authorities(),
                        options.revocations())
                .flatMap(Optional::stream)
                .map(TlsMaterial::stateOf)
                .toList();
    }

    /** Of what the name leads to: it may be a symbolic link that leads elsewhere now, which no directory tells of. */
    private static String stateOf(Path file) {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return is.fileKey() + " " + is.size() + " " + is.lastModifiedTime();
        } catch (IOException gone) {
            return "not there";
        }
    }

    private static Identity identity(Path file, Optional<Path> keyFile, char[] password) throws IOException {
        Identity identity = about(file, "certificate", bytes -> {
            if (bytes.length > 0 && bytes[0] == DER_SEQUENCE) {
                return fromStore(bytes, password);
            }
            List<X509Certificate> chain = certificates(bytes);
            PrivateKey key = keyFile.isEmpty()
                    ? key(bytes, password)
                    : about(keyFile.get(), "key", keyBytes -> key(keyBytes, password));
            return new Identity(key, chain);
        });
        checkOrder(identity.chain(), file);
        checkPair(identity, file, keyFile.orElse(file));
        return identity;
    }

    private static Identity fromStore(byte[] bytes, char[] password) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), password);
            for (String alias : Collections.list(store.aliases())) {
                Key key = store.getKey(alias, password);
                Certificate[] chain = store.getCertificateChain(alias);
                if (key instanceof PrivateKey own && chain != null) {
                    List<X509Certificate> all = new ArrayList<>();
                    for (Certificate each : chain) {
                        all.add((X509Certificate) each);
                    }
                    return new Identity(own, all);
                }
            }
            throw new IOException("there is no key in it");
        } catch (IOException wrong) {
            if (!(wrong.getCause() instanceof GeneralSecurityException)) {
                throw wrong;
            }
            throw new IOException(
                    password.length == 0
                            ? "it is locked by a password; name a file with that"
                            : "the password does not fit it (or it is no PKCS#12 store)",
                    wrong);
        } catch (GeneralSecurityException wrong) {
            throw new IOException("it cannot be read (" + wrong.getMessage() + ")", wrong);
        }
    }

    private static PrivateKey key(byte[] bytes, char[] password) throws IOException {
        for (PemFile.Block block : PemFile.of(bytes).blocks()) {
            if (block.isKey()) {
                return PrivateKeys.of(block, password);
            }
        }
        throw new IOException("there is no key in it: it should have a line -----BEGIN PRIVATE KEY-----");
    }

    private static List<X509Certificate> certificates(byte[] bytes) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (PemFile.Block block : PemFile.of(bytes).blocks()) {
                if (block.type().endsWith("CERTIFICATE")) {
                    all.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.bytes())));
                }
            }
        } catch (CertificateException damaged) {
            throw new IOException("its certificate is damaged (" + damaged.getMessage() + ")", damaged);
        }
        if (all.isEmpty()) {
            throw new IOException("there is no certificate in it: it should have a line -----BEGIN CERTIFICATE-----");
        }
        return all;
    }

    private static List<X509CRL> revocations(byte[] bytes) throws IOException {
        List<X509CRL> all = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            if (bytes.length > 0 && bytes[0] == DER_SEQUENCE) {
                all.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(bytes)));
            }
            for (PemFile.Block block : PemFile.of(bytes).blocks()) {
                if (block.type().equals("X509 CRL")) {
                    all.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(block.bytes())));
                }
            }
        } catch (CertificateException | CRLException damaged) {
            throw new IOException("its list is damaged (" + damaged.getMessage() + ")", damaged);
        }
        if (all.isEmpty()) {
            throw new IOException("there is no list in it: it should have a line -----BEGIN X509 CRL-----");
        }
        return all;
    }

    /** What cannot be read may be the password itself, by mistake. */
    private static char[] password(Path file) throws IOException {
        try {
            String text = new String(PemFile.read(file), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("").toCharArray();
        } catch (IOException failure) {
            throw new IOException(
                    "cannot read the password file: " + Reason.describe(failure)
                            + "; name the file that the password is in, not the password",
                    failure);
        }
    }

    private static void checkOrder(List<X509Certificate> chain, Path file) throws IOException {
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate issued = chain.get(i - 1);
            X509Certificate issuer = chain.get(i);
            if (!issued.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                throw new IOException("the certificates in " + file + " are not in order: number " + (i + 1) + ", of "
                        + issuer.getSubjectX500Principal() + ", has not issued the one before it, of "
                        + issued.getSubjectX500Principal() + "; put the own one first, and behind each its issuer's");
            }
        }
    }

    /** Signs something, and lets the certificate verify it. */
    private static void checkPair(Identity identity, Path certificateFile, Path keyFile) throws IOException {
        String algorithm = switch (identity.key().getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return;
        }
        boolean isPair;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(identity.key());
            signature.update(SAMPLE);
            byte[] signed = signature.sign();
            signature.initVerify(identity.certificate().getPublicKey());
            signature.update(SAMPLE);
            isPair = signature.verify(signed);
        } catch (InvalidKeyException other) {
            isPair = false;
        } catch (GeneralSecurityException wrong) {
            throw new IOException("cannot use the key of " + keyFile + ": " + wrong.getMessage(), wrong);
        }
        if (!isPair) {
            throw new IOException("the key in " + keyFile + " is not that of the certificate in " + certificateFile
                    + ", whose first certificate is of "
                    + identity.certificate().getSubjectX500Principal());
        }
    }

    /** What can be read out of a file. */
    private interface Reader<T> {
        T read(byte[] bytes) throws IOException;
    }

    private static <T> T about(Path file, String what, Reader<T> reader) throws IOException {
        byte[] bytes;
        try {
            bytes = PemFile.read(file);
        } catch (IOException failure) {
            throw new TlsFileException(
                    "cannot read the " + what + " file " + file + ": " + Reason.describe(failure), failure);
        }
        try {
            return reader.read(bytes);
        } catch (TlsFileException told) {
            throw told;
        } catch (IOException wrong) {
            throw new TlsFileException("the " + what + " file " + file + ": " + wrong.getMessage(), wrong);
        }
    }

    /** The message names the file. */
    private static final class TlsFileException extends IOException {
        private static final long serialVersionUID = 1;

        TlsFileException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
