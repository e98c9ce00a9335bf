package cc.accu.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.cli.Program;
import cc.accu.internal.cli.Variables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options that are not typed. */
class SettingsTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> variables, boolean checksOnly, String... words) {
        Program program = new Program("server", "", Program.class, new PrintWriter(out), new PrintWriter(err));
        return program.run(
                new ServeCommand(program, Signals.install(line -> {}), checksOnly).spec(),
                List.of(words),
                true,
                new Variables("ACCU_", variables));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("server.conf"), text);
    }

    private String settings() {
        return out.toString().replaceAll(" +# ", " # ");
    }

    @Test
    void comeFromWhatIsTypedThenFromVariablesThenFromTheFile() throws IOException {
        Path file = file("""
                # all of them
                  #indented, without a space
                listen = tcp :3000
                max-line = 1KiB
                read-timeout = 1s
                line-timeout = 2s
                to = discard
                to = stdout
                """);
        int exitCode = run(
                Map.of("ACCU_READ_TIMEOUT", "3s", "ACCU_MAX_LINE", "2KiB", "ACCU_VERBOSE", "true"),
                false,
                "--config",
                file.toString(),
                "--max-line=3KiB",
                "--print-config");
        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(settings())
                .contains("listen = tcp :3000 # " + file + ":3\n")
                .contains("max-line = 3KiB # typed\n")
                .contains("read-timeout = 3s # ACCU_READ_TIMEOUT\n")
                .contains("line-timeout = 2s # " + file + ":6\n")
                .contains("to = discard # " + file + ":7\n", "to = stdout # " + file + ":7\n")
                .contains("verbose = true # ACCU_VERBOSE\n")
                .contains("drain-timeout = 10s # default\n");
    }

    @Test
    void mayAllComeFromVariables() {
        run(Map.of("ACCU_LISTEN", "tcp :3000\nunix @name", "ACCU_TO", "discard\nstdout"), false, "--print-config");
        assertThat(settings())
                .contains("listen = tcp :3000 unix @name # ACCU_LISTEN\n")
                .contains("to = discard # ACCU_TO\n", "to = stdout # ACCU_TO\n");
    }

    @Test
    void sayWhereAWrongOneIs() throws IOException {
        assertThat(run(Map.of("ACCU_BUFFER", "5MB"), true, "tcp", ":3000")).isEqualTo(2);
        assertThat(err.toString()).contains("--buffer: ").contains("(ACCU_BUFFER)");
        assertThat(run(Map.of("ACCU_VERBOSE", "perhaps"), true, "tcp", ":3000")).isEqualTo(2);
        assertThat(err.toString()).contains("ACCU_VERBOSE: 'perhaps' is neither true nor false");
        Path wrong = file("listen = tcp :3000\nmax-lin = 1\n");
        assertThat(run(Map.of("ACCU_CONFIG", wrong.toString()), true)).isEqualTo(2);
        assertThat(err.toString()).contains(wrong + ":2: 'max-lin = 1' is no setting; did you mean max-line?");
        assertThat(run(Map.of(), true, "--config", directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("there is no such file");
    }

    @Test
    void areLookedAtWithoutStarting() throws IOException {
        Path sink = directory.resolve("messages.log");
        assertThat(run(Map.of(), true, "tcp", ":3000", "--to", "file:" + sink)).isZero();
        assertThat(sink).doesNotExist();
        assertThat(run(Map.of(), true, "tcp", ":3000", "--to", "file:" + directory.resolve("none/x")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is no directory");
        Path noCertificate = Files.writeString(directory.resolve("cert.pem"), "nothing");
        assertThat(run(Map.of(), true, "tls", ":3443", "--tls-cert", noCertificate.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("cert.pem");
        assertThat(run(Map.of(), true, "unix", "/tmp/x.sock", "--allow-user", "no-such-user"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no-such-user");
    }

    @Test
    void canBeReadAgainAsTheyArePrinted() throws IOException {
        run(Map.of(), false, "tcp", ":3000", "--to=discard", "-q", "--max-line=3KiB", "--print-config");
        String printed = settings();
        Path file = file("\uFEFF" + printed);
        out.getBuffer().setLength(0);
        run(Map.of(), false, "--config", file.toString(), "--print-config");
        assertThat(err.toString()).isEmpty();
        assertThat(settings())
                .contains("listen = tcp :3000 # ", "to = discard # ", "quiet = true # ", "max-line = 3KiB # ")
                .contains("# buffer is not set; default: 64MiB");
    }

    @Test
    void showNoSecrets() {
        run(
                Map.of("ACCU_KAFKA", "ssl.key.password=hunter2\nlinger.ms=20"),
                false,
                "--kafka=sasl.jaas.config=x password=\"hunter2\";",
                "--print-config");
        run(Map.of("ACCU_KAFKA", "ssl.key.password=hunter2\nlinger.ms=20"), false, "--print-config");
        assertThat(out.toString())
                .doesNotContain("hunter2")
                .contains("sasl.jaas.config=***", "ssl.key.password=***", "linger.ms=20");
    }

    @Test
    void nameAVariableThatMayBeMistyped() {
        run(Map.of("ACCU_MAXLINE", "5", "ACCU_PORT_3000_TCP_ADDR", "10.0.0.1"), false, "--print-config");
        assertThat(err.toString()).isEqualTo("note: ACCU_MAXLINE is no setting; did you mean ACCU_MAX_LINE?\n");
    }
}
