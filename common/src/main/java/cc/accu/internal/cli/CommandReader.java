package cc.accu.internal.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the words of one command line. One thread. */
final class CommandReader {
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

    private final List<Option> options;
    private final List<String> words;
    private final CommandLine line = new CommandLine();
    private int next;

    CommandReader(List<Option> options, List<String> words) {
        this.options = options;
        this.words = words;
    }

    CommandLine read() {
        while (next < words.size()) {
            String word = words.get(next++);
            if (word.equals("--")) {
                words.subList(next, words.size()).forEach(line::addArgument);
                return line;
            }
            if (word.startsWith("--")) {
                readLong(word);
            } else if (isOption(word)) {
                readLetters(word);
            } else {
                line.addArgument(word);
            }
        }
        return line;
    }

    private static boolean isOption(String word) {
        return word.length() > 1 && word.startsWith("-");
    }

    private void readLong(String word) {
        int equals = word.indexOf('=');
        Option option = find(equals < 0 ? word : word.substring(0, equals));
        if (equals < 0) {
            line.add(option, option.isFlag() ? List.of() : values(option));
        } else if (option.isFlag()) {
            throw new UsageException(option.name() + " takes no value");
        } else {
            line.add(option, List.of(word.substring(equals + 1)));
        }
    }

    /** Letters are short for options without values: {@code -vh} is {@code -v -h}. */
    private void readLetters(String word) {
        for (char letter : word.substring(1).toCharArray()) {
            line.add(find("-" + letter), List.of());
        }
    }

    /** The next word, whatever it looks like, unless it is an option of the command; and more if the option takes more. */
    private List<String> values(Option option) {
        if (next == words.size() || isKnown(words.get(next))) {
            throw new UsageException("missing value: " + option.form());
        }
        List<String> values = new ArrayList<>();
        do {
            values.add(words.get(next++));
        } while (option.takesSeveral() && next < words.size() && !isOption(words.get(next)));
        return values;
    }

    private boolean isKnown(String word) {
        for (Option option : options) {
            if (option.isNamed(word)) {
                return true;
            }
        }
        return false;
    }

    private Option find(String name) {
        List<String> names = new ArrayList<>();
        for (Option option : options) {
            if (option.isNamed(name)) {
                return option;
            }
            names.add(option.name());
        }
        String advice = OF_AN_ADDRESS.contains(name)
                ? "an address has no option, it is two words: tcp :3000 or unix /var/run/accu.sock"
                : Nearest.to(name, names)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("if it is no option, put -- before it");
        throw new UsageException("unknown option '" + name + "'; " + advice);
    }
}
