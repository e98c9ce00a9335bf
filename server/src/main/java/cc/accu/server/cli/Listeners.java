package cc.accu.server.cli;

import cc.accu.internal.cli.Option;
import cc.accu.internal.text.TypedText;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the command listens, as it was typed: pairs of network and address, or single words in URL form; and what all of
 * them are told. One thread.
 */
final class Listeners {
    private final Map<ListenerOption, Option<String>> options = new EnumMap<>(ListenerOption.class);

    Listeners() {
        for (ListenerOption option : ListenerOption.values()) {
            options.put(option, option.forAll());
        }
    }

    /** Those options of the command, which are for all listeners. */
    Collection<Option<String>> options(Set<ListenerOption> some) {
        Map<ListenerOption, Option<String>> asked = new EnumMap<>(options);
        asked.keySet().retainAll(some);
        return asked.values();
    }

    /** Tells the server what was typed for all listeners together. */
    void tell(LineServer.Builder server) {
        options.forEach((option, typed) -> typed.giveTo(text -> option.tell(server, text)));
    }

    /**
     * Reads the words of a command line.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    List<ListenOptions> parse(List<String> words) {
        int first = first(words);
        // Whoever gives an address and then something else may have the client in mind.
        if (first < words.size() && Endpoint.begins(words.get(0)) && !Endpoint.begins(words.get(first))) {
            parseAll(words.subList(0, first));
            String word = words.get(first);
            throw new IllegalArgumentException(
                    "'" + word + "' is no address, and a server takes nothing else; to send it"
                            + " as a message: java -jar client.jar " + String.join(" ", words.subList(0, first)) + " "
                            + quoted(word));
        }
        List<ListenOptions> listeners = parseAll(words);
        options.forEach((option, typed) -> typed.giveTo(text -> option.checkConcernsOneOf(listeners)));
        return listeners;
    }

    /** How many words are addresses before the first that is none. */
    private static int first(List<String> words) {
        int at = 0;
        while (at < words.size() && Endpoint.begins(words.get(at))) {
            at += Endpoint.isWhole(words.get(at)) ? 1 : 2;
        }
        return at;
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_.,:/-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private List<ListenOptions> parseAll(List<String> words) {
        List<ListenOptions> listeners = new ArrayList<>();
        for (int at = 0; at < words.size(); at++) {
            String word = words.get(at);
            if (word.startsWith("@")) {
                throw new IllegalArgumentException("there is no file '" + word.substring(1)
                        + "' that can be read, and '" + word + "' stands for the words in it");
            }
            if (Endpoint.isWhole(word)) {
                listeners.add(listener(word.strip()));
            } else {
                String address = at + 1 < words.size() ? words.get(++at) : "";
                listeners.add(listener(Endpoint.parse(word, address), ""));
            }
        }
        return listeners;
    }

    private ListenOptions listener(String word) {
        int question = word.matches("\\w*://.*") ? word.indexOf('?') : -1;
        return question < 0
                ? listener(Endpoint.parse(word), "")
                : listener(Endpoint.parse(word.substring(0, question)), word.substring(question + 1));
    }

    private ListenOptions listener(Endpoint endpoint, String query) {
        Map<String, String> typed = typed(query);
        ListenOptions listener = ListenOptions.of(endpoint);
        for (ListenerOption option : ListenerOption.values()) {
            try {
                listener = tell(listener, option, typed.get(option.typedName()));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "'?" + query + "' of " + endpoint + ": " + option.typedName() + ": " + wrong.getMessage(),
                        wrong);
            }
        }
        if (endpoint.isTls() && listener.tls().flatMap(TlsOptions::certificate).isEmpty()) {
            throw new IllegalArgumentException(
                    endpoint + " needs a certificate: --tls-cert FILE, and --tls-key FILE with its key");
        }
        boolean revokes = listener.tls().flatMap(TlsOptions::revocations).isPresent();
        if ((revokes || listener.tlsAllowed().isPresent())
                && listener.tls().flatMap(TlsOptions::authorities).isEmpty()) {
            throw new IllegalArgumentException((revokes ? "--tls-crl" : "--tls-allow")
                    + " is about certificates of senders: name their authority with --tls-client-ca FILE");
        }
        return listener;
    }

    private ListenOptions tell(ListenOptions listener, ListenerOption option, @Nullable String own) {
        Option<String> forAll = options.get(option);
        String all =
                forAll != null && option.concerns(listener) ? forAll.ifAny().orElse(null) : null;
        String held = own == null ? all : all == null ? own : option.stricter(all, own);
        return held == null ? listener : option.tell(listener, held);
    }

    /** The options of a URL and their values, decoded. */
    private Map<String, String> typed(String query) {
        Map<String, String> typed = new HashMap<>();
        for (String option : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = option.indexOf('=');
            String name = equals < 0 ? option : option.substring(0, equals);
            checkKnown(name, option);
            String value = equals < 0 ? "" : TypedText.percentDecoded(option.substring(equals + 1));
            if (typed.put(name, value) != null) {
                throw new IllegalArgumentException("'?" + query + "' has " + name + " more than once; give it once");
            }
        }
        return typed;
    }

    private void checkKnown(String name, String option) {
        List<String> names = Stream.of(ListenerOption.values())
                .map(ListenerOption::typedName)
                .toList();
        if (!names.contains(name)) {
            throw new IllegalArgumentException("unknown option '" + option + "' of a listener; "
                    + TypedText.nearest(name, names)
                            .map(near -> "did you mean " + near + "? ")
                            .orElse("")
                    + "it has " + String.join(", ", names));
        }
    }
}
