package cc.accu.internal.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a command's model has for others than the person who types it: a page for {@code man}, and completion for shells.
 *
 * @param name what the command is called where it is installed
 * @param root its model
 */
public record Reference(String name, CommandSpec root) {
    /** The word that asks for completion. */
    public static final String COMPLETION = "completion";

    /** The word that asks for the page. */
    public static final String MANUAL = "man";

    private static final List<String> FOR_ZSH = List.of(COMPLETION, "zsh");
    private static final Set<List<String>> ASKING =
            Set.of(List.of(MANUAL), List.of(COMPLETION), List.of(COMPLETION, "bash"), FOR_ZSH);

    /** Whether these words ask for one of them. */
    public static boolean isAskedFor(List<String> words) {
        return ASKING.contains(words);
    }

    /** What they ask for. */
    public String of(List<String> words, String summary, int section) {
        if (words.equals(FOR_ZSH)) {
            return new ZshCompletion(name, root).toString();
        }
        return words.get(0).equals(COMPLETION) ? completion() : manual(summary, section);
    }

    /** For bash. */
    private String completion() {
        return AutoComplete.bash(name, new CommandLine(root));
    }

    /** In the macros of man(7). */
    private String manual(String summary, int section) {
        CommandSpec known = new CommandLine(root).getCommandSpec(); // which has its help render
        List<String> page = new ArrayList<>();
        page.add(".TH " + name.toUpperCase(Locale.ROOT) + " " + section + " \"\" accu \"accu manual\"");
        page.add(".SH NAME");
        page.add(escaped(name) + " \\- " + escaped(summary));
        page.add(".SH SYNOPSIS");
        List<CommandSpec> commands = known.subcommands().isEmpty()
                ? List.of(known)
                : known.subcommands().values().stream()
                        .map(CommandLine::getCommandSpec)
                        .toList();
        for (CommandSpec each : commands) {
            page.add(".nf");
            usage(each)
                    .map(line -> line.replaceFirst("Usage:", "").replaceFirst("java -jar \\w+\\.jar", name))
                    .map(line -> escaped(line.strip()))
                    .forEach(page::add);
            page.add(".fi");
        }
        for (CommandSpec each : commands) {
            page.add(".SH " + (each.equals(root) ? "OPTIONS" : each.name().toUpperCase(Locale.ROOT)));
            for (OptionSpec option : each.options()) {
                page.add(".TP");
                page.add(".B " + escaped(form(option)));
                page.add(escaped(String.join(" ", option.description())));
            }
        }
        page.add(".SH SEE ALSO");
        page.add("The documentation in /usr/share/doc/accu.");
        return String.join("\n", page) + "\n";
    }

    /** What the help begins with. */
    private static Stream<String> usage(CommandSpec command) {
        return ((Command) command.userObject()).helpText(Ansi.OFF).lines().takeWhile(line -> !line.isBlank());
    }

    private static String form(OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        return Stream.of(option.names()).collect(Collectors.joining(", ")) + value;
    }

    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e").replace("-", "\\-");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
