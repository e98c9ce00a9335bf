package cc.accu.internal.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What was typed, as a {@link CommandSyntax} reads it. */
public final class CommandLine {
    private final Map<Option, List<String>> given = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();

    CommandLine() {}

    void addArgument(String word) {
        arguments.add(word);
    }

    void add(Option option, List<String> values) {
        if (given.containsKey(option) && !option.isRepeatable()) {
            throw new UsageException(option.name() + " can be given only once");
        }
        given.computeIfAbsent(option, first -> new ArrayList<>()).addAll(values);
    }

    /** Whether the option was typed. */
    public boolean has(Option option) {
        return given.containsKey(option);
    }

    /** The words that are neither options nor their values. */
    public List<String> arguments() {
        return List.copyOf(arguments);
    }

    /**
     * What {@code parse} makes of the words that are neither options nor their values.
     *
     * @throws UsageException if that throws an IllegalArgumentException, with its message
     */
    public <T> T arguments(Function<List<String>, T> parse) {
        return parsed("", arguments(), parse);
    }

    /** What was typed for the option, or else what it has then: {@code orElse}, or nothing. */
    public String text(Option option) {
        List<String> texts = texts(option);
        return texts.isEmpty() ? "" : texts.get(0);
    }

    /** All that was typed for the option, or else what it has then. */
    public List<String> texts(Option option) {
        return given.getOrDefault(option, option.initial());
    }

    /**
     * What {@code parse} makes of the option's text.
     *
     * @throws UsageException if that throws an IllegalArgumentException, with its message after the option's name
     */
    public <T> T value(Option option, Function<String, T> parse) {
        return parsed(option.name() + ": ", text(option), parse);
    }

    /** What {@code parse} makes of each of the option's texts; throws as for one. */
    public <T> List<T> values(Option option, Function<String, T> parse) {
        List<T> values = new ArrayList<>();
        for (String text : texts(option)) {
            values.add(parsed(option.name() + ": ", text, parse));
        }
        return values;
    }

    /** The one of {@code choices} that was named, in any case. */
    public <E extends Enum<E>> E choice(Option option, E[] choices) {
        List<String> names = new ArrayList<>();
        for (E choice : choices) {
            if (choice.name().equalsIgnoreCase(text(option))) {
                return choice;
            }
            names.add(choice.name().toLowerCase(Locale.ROOT));
        }
        throw new UsageException(option.name() + ": '" + text(option) + "' is not one of " + String.join(", ", names));
    }

    private static <S, T> T parsed(String about, S typed, Function<S, T> parse) {
        try {
            return parse.apply(typed);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(about, wrong);
        }
    }
}
