package cc.accu.internal.cli;

import java.util.Collection;
import java.util.List;
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

    /** Those of ours that are not among these. */
    List<String> others(Collection<String> known) {
        return all.keySet().stream()
                .filter(name -> !prefix.isEmpty() && name.startsWith(prefix) && !known.contains(name))
                .sorted()
                .toList();
    }

    /** The option that such a variable would be of. */
    String optionOf(String name) {
        return name.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The value of an option, if it has one that is not empty. */
    Optional<String> valueOf(String option) {
        return Optional.ofNullable(all.get(nameOf(option))).filter(value -> !value.isEmpty());
    }
}
