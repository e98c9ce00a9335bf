package cc.accu.client.cli;

import java.util.StringJoiner;

/** Prints one JSON object on one line, its members in their order. One thread. */
final class JsonObject {
    private final StringJoiner members = new StringJoiner(",", "{", "}");

    JsonObject put(String name, String value) {
        return add(name, quoted(value));
    }

    JsonObject put(String name, long value) {
        return add(name, Long.toString(value));
    }

    JsonObject put(String name, double value) {
        return add(name, Double.isFinite(value) ? Double.toString(value) : "null");
    }

    JsonObject put(String name, boolean value) {
        return add(name, Boolean.toString(value));
    }

    JsonObject put(String name, JsonObject value) {
        return add(name, value.toString());
    }

    private JsonObject add(String name, String value) {
        members.add(quoted(name) + ":" + value);
        return this;
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    @Override
    public String toString() {
        return members.toString();
    }
}
