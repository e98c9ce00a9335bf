package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.Option;
import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What every command that connects can be told: where to, and how. One thread. */
final class ConnectOptions {
    private final Option<Boolean> verbose =
            Option.flag("-v, --verbose", "say more on standard error: statistics, debug log, stack traces");
    private final Option<Duration> timeout =
            Option.of("--connect-timeout TIME", "longest wait for a connection", Quantities::duration, "10s");
    private final Option<Io> transport =
            Option.choice("--transport nio|native", "what drives TCP: Java NIO, or epoll or kqueue", Io.class, "nio");

    private final Option<Path> tlsCa = Option.of(
            "--tls-ca FILE", "authorities of servers, PEM, in place of those that Java trusts", TypedText::path);
    private final Option<Path> tlsCert =
            Option.of("--tls-cert FILE", "certificate to show to servers, PEM or PKCS#12", TypedText::path);
    private final Option<Path> tlsKey = Option.of(
            "--tls-key FILE", "its key, PEM (default: it is in the file of the certificate)", TypedText::path);
    private final Option<Path> tlsPassword =
            Option.of("--tls-password FILE", "file with the password of the key", TypedText::path);
    private final Option<String> tlsServerName = Option.of(
            "--tls-server-name NAME", "whom the server's certificate is for (default: the host)", name -> name);
    private final Option<Boolean> tlsInsecure =
            Option.flag("--tls-insecure", "do not look who the server is: anybody between can read; for tests alone");

    /** What drives TCP sockets. */
    private enum Io {
        NIO,
        NATIVE
    }

    List<Option<?>> all() {
        return Stream.concat(Stream.of(timeout), carrier().stream()).toList();
    }

    /** What lines travel on. */
    List<Option<?>> carrier() {
        return List.of(transport, tlsCa, tlsCert, tlsKey, tlsPassword, tlsServerName, tlsInsecure);
    }

    Option<Duration> timeout() {
        return timeout;
    }

    Option<Boolean> verbose() {
        return verbose;
    }

    /** What drives TCP, by name. */
    String transport() {
        return transport.value().name().toLowerCase(Locale.ROOT);
    }

    LineClient.Builder newBuilder() {
        return LineClient.builder()
                .connectTimeout(timeout.value())
                .preferNative(transport.value() == Io.NATIVE)
                .tls(tls());
    }

    private TlsOptions tls() {
        TlsOptions options = new TlsOptions(
                tlsCert.ifAny(),
                tlsKey.ifAny(),
                tlsPassword.ifAny(),
                tlsCa.ifAny(),
                Optional.empty(),
                tlsServerName.ifAny(),
                false);
        return tlsInsecure.value() ? options.withoutVerification() : options;
    }

    /**
     * Where to, and the words that follow.
     *
     * @param endpoint from one word in URL form or in quotes, or else from the first two
     * @param rest the other words
     */
    record Target(Endpoint endpoint, List<String> rest) {
        /**
         * Reads the words of a command line.
         *
         * @throws IllegalArgumentException with a message for the person who typed them
         */
        static Target of(List<String> words) {
            if (words.isEmpty()) {
                throw new IllegalArgumentException("missing NETWORK ADDRESS: where to connect to");
            }
            int own = Endpoint.isWhole(words.get(0)) ? 1 : Math.min(2, words.size());
            Endpoint endpoint = Endpoint.parseAll(words.subList(0, own)).get(0);
            return new Target(endpoint, List.copyOf(words.subList(own, words.size())));
        }
    }
}
