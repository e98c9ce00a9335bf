package cc.accu.client.cli;

import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.internal.text.TypedText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Makes an authority and certificates of it, to try TLS with. They are made by the JDK's keytool, which every JVM brings;
 * the authority's key is thrown away.
 */
final class CertsCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar certs DIRECTORY [OPTION ...]

            Makes certificates to try TLS with: in DIRECTORY, ca.pem of an authority of its own,
            server.pem and server.key for a server, client.pem and client.key for a sender.

            """;
    private static final long MOST_SECONDS = 60;
    private static final String PASSWORD = "ACCU_STORE_PASSWORD";

    private final Option<Boolean> verbose = Option.flag("-v, --verbose", "stack traces of errors");
    private final Option<List<String>> hosts = Option.list(
            "--host NAME",
            "name or address that the server is reached by (default: localhost and 127.0.0.1)",
            CertsCommand::name);
    private final Option<List<String>> clients =
            Option.list("--client NAME", "a sender, in NAME.pem and NAME.key (default: client)", CertsCommand::name);
    private final Option<String> days = Option.of("--days N", "how long they are valid", CertsCommand::days, "365");
    private final Command command = new Command(this, verbose)
            .text(HEAD)
            .options(List.of(hosts, clients, days))
            .usualOptions();
    private final PrintWriter out;

    CertsCommand(PrintWriter out) {
        this.out = out;
    }

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    /** It is part of a file's name, and of a subject. */
    private static String name(String text) {
        if (!text.matches("[A-Za-z0-9][A-Za-z0-9._:-]*")) {
            throw new IllegalArgumentException("it is a name of letters, digits, dots and dashes");
        }
        return text;
    }

    private static String days(String text) {
        if (!text.matches("[1-9][0-9]{0,4}")) {
            throw new IllegalArgumentException("it is a number of days, for example 365");
        }
        return text;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> words = command.words(typed -> typed);
        command.check(words.size() == 1, "name one directory");
        Path directory = TypedText.path(words.get(0));
        List<String> senders = clients.ifAny().orElse(List.of("client"));
        command.check(
                senders.stream().noneMatch(Set.of("ca", "server")::contains),
                "a sender has another name than ca or server");
        Files.createDirectories(directory);
        checkNew(directory, senders);
        Path work = Files.createTempDirectory("accu-certs");
        try {
            make(new Store(work.resolve("all.p12"), password(), days.value()), directory, senders);
        } catch (GeneralSecurityException failure) {
            throw new IOException("cannot read what keytool made: " + failure.getMessage(), failure);
        } finally {
            Files.deleteIfExists(work.resolve("all.p12"));
            Files.delete(work);
        }
        out.println("made ca.pem, server.pem, server.key"
                + senders.stream()
                        .map(sender -> ", " + sender + ".pem, " + sender + ".key")
                        .collect(Collectors.joining())
                + " in " + directory);
        return Program.OK;
    }

    private static void checkNew(Path directory, List<String> senders) throws IOException {
        List<String> names = new ArrayList<>(List.of("ca", "server"));
        names.addAll(senders);
        for (String name : names) {
            if (Files.exists(directory.resolve(name + ".pem")) || Files.exists(directory.resolve(name + ".key"))) {
                throw new IOException("there is a certificate of " + name + " in " + directory
                        + " already; remove it, or choose another directory");
            }
        }
    }

    private void make(Store store, Path directory, List<String> senders)
            throws IOException, InterruptedException, GeneralSecurityException {
        store.make("ca", "CN=accu test authority", "bc:c", "ku:c=keyCertSign,cRLSign");
        String names = hosts.ifAny().orElse(List.of("localhost", "127.0.0.1")).stream()
                .map(host -> (host.matches("[0-9.]+|.*:.*") ? "ip:" : "dns:") + host)
                .collect(Collectors.joining(","));
        store.make(
                "server", "CN=" + hosts.ifAny().orElse(List.of("localhost")).get(0), "san=" + names, "eku=serverAuth");
        for (String sender : senders) {
            store.make(sender, "CN=" + sender, "eku=clientAuth");
        }
        KeyStore made = store.read();
        write(
                directory.resolve("ca.pem"),
                pem("CERTIFICATE", made.getCertificate("ca").getEncoded()),
                "rw-r--r--");
        for (String name : Stream.concat(Stream.of("server"), senders.stream()).toList()) {
            Certificate own = made.getCertificate(name);
            byte[] key = made.getKey(name, store.password.toCharArray()).getEncoded();
            write(directory.resolve(name + ".pem"), pem("CERTIFICATE", own.getEncoded()), "rw-r--r--");
            write(directory.resolve(name + ".key"), pem("PRIVATE KEY", key), "rw-------");
        }
    }

    private static String pem(String type, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
    }

    /** Nobody else can read it, not even for a moment. */
    private static void write(Path file, String text, String mode) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        } catch (UnsupportedOperationException noModes) {
            Files.createFile(file);
        } catch (FileAlreadyExistsException there) {
            throw new IOException(file + " is there already", there);
        }
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    private static String password() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** What keytool works on. */
    private record Store(Path file, String password, String days) {
        /** Makes a key and its certificate, which the first one signs. */
        void make(String name, String subject, String... extensions) throws IOException, InterruptedException {
            List<String> words = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    name,
                    "-dname",
                    subject,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-validity",
                    days,
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    file.toString(),
                    "-storepass:env",
                    PASSWORD));
            if (Files.exists(file)) {
                words.addAll(List.of("-signer", "ca"));
            }
            for (String extension : extensions) {
                words.addAll(List.of("-ext", extension));
            }
            run(words);
        }

        private void run(List<String> words) throws IOException, InterruptedException {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            builder.environment().put(PASSWORD, password);
            Process keytool = builder.start();
            keytool.getOutputStream().close();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IOException("keytool failed: " + said.strip());
            }
        }

        KeyStore read() throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, password.toCharArray());
            }
            return store;
        }
    }
}
