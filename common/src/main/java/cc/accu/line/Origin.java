package cc.accu.line;

import cc.accu.internal.text.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where lines come from.
 *
 * @param listener the endpoint that accepted the connection, as it prints
 * @param peer the sender, for example {@code 127.0.0.1:51234} or {@code pid=4242,uid=1000}; never holds a space
 * @param credentials who is at the other end of a Unix domain socket, where the system tells
 * @param subject whom the sender's certificate names, as RFC 2253 writes it, if there is one that was verified
 */
public record Origin(String listener, String peer, Optional<Credentials> credentials, Optional<String> subject) {

    /** The process that opened the other end, as it was when it connected. */
    public record Credentials(int pid, int uid, int gid) {}

    /** An origin without a known process or subject. */
    public static Origin of(String listener, String peer) {
        return new Origin(listener, peer, Optional.empty(), Optional.empty());
    }

    /** The same listener and subject, with a sender at another address: the one that a proxy speaks for. */
    public Origin withPeer(String known) {
        return new Origin(listener, known, credentials, subject);
    }

    /** The same sender, who has shown a certificate. */
    public Origin withSubject(String verified) {
        return new Origin(listener, peer, credentials, Optional.of(verified));
    }

    /** What all connections of a machine, or of a user of this one, have in common: the address without its port, or {@code uid=1000}. */
    public String host() {
        return credentials.map(who -> "uid=" + who.uid()).orElseGet(() -> withoutPort(peer));
    }

    private static String withoutPort(String peer) {
        String host = peer.replaceFirst(":\\d+$", "");
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * The sender in one word, for people: the peer, and the subject if there is one, as in {@code
     * 127.0.0.1:51234,CN=device-7}. What is not printable in the subject, or a space, is escaped as in a URL.
     */
    public String sender() {
        String address = Printable.line(peer);
        return subject.map(name -> address + "," + oneWord(name)).orElse(address);
    }

    private static String oneWord(String name) {
        StringBuilder word = new StringBuilder();
        name.codePoints().forEach(character -> {
            if (isPlain(character)) {
                word.appendCodePoint(character);
            } else {
                for (byte value : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
                    word.append(String.format("%%%02X", value));
                }
            }
        });
        return word.toString();
    }

    private static boolean isPlain(int character) {
        boolean ascii = character > ' ' && character < 0x7f && character != '%';
        return ascii || Character.isLetterOrDigit(character);
    }
}
