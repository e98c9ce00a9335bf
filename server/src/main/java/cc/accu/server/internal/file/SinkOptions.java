package cc.accu.server.internal.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What follows the question mark in the address of a sink: {@code name=value}, joined by {@code &}. */
public final class SinkOptions {
    private final String sink;
    private final List<String> given;

    /** @param known the options that the sink has, as a person may write them: {@code format=raw|text|json} */
    public SinkOptions(String sink, Optional<String> query, String... known) {
        this.sink = sink;
        this.given = query.map(text -> List.of(text.split("&", -1))).orElse(List.of());
        for (String option : given) {
            if (known.length == 0) {
                throw new IllegalArgumentException(
                        "the sink " + sink + " has no options, but '" + option + "' was given");
            }
            if (List.of(known).stream().noneMatch(example -> option.startsWith(nameIn(example)))) {
                throw new IllegalArgumentException(
                        "unknown option '" + option + "' of the sink " + sink + "; it has " + String.join(", ", known));
            }
        }
    }

    private static String nameIn(String example) {
        return example.substring(0, example.indexOf('=') + 1);
    }

    /** The values of an option that may be repeated. */
    <T> List<T> all(String name, Function<String, T> parse) {
        List<T> values = new ArrayList<>();
        for (String option : given) {
            if (option.startsWith(name + "=")) {
                values.add(parsed(option, parse));
            }
        }
        return values;
    }

    public <T> Optional<T> one(String name, Function<String, T> parse) {
        List<T> values = all(name, parse);
        if (values.size() > 1) {
            throw new IllegalArgumentException("the sink " + sink + " takes one " + name + ", not " + values.size());
        }
        return values.stream().findFirst();
    }

    private <T> T parsed(String option, Function<String, T> parse) {
        try {
            return parse.apply(option.substring(option.indexOf('=') + 1));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "option '" + option + "' of the sink " + sink + ": " + wrong.getMessage(), wrong);
        }
    }
}
