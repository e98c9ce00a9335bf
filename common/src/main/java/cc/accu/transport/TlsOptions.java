package cc.accu.transport;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who one is on a TLS connection, and whom one trusts; by files, which a server looks at again when they change. A value:
 * each method that takes something returns options of their own. Any thread.
 *
 * @param certificate PEM, the own certificate first and then those that lead to its authority; or a PKCS#12 store, with
 *     the key in it
 * @param key PEM, PKCS#8, PKCS#1 or SEC 1; where it is absent, it is in the file of the certificate
 * @param password a file whose first line is the password of the key, or of the PKCS#12 store
 * @param authorities PEM certificates of the authorities that are trusted. For a server: senders must show a certificate of
 *     one of them. For a client: in place of those that the JVM trusts
 * @param revocations CRLs of those authorities, PEM or DER: certificates that they name are refused. Each authority that a
 *     certificate leads to needs one that has not expired; without, it cannot be known, and the certificate is refused too
 * @param serverName for a client: the name that the server's certificate must have, in place of the host connected to
 * @param unverified for a client: whether any server is as good as the right one, so that anybody between can read
 */
public record TlsOptions(
        Optional<Path> certificate,
        Optional<Path> key,
        Optional<Path> password,
        Optional<Path> authorities,
        Optional<Path> revocations,
        Optional<String> serverName,
        boolean unverified) {

    /** Nobody in particular, who trusts whom the JVM trusts. */
    public static final TlsOptions DEFAULT = new TlsOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false);

    /** The own certificate. */
    public TlsOptions withCertificate(Path file) {
        return new TlsOptions(Optional.of(file), key, password, authorities, revocations, serverName, unverified);
    }

    /** The key of the own certificate. */
    public TlsOptions withKey(Path file) {
        return new TlsOptions(
                certificate, Optional.of(file), password, authorities, revocations, serverName, unverified);
    }

    /** The password of the key. */
    public TlsOptions withPassword(Path file) {
        return new TlsOptions(certificate, key, Optional.of(file), authorities, revocations, serverName, unverified);
    }

    /** The authorities whose certificates are trusted. */
    public TlsOptions withAuthorities(Path file) {
        return new TlsOptions(certificate, key, password, Optional.of(file), revocations, serverName, unverified);
    }

    /** The certificates that those authorities have revoked. */
    public TlsOptions withRevocations(Path file) {
        return new TlsOptions(certificate, key, password, authorities, Optional.of(file), serverName, unverified);
    }

    /** The name of the server, where it is not the host that is connected to. */
    public TlsOptions withServerName(String name) {
        return new TlsOptions(certificate, key, password, authorities, revocations, Optional.of(name), unverified);
    }

    /** Does not look who the server is: for tests alone. */
    public TlsOptions withoutVerification() {
        return new TlsOptions(certificate, key, password, authorities, revocations, serverName, true);
    }
}
