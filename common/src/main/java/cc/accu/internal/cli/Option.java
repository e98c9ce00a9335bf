package cc.accu.internal.cli;

import java.util.List;

/**
 * An option of a command, declared in the form that its help shows: {@code --to SINK}, {@code -v, --verbose} or
 * {@code --verify FILE ...}, which takes several words at once. {@link CommandLine} has what was typed.
 */
public final class Option {
    private final String form;
    private final String description;
    private final String initial;
    private final boolean repeatable;

    private Option(String form, String description, String initial, boolean repeatable) {
        this.form = form;
        this.description = description;
        this.initial = initial;
        this.repeatable = repeatable;
    }

    /** An option that is typed once at most, and has no value if it is not. */
    public static Option of(String form, String description) {
        return new Option(form, description, "", false);
    }

    /** The same with a value for when it is not typed. */
    public Option orElse(String value) {
        return new Option(form, description, value, repeatable);
    }

    /** The same, but it can be typed any number of times. */
    public Option repeatable() {
        return new Option(form, description, initial, true);
    }

    /** Its long name, for example {@code --verbose}. */
    public String name() {
        int from = form.indexOf("--");
        int to = form.indexOf(' ', from);
        return to < 0 ? form.substring(from) : form.substring(from, to);
    }

    /** Its value if it is not typed, or none. */
    List<String> initial() {
        return initial.isEmpty() ? List.of() : List.of(initial);
    }

    boolean isNamed(String word) {
        return word.equals(name()) || (word.length() == 2 && form.startsWith(word + ", "));
    }

    boolean isFlag() {
        return form.endsWith(name());
    }

    boolean isRepeatable() {
        return repeatable;
    }

    boolean takesSeveral() {
        return form.endsWith(" ...");
    }

    String form() {
        return form;
    }

    String description() {
        String always = repeatable ? description + "; repeatable" : description;
        return initial.isEmpty() ? always : always + " (default: " + initial + ")";
    }
}
