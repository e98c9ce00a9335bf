package cc.accu.internal.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The environment, as far as it has options of a command: {@code --max-line} is {@code ACCU_MAX_LINE}.
 *
 * @param prefix of those that are ours, for example {@code ACCU_}
 */
public record Variables(String prefix, Map<String, String> all) {
    /** No variables. */
    public static final Variables NONE = new Variables("", Map.of());

    String nameOf(String option) {
        return prefix + option.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The value of an option, if it has one that is not empty. */
    Optional<String> valueOf(String option) {
        return Optional.ofNullable(all.get(nameOf(option))).filter(value -> !value.isEmpty());
    }
}
