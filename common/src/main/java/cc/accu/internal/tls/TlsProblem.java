package cc.accu.internal.tls;

import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/** Why a TLS handshake failed, in a sentence for people. The peer's words are not in it, but for the names of its alerts. */
public final class TlsProblem {
    private static final String ALERT = "Received fatal alert: ";

    /** What an alert of the other side means, by its name in RFC 8446, section 6.2. */
    private static final Map<String, String> ALERTS = Map.of(
            "unknown_ca", "the other side does not trust the authority of our certificate",
            "bad_certificate", "the other side does not accept our certificate, or wants one",
            "certificate_unknown", "the other side does not accept our certificate",
            "certificate_expired", "the other side says that our certificate has expired",
            "certificate_revoked", "the other side says that our certificate is revoked",
            "certificate_required", "the other side wants a certificate",
            "handshake_failure", "the other side found nothing in common with us, or wants a certificate",
            "protocol_version", "the other side speaks no version of TLS that we do (1.2 and 1.3)",
            "access_denied", "the other side does not accept whom our certificate names",
            "unrecognized_name", "the other side does not know the name that it was asked for");

    private static final String EXPIRED = "its certificate has expired";
    private static final String NOT_YET = "its certificate is not valid yet; are both clocks right?";
    private static final String NO_LIST =
            "whether its certificate is revoked is not known: there is no list of its authority that is valid now";

    private static final String UNTRUSTED = "its certificate is of an authority that is not trusted here,"
            + " or comes without those that lead to one that is";

    private TlsProblem() {}

    /**
     * What is wrong now with certificates that were good when they were shown, which may have been long ago, or that the JDK
     * takes for good for a quarter of an hour more; empty if nothing is. Looked at are those that lead to a trusted one; what
     * else was sent along, as by servers and devices that serve old clients too, does not count (RFC 8446, section 4.4.2).
     *
     * @param chain those of the other side, its own first
     * @param trusted the authorities
     * @param revocations what authorities have revoked, if that is asked for
     */
    public static Optional<String> outdated(
            List<X509Certificate> chain,
            Collection<X509Certificate> trusted,
            Collection<X509CRL> revocations,
            Instant now) {
        Set<X509Certificate> seen = new HashSet<>();
        Optional<X509Certificate> next = chain.stream().findFirst();
        while (next.isPresent() && seen.add(next.get())) {
            X509Certificate each = next.get();
            Optional<String> problem = outdated(each, revocations, now);
            if (problem.isPresent()) {
                return problem;
            }
            boolean isLast = trusted.stream()
                    .anyMatch(authority -> authority.getSubjectX500Principal().equals(each.getIssuerX500Principal()));
            next = isLast ? Optional.empty() : issuerOf(each, chain, now);
        }
        return Optional.empty();
    }

    /** One that is good now, if there is one among several of that name which may have signed it. */
    private static Optional<X509Certificate> issuerOf(
            X509Certificate issued, List<X509Certificate> chain, Instant now) {
        List<X509Certificate> named = chain.stream()
                .filter(each -> each.getSubjectX500Principal().equals(issued.getIssuerX500Principal()))
                .toList();
        return named.stream()
                .filter(each -> named.size() == 1 || hasSigned(each, issued))
                .min(Comparator.comparing(each -> outdated(each, List.of(), now).isPresent()));
    }

