package cc.accu.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.testing.TestCertificates;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsProblemTest {
    private static final TestCertificates CA = TestCertificates.AUTHORITY;

    @TempDir
    private Path directory;

    /** Of a list that is over the JDK's own check knows a quarter of an hour later. */
    @Test
    void knowsWhenWhatWasShownIsOver() throws Exception {
        X509CRL list = TlsMaterial.read(CA.client(directory).withRevocations(CA.revocationsFile(directory)))
                .revocations()
                .get(0);
        X509Certificate own = CA.issue("CN=a", TlsProblemTest::ofLongLife).getCertificate();
        X509Certificate stranger = new TestCertificates("CN=other")
                .issue("CN=b", TlsProblemTest::ofLongLife)
                .getCertificate();
        Instant over = list.getNextUpdate().toInstant().plusSeconds(1);
        Instant expired = own.getNotAfter().toInstant().plusSeconds(1);
        Instant early = own.getNotBefore().toInstant().minus(Duration.ofHours(1));

        assertThat(TlsProblem.outdated(List.of(own), List.of(), List.of(list), Instant.now()))
                .isEmpty();
        assertThat(TlsProblem.outdated(List.of(own), List.of(), List.of(list), over)
                        .orElse(""))
                .contains("no list of its authority that is valid now");
        assertThat(TlsProblem.outdated(List.of(stranger), List.of(), List.of(list), over))
                .isEmpty();
        assertThat(TlsProblem.outdated(List.of(own), List.of(), List.of(), over))
                .isEmpty();
        assertThat(TlsProblem.outdated(List.of(own), List.of(), List.of(), expired))
                .contains("its certificate has expired");
        assertThat(TlsProblem.outdated(List.of(own), List.of(), List.of(), early)
                        .orElse(""))
                .contains("not valid yet");
    }

    @Test
    void looksOnlyAtThoseThatLeadToATrustedOne() throws Exception {
        X509Bundle root = new CertificateBuilder()
                .ecp256()
                .subject("CN=root")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle own =
                ofLongLife(new CertificateBuilder().ecp256().subject("CN=a")).buildIssuedBy(root);
        X509Certificate leaf = own.getCertificate();
        Instant later = root.getCertificate().getNotAfter().toInstant().plusSeconds(1);

        assertThat(TlsProblem.outdated(
                        List.of(leaf, root.getCertificate()), List.of(root.getCertificate()), List.of(), later))
                .isEmpty();
        assertThat(TlsProblem.outdated(List.of(leaf, root.getCertificate()), List.of(), List.of(), later))
                .contains("its certificate has expired");

        X509Certificate otherOfThatName = ofLongLife(
                        new CertificateBuilder().ecp256().subject("CN=root").setIsCertificateAuthority(true))
                .buildSelfSigned()
                .getCertificate();
        assertThat(TlsProblem.outdated(
                        List.of(leaf, root.getCertificate(), otherOfThatName), List.of(), List.of(), later))
                .contains("its certificate has expired");
    }

    private static CertificateBuilder ofLongLife(CertificateBuilder builder) {
        return builder.notAfter(Instant.now().plus(Duration.ofDays(10_000)));
    }

    @Test
    void saysWhatABrokenOffHandshakeMeans() {
        assertThat(
                        TlsProblem.describe(
                                new SSLException(
                                        "Insufficient buffer remaining for AEAD cipher fragment (2). Needs to be more than tag size (16)")))
                .contains("does not trust our certificate");
    }
}
