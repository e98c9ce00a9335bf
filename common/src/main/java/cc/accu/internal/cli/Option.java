package cc.accu.internal.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * An option of a command, declared in the form that its help shows: {@code --to SINK}, {@code -v, --verbose}, or
 * {@code --verify FILE ...}, which takes several words at once. Once the command line is read, it has its value. One thread.
 *
 * @param <T> what is made of the text that is typed
 */
public final class Option<T> {
    private static final String SEVERAL = " ...";

    private final OptionSpec.Builder builder;
    private @Nullable OptionSpec spec;

    private Option(String form, String description) {
        int value = form.indexOf(' ', form.indexOf("--"));
        String names = value < 0 ? form : form.substring(0, value);
        builder = OptionSpec.builder(names.split(", ", -1))
                .paramLabel(value < 0 ? "" : form.substring(value + 1))
                .description(description);
    }

    /** One that has no value: it is typed, or not. */
    public static Option<Boolean> flag(String form, String description) {
        Option<Boolean> option = new Option<>(form, description);
        option.builder.type(boolean.class).arity("0").defaultValue("false");
        return option;
    }

    /**
     * One that is typed once at most.
     *
     * @param parse throws an IllegalArgumentException with a message for the person who typed it
     */
    public static <T> Option<T> of(String form, String description, Function<String, T> parse) {
        Option<T> option = new Option<>(form, description);
        option.builder.type(Object.class).arity("1").converters(parse::apply);
        return option;
    }

    /** The same, with what is parsed if it is not typed. */
    public static <T> Option<T> of(String form, String description, Function<String, T> parse, String otherwise) {
        Option<T> option = of(form, description + " (default: " + otherwise + ")", parse);
        option.builder.defaultValue(otherwise);
        return option;
    }

    /** One that has one of a few names as its value, in any case. */
    public static <E extends Enum<E>> Option<E> choice(
            String form, String description, Class<E> type, String otherwise) {
        return of(form, description, text -> choice(type, text), otherwise);
    }

    /** One that may be typed any number of times. */
    public static <T> Option<List<T>> list(String form, String description, Function<String, T> parse) {
        boolean several = form.endsWith(SEVERAL);
        Option<List<T>> option = new Option<>(form, several ? description : description + "; repeatable");
        option.builder.type(List.class).auxiliaryTypes(Object.class);
        option.builder
                .arity(several ? "1..*" : "1")
                .converters(several ? word -> parse.apply(value(word)) : parse::apply);
        return option;
    }

    /** The same, with what is parsed if it is not typed. */
    public static <T> Option<List<T>> list(
            String form, String description, Function<String, T> parse, String otherwise) {
        Option<List<T>> option = list(form, description, parse);
        option.builder
                .description(description + "; repeatable (default: " + otherwise + ")")
                .defaultValue(otherwise);
        return option;
    }

    /** Of several words the values end with the first that cannot be one: a mistyped option is not taken for a value. */
    private static String value(String word) {
        if (word.length() > 1 && word.startsWith("-")) {
            throw new IllegalArgumentException("'" + word + "' is no option; for a file of that name write ./" + word);
        }
        return word;
    }

    /**
     * The constant with that name.
     *
     * @throws IllegalArgumentException if there is none, with a message for the person who typed it
     */
    public static <E extends Enum<E>> E choice(Class<E> type, String text) {
        E[] all = type.getEnumConstants();
        for (E one : all) {
            if (one.name().equalsIgnoreCase(text)) {
                return one;
            }
        }
        String names =
                Stream.of(all).map(one -> one.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("'" + text + "' is not one of " + names);
    }

    /** Makes it one of the command's, of which it then has its value. */
    OptionSpec addTo(CommandSpec command) {
        OptionSpec added = builder.build();
        command.addOption(added);
        spec = added;
        return added;
    }

    private OptionSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("belongs to no command");
        }
        return spec;
    }

    /** Its value, which what is not typed has only if there is a default. */
    public T value() {
        return ifAny().orElseThrow();
    }

    /** Its value, or nothing if it was not typed and has none then. */
    public Optional<T> ifAny() {
        return Optional.ofNullable(spec().getValue());
    }

    /**
     * Hands its value to {@code to}, if there is one.
     *
     * @throws ParameterException if that throws an IllegalArgumentException, with its message after the option's name
     */
    public void giveTo(Consumer<T> to) {
        try {
            ifAny().ifPresent(to);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec().command().commandLine(), name() + ": " + wrong.getMessage(), wrong);
        }
    }

    /** Its long name, for example {@code --verbose}. */
    public String name() {
        return spec().longestName();
    }
}
