package cc.accu.internal.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A script for zsh, which completes the options of a command, their values where they are few or files, and its own commands.
 *
 * @param name what the command is called where it is installed
 * @param root its model
 */
record ZshCompletion(String name, CommandSpec root) {
    private static final Set<String> FILES = Set.of("FILE", "FILE ...", "DIRECTORY");
    private static final Pattern CHOICE = Pattern.compile("[a-z]+(\\|[a-z]+)+");
    private static final String NETWORKS = "tcp tls unix";

    @Override
    public String toString() {
        List<String> script = new ArrayList<>();
        script.add("#compdef " + name);
        if (root.subcommands().isEmpty()) {
            script.addAll(arguments(root, NETWORKS));
        } else {
            addCommands(script);
        }
        return String.join("\n", script) + "\n";
    }

    /** The first command is the one that is meant where none is named. */
    private void addCommands(List<String> script) {
        List<String> names = List.copyOf(root.subcommands().keySet());
        script.add("local command=" + names.get(0));
        script.add("case $words[2] in (" + String.join("|", names) + ") command=$words[2] ;; esac");
        script.add("case $command in");
        root.subcommands().forEach((each, line) -> {
            script.add("(" + each + ")");
            boolean usual = each.equals(names.get(0));
            String words = usual ? NETWORKS + " " + String.join(" ", names) : NETWORKS;
            script.addAll(arguments(line.getCommandSpec(), words));
            script.add(";;");
        });
        script.add("esac");
    }

    private static List<String> arguments(CommandSpec command, String words) {
        List<String> lines = new ArrayList<>();
        lines.add("_arguments -s -S \\");
        for (OptionSpec option : command.options()) {
            lines.add("  " + specification(option) + " \\");
        }
        lines.add("  '*: :{ compadd " + words + "; _files }'");
        return lines;
    }

    private static String specification(OptionSpec option) {
        boolean repeatable = option.isMultiValue();
        String names = String.join(" ", option.names());
        String excluded = repeatable ? "*" : "(" + names + ")";
        String what = "[" + escaped(String.join(" ", option.description())) + "]" + value(option);
        return option.names().length == 1
                ? "'" + excluded + option.names()[0] + what + "'"
                : "'" + excluded + "'" + Stream.of(option.names()).collect(Collectors.joining(",", "{", "}")) + "'"
                        + what + "'";
    }

    private static String value(OptionSpec option) {
        if (option.arity().max() == 0) {
            return "";
        }
        String label = option.paramLabel();
        String values = CHOICE.matcher(label).matches()
                ? "(" + label.replace('|', ' ') + ")"
                : FILES.contains(label) ? "_files" : " ";
        return ":" + escaped(label) + ":" + values;
    }

    private static String escaped(String text) {
        return text.replaceAll("[\\\\\\[\\]:]", "\\\\$0").replace("'", "'\\''");
    }
}
