package cc.accu.server.internal.admin;

import cc.accu.line.Origin;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which messages somebody wants to see: those that have these texts in them, whatever the case; an empty text is in all.
 *
 * @param text of the message
 * @param listener of the listener's endpoint
 * @param peer of the sender's address, or of its certificate's subject
 */
record MessageFilter(String text, String listener, String peer) {
    MessageFilter {
        text = text.toLowerCase(Locale.ROOT);
        listener = listener.toLowerCase(Locale.ROOT);
        peer = peer.toLowerCase(Locale.ROOT);
    }

    /** From {@code filter}, {@code listener} and {@code peer} of a query. */
    static MessageFilter of(Map<String, List<String>> query) {
        return new MessageFilter(first(query, "filter"), first(query, "listener"), first(query, "peer"));
    }

    private static String first(Map<String, List<String>> query, String name) {
        return query.getOrDefault(name, List.of("")).get(0);
    }

    boolean fits(Origin origin) {
        return origin.listener().toLowerCase(Locale.ROOT).contains(listener)
                && origin.sender().toLowerCase(Locale.ROOT).contains(peer);
    }

    boolean fits(String message) {
        return text.isEmpty() || message.toLowerCase(Locale.ROOT).contains(text);
    }
}
