package cc.accu.server.internal.access;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Networks and single addresses, as somebody typed them: {@code 10.0.0.0/8}, {@code 127.0.0.1}, {@code 2001:db8::/32}. An
 * IPv4 address that is written as an IPv6 one, as {@code ::ffff:10.0.0.1}, is the IPv4 address. Any thread.
 */
public final class AddressList {
    /** Holds no address. */
    public static final AddressList EMPTY = new AddressList(List.of(), List.of());

    private static final Pattern FORM = Pattern.compile("([0-9a-fA-F:.]+)(?:/(\\d{1,3}))?");
    private static final String EXAMPLE = "for example 10.0.0.0/8,192.0.2.7,2001:db8::/32";

    private final List<String> texts;
    private final List<IpSubnetFilterRule> networks;

    private AddressList(List<String> texts, List<IpSubnetFilterRule> networks) {
        this.texts = texts;
        this.networks = networks;
    }

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    public static AddressList of(List<String> typed) {
        if (typed.isEmpty()) {
            throw new IllegalArgumentException("give at least one address or network, " + EXAMPLE);
        }
        List<String> texts = typed.stream().map(String::strip).toList();
        return new AddressList(texts, texts.stream().map(AddressList::network).toList());
    }

    private static IpSubnetFilterRule network(String text) {
        Matcher form = FORM.matcher(text);
        Optional<InetAddress> written = form.matches() ? address(form.group(1)) : Optional.empty();
        InetAddress address = written.orElseThrow(() -> new IllegalArgumentException(
                "'" + text + "' is neither an address nor a network (names are not looked up); " + EXAMPLE));
        int all = 8 * address.getAddress().length;
        int bits = form.group(2) == null ? all : Integer.parseInt(form.group(2));
        boolean mapped = all == 32 && form.group(1).contains(":");
        if (mapped && form.group(2) != null) {
            bits -= 128 - 32;
        }
        if (bits < 0 || bits > all) {
            throw new IllegalArgumentException(
                    "'" + text + "': the number behind the slash is how many bits are the same"
                            + " in the whole network, "
                            + (mapped ? "96 to 128" : "0 to " + all) + " here; " + EXAMPLE);
        }
        checkNoHostBits(text, address, bits);
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    /** Somebody who types {@code 10.1.2.3/8} may have meant the address, or all of the network. */
    private static void checkNoHostBits(String text, InetAddress address, int bits) {
        byte[] network = address.getAddress();
        for (int bit = bits; bit < 8 * network.length; bit++) {
            network[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        InetAddress first = ofBytes(network);
        if (!first.equals(address)) {
            throw new IllegalArgumentException("'" + text + "' is no network of " + bits + " bits: write "
                    + NetUtil.toAddressString(first) + "/" + bits + " for all of it, or "
                    + NetUtil.toAddressString(address) + " for the address alone");
        }
    }

    /** The address that is written there, without looking anything up; nothing if it is none. */
    static Optional<InetAddress> address(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        return bytes == null ? Optional.empty() : Optional.of(ofBytes(bytes));
    }

    private static InetAddress ofBytes(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(address.length + " bytes are no address", wrongLength);
        }
    }

    /** What was typed, one by one. */
    public List<String> texts() {
        return texts;
    }

    public boolean isEmpty() {
        return texts.isEmpty();
    }

    /** Whether one of them is this host, or has it; a host without an address, as a Unix socket's, is in none. */
    boolean contains(String host) {
        return address(host)
                .map(address -> new InetSocketAddress(address, 0))
                .filter(sender -> networks.stream().anyMatch(network -> network.matches(sender)))
                .isPresent();
    }
}
