package cc.accu.internal.cli;

import java.util.ArrayList;
import java.util.List;

/** How a command is typed, and what its help says. Immutable. */
public final class CommandSyntax {
    public static final Option HELP = Option.of("-h, --help", "print this, and exit");
    public static final Option VERSION = Option.of("-V, --version", "print the version, and exit");

    private final String head;
    private final String foot;
    private final List<Option> options = new ArrayList<>();

    /**
     * A command that has these options, {@link #HELP} and {@link #VERSION}.
     *
     * @param head lines of the help before the options
     * @param foot lines of the help behind them
     */
    @SafeVarargs
    public CommandSyntax(String head, String foot, List<Option>... options) {
        this.head = head;
        this.foot = foot;
        for (List<Option> some : options) {
            this.options.addAll(some);
        }
        this.options.add(HELP);
        this.options.add(VERSION);
    }

    /**
     * Reads what was typed: options anywhere, {@code --name value} or {@code --name=value}, and words. What follows
     * {@code --} is words.
     *
     * @throws UsageException if an option is not known, is repeated, or lacks its value
     */
    public CommandLine parse(List<String> words) {
        return new CommandReader(options, words).read();
    }

    /** The help, for a terminal of 80 columns. */
    public String help() {
        HelpText help = new HelpText(head);
        for (Option option : options) {
            help.add(option);
        }
        return help + foot;
    }
}
