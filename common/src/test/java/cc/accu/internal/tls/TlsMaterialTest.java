package cc.accu.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cc.accu.testing.TestCertificates;
import cc.accu.transport.TlsOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class TlsMaterialTest {
    @TempDir
    private Path directory = Path.of("");

    private TlsOptions options() {
        return TlsOptions.DEFAULT
                .withCertificate(directory.resolve("c.pem"))
                .withKey(directory.resolve("key"))
                .withPassword(directory.resolve("password"));
    }

    private void shell(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-ec", script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(script + "\n" + said).isZero();
    }

    /** What makes a key, and what makes of it the file that is read. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        genrsa -traditional -out k 2048                       | cp k key
        genpkey -algorithm rsa -out k                         | cp k key
        genpkey -algorithm rsa-pss -out k                     | cp k key
        ecparam -name prime256v1 -genkey -noout -out k        | cp k key
        ecparam -name secp384r1 -genkey -out k                | cp k key
        ecparam -name secp521r1 -genkey -noout -out k         | cp k key
        genpkey -algorithm ed25519 -out k                     | cp k key
        genpkey -algorithm rsa -out k                         | openssl pkcs8 -topk8 -v2 aes256 -in k -out key -passout pass:secret
        genpkey -algorithm rsa -out k                         | openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in k -out key -passout pass:secret
        ecparam -name prime256v1 -genkey -noout -out k        | cat c.pem k > both; cp both c.pem; cp both key
        """)
    void readsKeysOfAllKinds(String making, String storing) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "skipped: openssl is missing");
        shell("openssl " + making + "; echo secret > password");
        shell("openssl req -x509 -key k -subj /CN=a -days 9 -out c.pem; " + storing);
        TlsMaterial.Identity identity = TlsMaterial.read(options()).identity().orElseThrow();
        assertThat(identity.certificate().getSubjectX500Principal()).hasToString("CN=a");
    }

    @ParameterizedTest
    @CsvSource({"secret, secret, ''", "'', '', ''", "secret, other, does not fit", "secret, '', name a file with that"})
    void readsAStoreWithItsPassword(String password, String given, String words) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "skipped: openssl is missing");
        shell(
                "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -subj /CN=a -days 9 -out c.pem; openssl pkcs12 -export"
                        + " -in c.pem -inkey k -out store -passout pass:" + password + "; echo '" + given
                        + "' > password");
        TlsOptions options = TlsOptions.DEFAULT
                .withCertificate(directory.resolve("store"))
                .withPassword(directory.resolve("password"));
        if (words.isEmpty()) {
            assertThat(TlsMaterial.read(options).identity()).isPresent();
        } else {
            assertThatThrownBy(() -> TlsMaterial.read(options)).hasMessageContaining(words);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mkfifo c.pem, no regular file",
        "ln -s /dev/zero c.pem, no regular file",
        "mkdir c.pem, no regular file",
        "truncate -s 5G c.pem, it has over",
        "echo x > c.pem, no certificate in it",
        "true, no such file"
    })
    void waitsForNoFile(String making, String words) throws Exception {
        shell("touch key password; " + making);
        assertThatThrownBy(() -> TlsMaterial.read(options()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the certificate file " + directory.resolve("c.pem"))
                .hasMessageContaining(words);
    }

    /** Another certificate, list or key may be missing, without which nobody is trusted or all are. */
    @ParameterizedTest
    @CsvSource({"server.pem, CERTIFICATE", "ca.pem, CERTIFICATE", "lists.pem, X509 CRL", "server.key, PRIVATE KEY"})
    void takesNoFileThatIsCutOff(String file, String type) throws Exception {
        Path lists = directory.resolve("lists.pem");
        byte[] list = Files.readAllBytes(TestCertificates.AUTHORITY.revocationsFile(directory));
        Files.writeString(
                lists,
                "-----BEGIN X509 CRL-----\n" + Base64.getMimeEncoder().encodeToString(list)
                        + "\n-----END X509 CRL-----\n");
        TlsOptions options = TestCertificates.AUTHORITY.askingServer(directory).withRevocations(lists);
        assertThat(TlsMaterial.read(options).identity()).isPresent();
        Files.writeString(directory.resolve(file), "-----BEGIN " + type + "-----\nMIIB", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> TlsMaterial.read(options))
                .hasMessageContaining(directory.resolve(file).toString())
                .hasMessageContaining("it is cut off, or being written");
    }

    @Test
    void saysWhichCertificateIsOutOfOrder() throws Exception {
        TestCertificates branch = TestCertificates.AUTHORITY.intermediate("CN=branch");
        TlsOptions options = TestCertificates.options(directory, "own", branch.issue("CN=own", builder -> builder));
        Path chain = options.certificate().orElseThrow();
        assertThat(TlsMaterial.read(options).identity()).isPresent();
        Files.writeString(
                chain, Files.readString(TestCertificates.AUTHORITY.rootFile(directory)), StandardOpenOption.APPEND);
        Files.writeString(
                chain,
                Files.readString(new TestCertificates("CN=foreign").rootFile(directory)),
                StandardOpenOption.APPEND);
        assertThatThrownBy(() -> TlsMaterial.read(options))
                .hasMessageContaining("the certificates in " + chain + " are not in order")
                .hasMessageContaining("CN=foreign, has not issued the one before it")
                .hasMessageContaining("put the own one first");
    }

    @Test
    void showsNoPasswordThatIsGivenInPlaceOfItsFile() {
        TlsOptions options = options().withPassword(Path.of("S3cret"));
        assertThatThrownBy(() -> TlsMaterial.read(options))
                .hasMessageContaining("cannot read the password file: no such file")
                .hasMessageContaining("not the password")
                .hasMessageNotContaining("S3cret");
    }

    @Test
    void knowsAKeyOfAnotherCertificate() throws Exception {
        TlsOptions one = TestCertificates.AUTHORITY.server(directory);
        TlsOptions other = TestCertificates.AUTHORITY.client(directory, "CN=other");
        assertThat(TlsMaterial.read(one).identity()).isPresent();
        assertThatThrownBy(() -> TlsMaterial.read(one.withKey(other.key().orElseThrow())))
                .hasMessageContaining("is not that of the certificate in");
    }
}
