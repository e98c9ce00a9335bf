package cc.accu.server.internal.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Whom a certificate may name: {@code CN=device-*,O=Acme} is everybody who has both, whatever else they have; {@code *} is
 * any text in a value. Values are compared as they are, names of attributes without case. Several are separated by
 * {@code ;}, and one is enough.
 */
public final class SubjectPattern {
    private final String text;
    private final List<List<Part>> alternatives;

    /** What has to be among the parts of the name. */
    private record Part(String attribute, Pattern value) {
        boolean isIn(LdapName name) {
            return name.getRdns().stream()
                    .filter(rdn -> rdn.getType().toUpperCase(Locale.ROOT).equals(attribute))
                    .anyMatch(
                            rdn -> value.matcher(String.valueOf(rdn.getValue())).matches());
        }
    }

    private SubjectPattern(String text, List<List<Part>> alternatives) {
        this.text = text;
        this.alternatives = alternatives;
    }

    /**
     * Reads what was typed.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static SubjectPattern parse(String text) {
        List<List<Part>> alternatives = new ArrayList<>();
        for (String one : text.split(";", -1)) {
            alternatives.add(parts(one.strip(), text));
        }
        return new SubjectPattern(text, alternatives);
    }

    private static List<Part> parts(String pattern, String text) {
        List<Part> parts = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(pattern).getRdns()) {
                parts.add(new Part(rdn.getType().toUpperCase(Locale.ROOT), glob(String.valueOf(rdn.getValue()))));
            }
        } catch (InvalidNameException wrong) {
            throw new IllegalArgumentException(
                    "'" + text + "' names nobody; write it as CN=device-* or CN=*,O=Acme", wrong);
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("it names somebody, as CN=device-* or CN=*,O=Acme, and is not empty");
        }
        return parts;
    }

    private static Pattern glob(String value) {
        List<String> pieces = List.of(value.split("\\*", -1));
        return Pattern.compile(pieces.stream().map(Pattern::quote).collect(Collectors.joining(".*")), Pattern.DOTALL);
    }

    /** Whether it fits a name in the form of RFC 2253. */
    public boolean fits(String subject) {
        try {
            LdapName name = new LdapName(subject);
            return alternatives.stream().anyMatch(parts -> parts.stream().allMatch(part -> part.isIn(name)));
        } catch (InvalidNameException noName) {
            return false;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
