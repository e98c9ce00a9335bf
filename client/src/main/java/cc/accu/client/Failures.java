package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why each endpoint was of no use, the last time that it was tried. One thread. */
final class Failures {
    private final Map<Endpoint, Failure> latest = new LinkedHashMap<>();

    private record Failure(String sentence, @Nullable Throwable cause) {}

    /**
     * Remembers one.
     *
     * @param sentence names the endpoint
     */
    void add(Endpoint endpoint, String sentence, @Nullable Throwable cause) {
        // What failed last is told last.
        latest.remove(endpoint);
        latest.put(endpoint, new Failure(sentence, cause));
    }

    void clear() {
        latest.clear();
    }

    boolean has(Endpoint endpoint) {
        return latest.containsKey(endpoint);
    }

    boolean isOfOne() {
        return latest.size() == 1;
    }

    /** The cause of the last one, if it has any. */
    @Nullable
    Throwable lastCause() {
        Throwable last = null;
        for (Failure failure : latest.values()) {
            last = failure.cause;
        }
        return last;
    }

    /** What is wrong with each: numbered, unless it is one. */
    String text() {
        return numbered(latest.values().stream().map(Failure::sentence).toList());
    }

    /** One sentence as it is, more with numbers. */
    static String numbered(List<String> sentences) {
        if (sentences.size() == 1) {
            return sentences.get(0);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences.size(); i++) {
            text.append(i == 0 ? "(" : " (").append(i + 1).append(") ").append(sentences.get(i));
        }
        return text.toString();
    }
}
