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

        assertThat(TlsProblem.outdated(List.of(own), List.of(list), Instant.now()))
                .isEmpty();
        assertThat(TlsProblem.outdated(List.of(own), List.of(list), over).orElse(""))
                .contains("no list of its authority that is valid now");
        assertThat(TlsProblem.outdated(List.of(stranger), List.of(list), over)).isEmpty();
        assertThat(TlsProblem.outdated(List.of(own), List.of(), over)).isEmpty();
        assertThat(TlsProblem.outdated(List.of(own), List.of(), expired)).contains("its certificate has expired");
        assertThat(TlsProblem.outdated(List.of(own), List.of(), early).orElse(""))
                .contains("not valid yet");
    }

    @Test
    void takesAnOldRootThatIsSentAlong() {
        X509Bundle own = CA.issue("CN=a", TlsProblemTest::ofLongLife);
        X509Certificate root = own.getRootCertificate();
        Instant later = root.getNotAfter().toInstant().plusSeconds(1);

        assertThat(TlsProblem.outdated(List.of(own.getCertificate(), root), List.of(), later))
                .isEmpty();
        assertThat(TlsProblem.outdated(List.of(root), List.of(), later)).contains("its certificate has expired");
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
