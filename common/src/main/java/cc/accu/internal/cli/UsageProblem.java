package cc.accu.internal.cli;

import cc.accu.internal.text.TypedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What was typed wrong, in words for the person who typed it, with what was meant. */
final class UsageProblem {
    /** What other programs call what is typed here without an option. */
    private static final Set<String> OF_AN_ADDRESS = Set.of(
            "--port",
            "-p",
            "--host",
            "-H",
            "--listen",
            "-l",
            "--bind",
            "-b",
            "--address",
            "-a",
            "--addr",
            "--socket",
            "-s",
            "--server",
            "--connect",
            "-c",
            "--url",
            "--unix",
            "-U",
            "-u",
            "--tcp",
            "-t");

    private UsageProblem() {}

    static String of(ParameterException wrong, List<String> words) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        if (wrong instanceof UnmatchedArgumentException unknown) {
            return unknown(unknown.getUnmatched().get(0), command);
        }
        if (wrong instanceof MissingParameterException missing) {
            return "missing value: " + form(missing.getMissing().get(0));
        }
        if (wrong instanceof OverwrittenOptionException twice) {
            return name(twice.getOverwritten()) + " can be given only once";
        }
        if (wrong instanceof MaxValuesExceededException) {
            return flagWithValue(command, words) + " takes no value";
        }
        if (wrong.getCause() instanceof IllegalArgumentException why && wrong.getArgSpec() != null) {
            return name(wrong.getArgSpec()) + ": " + why.getMessage();
        }
        return String.valueOf(wrong.getMessage());
    }

    private static String unknown(String typed, CommandSpec command) {
        String name = optionIn(typed);
        List<String> names = new ArrayList<>();
        command.options().forEach(option -> names.add(option.longestName()));
        String advice = OF_AN_ADDRESS.contains(name)
                ? "an address has no option, it is two words: tcp :3000 or unix /var/run/accu.sock"
                : TypedText.nearest(name, names)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("if it is no option, put -- before it");
        return "unknown option '" + name + "'; " + advice;
    }

    /** Of letters for several options the first that is none; of an option with its value the option. */
    private static String optionIn(String typed) {
        if (typed.startsWith("--")) {
            return typed.split("=", 2)[0];
        }
        return "-" + typed.substring(typed.startsWith("-") ? 1 : 0).charAt(0);
    }

    /** The word that picocli stopped at, which it tells nobody. */
    private static String flagWithValue(CommandSpec command, List<String> words) {
        for (String word : words) {
            OptionSpec option = command.findOption(word.split("=", 2)[0]);
            if (word.contains("=") && option != null && option.arity().max() == 0) {
                return option.longestName();
            }
        }
        return "an option";
    }

    private static String name(ArgSpec option) {
        return ((OptionSpec) option).longestName();
    }

    /** As its help shows it. */
    private static String form(ArgSpec option) {
        String names = String.join(", ", ((OptionSpec) option).names());
        return names + " " + option.paramLabel();
    }
}
