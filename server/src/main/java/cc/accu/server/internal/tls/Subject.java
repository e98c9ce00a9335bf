package cc.accu.server.internal.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** Whom a certificate names, in one text. */
final class Subject {
    /** RFC 5280, section 4.2.1.6: what a certificate without a subject may have instead. */
    private static final Map<Integer, String> ALTERNATIVES = Map.of(6, "URI", 2, "DNS", 1, "MAIL", 7, "IP");

    /** What RFC 2253 has no names for, by those that OpenSSL gives it. */
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "1.2.840.113549.1.9.1", "emailAddress",
            "2.5.4.5", "serialNumber",
            "2.5.4.12", "title",
            "2.5.4.42", "GN",
            "2.5.4.4", "SN",
            "2.5.4.46", "dnQualifier");

    private Subject() {}

    /** Its subject as RFC 2253 writes it, or else its first alternative name, as in {@code URI=spiffe://acme/device-7}. */
    static String of(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253, ATTRIBUTES);
        return subject.isEmpty() ? alternative(certificate) : subject;
    }

    private static String alternative(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                String kind = ALTERNATIVES.get(name.get(0));
                if (kind != null) {
                    return kind + "=" + Rdn.escapeValue(name.get(1));
                }
            }
        } catch (CertificateParsingException damaged) {
            return "";
        }
        return "";
    }
}
