package cc.accu.internal.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/**
 * How a command is typed, as picocli reads it: options anywhere, {@code --name value} or {@code --name=value}, and words;
 * what follows {@code --} is words. The model is made without reflection, which a start would wait for. One thread.
 */
public final class Command {
    private static final int WIDTH = 80;
    private static final int LONGEST_FORM = 24;

    private final Callable<Integer> action;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final List<String> sections = new ArrayList<>();
    private final List<String> shortSections = new ArrayList<>();
    private final List<String> rareTopics = new ArrayList<>();
    private final Option<Boolean> help = Option.flag("-h, --help", "print this, and exit");
    private final Option<Boolean> version = Option.flag("-V, --version", "print the version, and exit");
    private final Option<Boolean> verbose;
    private Optional<Option<Boolean>> longHelp = Optional.empty();
    private final PositionalParamSpec words = PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .converters(word -> word)
            .build();

    /**
     * A command with options for help and version.
     *
     * @param action what it does; returns the exit code
     * @param verbose whether it says more
     */
    public Command(Callable<Integer> action, Option<Boolean> verbose) {
        this.action = action;
        this.verbose = verbose;
        spec.addPositional(words).interpolateVariables(false);
        spec.usageMessage().sortOptions(false).width(WIDTH).longOptionsMaxWidth(LONGEST_FORM);
    }

    /** Goes on with these lines in its help. */
    public Command text(String lines) {
        shortSections.add(section(ignored -> lines));
        return this;
    }

    /** Has these options, and goes on with them in its help. */
    public Command options(Collection<? extends Option<?>> options) {
        shortSections.add(section(listOf(options)));
        return this;
    }

    /** The same, below a heading. */
    public Command options(String heading, Collection<? extends Option<?>> options) {
        shortSections.add(section(heading(heading)));
        return options(options);
    }

    /**
     * Has these options, which few people need: they are in the long help only, and the short one says that there are some.
     * To be called before those that every command has.
     *
     * @param topic what they are for; with a capital letter, their heading
     */
    public Command rareOptions(String topic, Collection<? extends Option<?>> options) {
        rareTopics.add(topic);
        section(heading(Character.toUpperCase(topic.charAt(0)) + topic.substring(1)));
        section(listOf(options));
        return this;
    }

    /** Has those options that every command has, and goes on with them in its help. */
    public Command usualOptions() {
        return options(usual());
    }

    /** The same, with others before them, below a heading. */
    public Command usualOptions(String heading, Collection<? extends Option<?>> others) {
        List<Option<?>> all = new ArrayList<>(others);
        all.addAll(usual());
        return options(heading, all);
    }

    private List<Option<?>> usual() {
        if (rareTopics.isEmpty()) {
            return List.of(verbose, help, version);
        }
        Option<Boolean> all = Option.flag("--help-all", "print all options, also for " + String.join(", ", rareTopics));
        longHelp = Optional.of(all);
        return List.of(verbose, help, all, version);
    }

    private IHelpSectionRenderer listOf(Collection<? extends Option<?>> options) {
        List<OptionSpec> all = new ArrayList<>();
        for (Option<?> option : options) {
            all.add(option.addTo(spec));
        }
        return rendered -> rendered.optionListExcludingGroups(all);
    }

    private static IHelpSectionRenderer heading(String text) {
        return rendered -> rendered.colorScheme().ansi().string("\n@|bold " + text + ":|@\n");
    }

    private String section(IHelpSectionRenderer section) {
        String key = "section" + sections.size();
        sections.add(key);
        spec.usageMessage().sectionMap().put(key, section);
        return key;
    }

    /** The model, as picocli takes it. */
    public CommandSpec spec() {
        return spec;
    }

    /** Its help, short unless all was asked for: a space parts an option and its value, as most people type it. */
    String helpText(Ansi ansi) {
        boolean all = longHelp.map(Command::isTyped).orElse(true);
        spec.usageMessage().sectionKeys(all ? sections : shortSections);
        CommandLine line = spec.commandLine();
        return line.setHelpFactory((command, scheme) -> new SpacedHelp(command, scheme))
                .getUsageMessage(ansi);
    }

    private static boolean isTyped(Option<Boolean> flag) {
        return flag.ifAny().orElse(false);
    }

    private static final class SpacedHelp extends Help {
        SpacedHelp(CommandSpec command, ColorScheme scheme) {
            super(command, scheme);
        }

        @Override
        public IParamLabelRenderer parameterLabelRenderer() {
            return new IParamLabelRenderer() {
                @Override
                public Ansi.Text renderParameterLabel(ArgSpec option, Ansi ansi, List<Ansi.IStyle> styles) {
                    return ansi.new Text(option.arity().max() == 0 ? "" : " " + option.paramLabel());
                }

                @Override
                public String separator() {
                    return " ";
                }
            };
        }
    }

    boolean asksForHelp() {
        return help.value() || longHelp.map(Command::isTyped).orElse(false);
    }

    boolean asksForVersion() {
        return version.value();
    }

    /** Whether it is to print what it would do, in place of doing it. */
    boolean printsSettings() {
        OptionSpec option = spec.findOption(Settings.PRINT);
        return option != null && Boolean.TRUE.equals(option.getValue());
    }

    boolean logsJson() {
        OptionSpec option = spec.findOption("--log-format");
        return option != null && String.valueOf(option.<Object>getValue()).equalsIgnoreCase("json");
    }

    boolean isVerbose() {
        return verbose.value();
    }

    int run() throws Exception {
        return action.call();
    }

    /** The words that are neither options nor their values. */
    public List<String> words() {
        List<String> typed = words.getValue();
        return typed == null ? List.of() : List.copyOf(typed);
    }

    /**
     * What {@code parse} makes of the words.
     *
     * @throws ParameterException if that throws an IllegalArgumentException, with its message
     */
    public <T> T words(Function<List<String>, T> parse) {
        try {
            return parse.apply(words());
        } catch (IllegalArgumentException wrong) {
            throw wrong(wrong);
        }
    }

    /**
     * Checks what was typed.
     *
     * @throws ParameterException with that rule as its message, if it is not right
     */
    public void check(boolean right, String rule) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }

    /** What was typed is wrong for that reason. */
    public ParameterException wrong(IllegalArgumentException reason) {
        return new ParameterException(spec.commandLine(), String.valueOf(reason.getMessage()), reason);
    }
}
