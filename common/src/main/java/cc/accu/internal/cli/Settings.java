package cc.accu.internal.cli;

import cc.accu.internal.text.TypedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Options that were not typed: from variables of the environment, else from a file, else their defaults. The variable of
 * {@code --max-line} is {@code ACCU_MAX_LINE}; in the file it is {@code max-line = 64KiB}. A flag is {@code true} or
 * {@code false}; of an option that may be typed several times, each value is on a line of its own. The words that no option
 * has, addresses, are {@code ACCU_LISTEN} and {@code listen}. One thread.
 */
final class Settings {
    static final String CONFIG = "--config";
    static final String PRINT = "--print-config";
    private static final String WORDS = "listen";
    /** A property with a telling name, as of Kafka's producer. */
    private static final Pattern SECRET =
            Pattern.compile("([\\w.-]*(?:password|secret|jaas)[\\w.-]*=).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern COMMENT = Pattern.compile("^\\s*#.*|\\s# .*");
    private static final Pattern DEFAULT = Pattern.compile("\\((default: .*)\\)$");
    private static final Set<String> ONLY_TYPED = Set.of("--help", "--help-all", "--version", PRINT);

    private final CommandSpec command;
    private final ParseResult typed;
    private final Variables variables;

    /** What each setting that was not typed is, and where it is from. */
    private final Map<String, Given> given = new LinkedHashMap<>();

    /**
     * The values of an option.
     *
     * @param origin where they are from, for people
     */
    record Given(String origin, List<String> values) {}

    /**
     * Reads the file that is named, if one is.
     *
     * @throws IllegalArgumentException with what is wrong with it, for people
     */
    Settings(ParseResult typed, Variables variables) {
        this.command = typed.commandSpec();
        this.typed = typed;
        this.variables = variables;
        Map<String, Given> file = file();
        for (OptionSpec option : command.options()) {
            String name = nameOf(option);
            boolean isSettable =
                    !ONLY_TYPED.contains(option.longestName()) && option.arity().max() <= 1;
            if (isSettable && !typed.hasMatchedOption(option)) {
                variable(name).or(() -> Optional.ofNullable(file.get(name))).ifPresent(found -> given.put(name, found));
            }
        }
        if (!typed.hasMatchedPositional(0)) {
            variable(WORDS).or(() -> Optional.ofNullable(file.get(WORDS))).ifPresent(found -> given.put(WORDS, found));
        }
    }

    private static String nameOf(OptionSpec option) {
        return option.longestName().substring("--".length());
    }

    /** Variables that begin as ours do and are none, with what may be meant. */
    List<String> unknownVariables() {
        List<String> names = Stream.concat(
                        Stream.of(WORDS), command.options().stream().map(Settings::nameOf))
                .toList();
        List<String> known = names.stream().map(variables::nameOf).toList();
        return variables.others(known).stream()
                .flatMap(name -> TypedText.nearest(variables.optionOf(name), names).stream()
                        .map(near -> name + " is no setting; did you mean " + variables.nameOf(near) + "?"))
                .toList();
    }

    private Optional<Given> variable(String name) {
        return variables
                .valueOf(name)
                .map(value -> new Given(variables.nameOf(name), value.lines().toList()));
    }

    private Map<String, Given> file() {
        OptionSpec option = command.findOption(CONFIG);
        if (option == null) {
            return Map.of();
        }
        Optional<String> path = typed.hasMatchedOption(option)
                ? Optional.of(option.originalStringValues().get(0))
                : variables.valueOf(nameOf(option));
        return path.map(TypedText::path).map(this::read).orElse(Map.of());
    }

    private Map<String, Given> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(CONFIG + ": cannot read " + file + ": " + why(unreadable), unreadable);
        }
        Map<String, Given> settings = new LinkedHashMap<>();
        for (int at = 0; at < lines.size(); at++) {
            String line = withoutComment(at == 0 ? withoutMark(lines.get(at)) : lines.get(at));
            if (!line.isEmpty()) {
                add(settings, line, file + ":" + (at + 1));
            }
        }
        return settings;
    }

    private static String withoutMark(String line) {
        return line.startsWith("\uFEFF") ? line.substring(1) : line;
    }

    /** So that what {@link #print} has printed can be read. */
    private static String withoutComment(String line) {
        return COMMENT.matcher(line).replaceFirst("").strip();
    }

    private static String why(IOException unreadable) {
        return unreadable instanceof NoSuchFileException
                ? "there is no such file"
                : String.valueOf(unreadable.getMessage());
    }

    private void add(Map<String, Given> settings, String line, String place) {
        int equals = line.indexOf('=');
        String name = equals < 0 ? line : line.substring(0, equals).strip();
        OptionSpec option = command.findOption("--" + name);
        boolean isKnown = option != null && !ONLY_TYPED.contains("--" + name) && !name.equals(nameOfConfig());
        if (equals < 0 || !(isKnown || name.equals(WORDS))) {
            throw new IllegalArgumentException(place + ": '" + line + "' is no setting; " + whatInstead(name, equals));
        }
        Given before = settings.get(name);
        List<String> values = new ArrayList<>(before == null ? List.of() : before.values());
        values.add(line.substring(equals + 1).strip());
        settings.put(name, new Given(before == null ? place : before.origin(), values));
    }

    private String whatInstead(String name, int equals) {
        if (equals < 0) {
            return "write NAME = VALUE";
        }
        return name.equals(nameOfConfig()) ? "a file names no other" : advice(name);
    }

    private static String nameOfConfig() {
        return CONFIG.substring("--".length());
    }

    private String advice(String name) {
        List<String> names = command.options().stream().map(Settings::nameOf).toList();
        return TypedText.nearest(name, names)
                .map(near -> "did you mean " + near + "?")
                .orElse("they are called as the options, without the dashes");
    }

    /**
     * These settings, as they would be typed.
     *
     * @param argumentFiles whether a word that begins with {@code @} would stand for a file
     */
    List<String> words(boolean argumentFiles) {
        List<String> words = new ArrayList<>();
        given.forEach((name, found) -> {
            OptionSpec option = command.findOption("--" + name);
            if (option == null) {
                found.values().stream()
                        .flatMap(line -> Stream.of(line.strip().split("\\s+")))
                        .map(word -> argumentFiles && word.startsWith("@") ? "@" + word : word)
                        .forEach(words::add);
            } else if (option.arity().max() > 0) {
                found.values().forEach(value -> words.add("--" + name + "=" + value));
            } else if (isTrue(found)) {
                words.add("--" + name);
            }
        });
        return words;
    }

    private static boolean isTrue(Given found) {
        String text = found.values().get(0).toLowerCase(Locale.ROOT);
        if (!Set.of("true", "false").contains(text)) {
            throw new IllegalArgumentException(found.origin() + ": '" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    /** Where the value of an option is from, or what is not of an option, if it was not typed. */
    Optional<String> origin(@Nullable ArgSpec what) {
        String name = what instanceof OptionSpec option ? nameOf(option) : WORDS;
        return Optional.ofNullable(given.get(name)).map(Given::origin);
    }

    /** All settings, a line each as in a file, and where they are from. */
    List<String> print() {
        List<String> lines = new ArrayList<>();
        Given words = given.get(WORDS);
        if (words != null) {
            lines.add(line(WORDS, String.join(" ", words.values()), words.origin()));
        } else if (typed.hasMatchedPositional(0)) {
            lines.add(line(WORDS, String.join(" ", typed.matchedPositional(0).originalStringValues()), "typed"));
        }
        for (OptionSpec option : command.options()) {
            if (!ONLY_TYPED.contains(option.longestName())) {
                lines.addAll(print(option));
            }
        }
        return lines;
    }

    private List<String> print(OptionSpec option) {
        String name = nameOf(option);
        Given found = given.get(name);
        if (found != null) {
            return found.values().stream()
                    .map(value -> line(name, value, found.origin()))
                    .toList();
        }
        if (typed.hasMatchedOption(option)) {
            List<String> values = typed.matchedOption(option.longestName()).originalStringValues();
            return (values.isEmpty() || option.arity().max() == 0 ? List.of("true") : values)
                    .stream().map(value -> line(name, value, "typed")).toList();
        }
        String value = option.defaultValue();
        return value == null
                ? List.of("# " + name + " is not set; " + about(option))
                : List.of(line(name, value, "default"));
    }

    /** What holds then, if its help says so. */
    private static String about(OptionSpec option) {
        Matcher otherwise = DEFAULT.matcher(String.join(" ", option.description()));
        return otherwise.find() ? otherwise.group(1) : "there is no default";
    }

    /** Who prints settings shows them to others: what may be a secret is left out. */
    private static String line(String name, String value, String origin) {
        Matcher secret = SECRET.matcher(value);
        return String.format("%-50s # %s", name + " = " + (secret.matches() ? secret.group(1) + "***" : value), origin);
    }
}
