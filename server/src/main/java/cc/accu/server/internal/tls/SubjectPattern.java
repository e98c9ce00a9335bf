package cc.accu.server.internal.tls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
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
        boolean isIn(List<Named> name) {
            return name.stream()
                    .anyMatch(part -> part.attribute.equals(attribute)
                            && value.matcher(part.text).matches());
        }
    }

    /** A part of a name. */
    private record Named(String attribute, String text) {
        /** Of all of it: there may be several parts on one level. */
        static List<Named> of(String name) throws NamingException {
            List<Named> parts = new ArrayList<>();
            for (Rdn rdn : new LdapName(name).getRdns()) {
                for (Attribute each : Collections.list(rdn.toAttributes().getAll())) {
                    for (Object value : Collections.list(each.getAll())) {
                        parts.add(new Named(each.getID().toUpperCase(Locale.ROOT), String.valueOf(value)));
                    }
                }
            }
            return parts;
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
            for (Named part : Named.of(pattern)) {
                parts.add(new Part(part.attribute, glob(part.text)));
            }
        } catch (NamingException | IllegalArgumentException wrong) {
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
            List<Named> name = Named.of(subject);
            return alternatives.stream().anyMatch(parts -> parts.stream().allMatch(part -> part.isIn(name)));
        } catch (NamingException | IllegalArgumentException noName) {
            return false;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
