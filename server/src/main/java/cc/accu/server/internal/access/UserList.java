package cc.accu.server.internal.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import cc.accu.internal.text.TypedText;
import cc.accu.line.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Users and groups of this machine who may send over a Unix socket, by number: what their names stand for is looked up once.
 * Any thread.
 */
public final class UserList {
    private static final Pattern NAME = Pattern.compile("[^-:\\s\\p{Cntrl}][^:\\s\\p{Cntrl}]*");
    private static final int LONGEST_LOOK_UP_SECONDS = 5;

    private final Set<Integer> uids;
    private final Set<Integer> gids;

    private UserList(Set<Integer> uids, Set<Integer> gids) {
        this.uids = uids;
        this.gids = gids;
    }

    /**
     * Names and numbers in the form that the machine has them in, known or not.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    public static List<String> checked(List<String> typed) {
        List<String> names = typed.stream().map(String::strip).toList();
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "'" + name + "' is neither a name nor a number, for example adm,1000");
            }
            if (isNumber(name)) {
                number(name);
            }
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("give at least one name or number, for example adm,1000");
        }
        return names;
    }

    /**
     * Looks them up. Blocking.
     *
     * @throws IllegalArgumentException when one is not known, with what to do
     */
    public static UserList lookUp(List<String> users, List<String> groups) {
        return new UserList(numbers("user", "passwd", users), numbers("group", "group", groups));
    }

    private static Set<Integer> numbers(String kind, String database, List<String> names) {
        return names.stream()
                .map(name -> isNumber(name)
                        ? number(name)
                        : entry(database, name)
                                .orElseThrow(() -> new IllegalArgumentException("there is no " + kind + " '" + name
                                        + "'; see those that there are with \"getent " + database
                                        + "\", or give the number")))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isNumber(String name) {
        return name.chars().allMatch(character -> character >= '0' && character <= '9');
    }

    /** As the system hands it out: large ones are negative. */
    private static int number(String digits) {
        try {
            return Integer.parseUnsignedInt(digits);
        } catch (NumberFormatException tooLarge) {
            throw new IllegalArgumentException(
                    "'" + digits + "' is too large for a number of a user or group", tooLarge);
        }
    }

    /** From the machine's file, or from wherever else its users are, which only the system's own command knows. */
    private static OptionalInt entry(String database, String name) {
        OptionalInt local = OptionalInt.empty();
        try (Stream<String> lines = Files.lines(Path.of("/etc", database), ISO_8859_1)) {
            local = numberIn(lines, name);
        } catch (IOException none) {
            // Asked the other way.
        }
        return local.isPresent() ? local : fromCommand(database, name);
    }

    private static OptionalInt fromCommand(String database, String name) {
        try {
            Process process = new ProcessBuilder("getent", database, name)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST_LOOK_UP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return OptionalInt.empty();
            }
            return numberIn(process.inputReader(ISO_8859_1).lines(), name);
        } catch (IOException none) {
            return OptionalInt.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    /** A line is {@code name:password:number:…}, of users and of groups. */
    private static OptionalInt numberIn(Stream<String> lines, String name) {
        String wanted = new String(TypedText.bytes(name), ISO_8859_1);
        return lines.map(line -> line.split(":", -1))
                .filter(fields -> fields.length > 2 && wanted.equals(fields[0]))
                .filter(fields -> !fields[2].isEmpty() && isNumber(fields[2]))
                .mapToInt(fields -> number(fields[2]))
                .findFirst();
    }

    boolean isEmpty() {
        return uids.isEmpty() && gids.isEmpty();
    }

    /** Why this one may not send, in a sentence with what to do; nothing if it may. */
    Optional<String> whyNot(Optional<Origin.Credentials> peer) {
        if (peer.isEmpty()) {
            return Optional.of(
                    "the system does not tell who it is, and only those whom allow-user and allow-group name may"
                            + " send; that needs the native library for Linux or macOS");
        }
        Origin.Credentials who = peer.get();
        return uids.contains(who.uid()) || gids.contains(who.gid())
                ? Optional.empty()
                : Optional.of(
                        "neither allow-user has uid " + Integer.toUnsignedString(who.uid()) + " nor allow-group gid "
                                + Integer.toUnsignedString(who.gid()) + "; add one of them if it may send");
    }
}