    private static boolean hasSigned(X509Certificate issuer, X509Certificate issued) {
        try {
            issued.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    private static Optional<String> outdated(X509Certificate each, Collection<X509CRL> revocations, Instant now) {
        if (each.getNotAfter().toInstant().isBefore(now)) {
            return Optional.of(EXPIRED);
        }
        if (each.getNotBefore().toInstant().isAfter(now)) {
            return Optional.of(NOT_YET);
        }
        List<X509CRL> lists = revocations.stream()
                .filter(list -> list.getIssuerX500Principal().equals(each.getIssuerX500Principal()))
                .toList();
        boolean isUnknown = !lists.isEmpty() && lists.stream().allMatch(list -> isOver(list, now));
        return isUnknown ? Optional.of(NO_LIST) : Optional.empty();
    }

    /** Whether a list is to be followed by another by now. */
    public static boolean isOver(X509CRL list, Instant now) {
        return list.getNextUpdate() != null && list.getNextUpdate().toInstant().isBefore(now);
    }

    /** Whether the other side is gone, without a word about why. */
    public static boolean isGone(Throwable failure) {
        boolean isNetwork = failure instanceof IOException && !(failure instanceof SSLException);
        Throwable cause = failure.getCause();
        return isNetwork || (cause != null && isGone(cause));
    }

    /** Whether what came is no TLS. */
    public static boolean isNoTls(Throwable failure) {
        return failure instanceof NotSslRecordException;
    }

    /** Whether the other side's certificate is of an authority that is not trusted. */
    public static boolean isOfStranger(Throwable failure) {
        return certificateProblem(failure).filter(UNTRUSTED::equals).isPresent();
    }

    /** In words. */
    public static String describe(Throwable failure) {
        return certificateProblem(failure)
                .or(() -> alert(failure))
                .orElseGet(() -> isNoTls(failure) ? "the other side does not speak TLS" : plain(failure));
    }

    /** What is wrong with the certificate of the other side; empty if it is something else. */
    private static Optional<String> certificateProblem(Throwable failure) {
        String found = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return Optional.of(EXPIRED);
            } else if (cause instanceof CertificateNotYetValidException) {
                return Optional.of(NOT_YET);
            } else if (cause instanceof CertPathValidatorException path
                    && path.getReason() == CertPathValidatorException.BasicReason.REVOKED) {
                return Optional.of("its certificate is revoked");
            } else if (cause instanceof CertPathValidatorException path
                    && path.getReason() == CertPathValidatorException.BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                return Optional.of(NO_LIST);
            }
            String text = String.valueOf(cause.getMessage());
            if (text.contains("unable to find valid certification path") || text.contains("PKIX path")) {
                found = UNTRUSTED;
            } else if (text.contains("Empty client certificate chain") || text.contains("certificate_required")) {
                found = "it showed no certificate: it has none that leads to an authority that is asked for";
            } else if (text.contains("xtended key usage") || text.contains("KeyUsage")) {
                found = "its certificate is not for that use (" + text + ")";
            } else if (text.contains("Failed to parse") && text.contains("certificates")) {
                found =
                        "its certificate cannot be read (a certificate without a subject needs critical alternative names)";
            } else if (cause instanceof CertificateException && text.startsWith("No ")) {
                found = "its certificate is for another name (" + text + ")";
            }
        }
        return Optional.ofNullable(found);
    }

    private static Optional<String> alert(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            int at = text.indexOf(ALERT);
            if (at >= 0) {
                String name = text.substring(at + ALERT.length()).strip().toLowerCase(Locale.ROOT);
                return Optional.of(ALERTS.getOrDefault(name, "the other side ended it with the alert " + name));
            }
        }
        return Optional.empty();
    }

    private static String plain(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}", " ");
        if (text.contains("no cipher suites in common")) {
            return "it speaks no cipher that we do; does our kind of key fit it?";
        }
        if (text.contains("Tag mismatch")) {
            return "what it sends cannot be deciphered:"
                    + " it was changed on the way, or is early data, which is not served";
        }
        if (text.contains("protocol") && text.contains("not enabled or supported")) {
            return "it speaks no version of TLS that we do (1.2 and 1.3)";
        }
        if (text.contains("AEAD cipher fragment")) {
            // Some tell it unenciphered, when the other side of TLS 1.3 deciphers already.
            return "the other side broke off, as one does that does not trust our certificate";
        }
        return "TLS failed: " + text;
    }
}
