package cc.accu.server.internal.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressListTest {
    private static AddressList list(String typed) {
        return AddressList.of(List.of(typed.split(",", -1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.0/8 | 10.255.0.1 | true",
                "10.0.0.0/8 | 11.0.0.1 | false",
                "10.0.0.0/8 | ::ffff:10.1.2.3 | true",
                "10.0.0.0/8 | ::ffff:a01:203 | true",
                "::ffff:10.0.0.0/104 | 10.1.2.3 | true",
                "::ffff:10.0.0.0/104 | 11.1.2.3 | false",
                "::ffff:192.0.2.7 | 192.0.2.7 | true",
                "::ffff:0:0/96 | 192.0.2.7 | true",
                "192.0.2.7 | 192.0.2.7 | true",
                "192.0.2.7 | 192.0.2.8 | false",
                "192.0.2.7/32 | 192.0.2.7 | true",
                "192.0.2.6/31 | 192.0.2.7 | true",
                "0.0.0.0/0 | 255.255.255.255 | true",
                "0.0.0.0/0 | ::1 | false",
                "::/0 | 2001:db8::1 | true",
                "::/0 | ffff::1 | true",
                "::/0 | 127.0.0.1 | false",
                "::/0 | ::ffff:127.0.0.1 | false",
                "::1 | ::1 | true",
                "::1 | 0:0:0:0:0:0:0:1 | true",
                "2001:db8::/32 | 2001:db8:ffff::1 | true",
                "2001:db8::/32 | 2001:db9::1 | false",
                "2001:DB8::/127 | 2001:db8::1 | true",
                "8000::/1 | ffff::1 | true",
                "8000::/1 | 7fff::1 | false",
                "10.0.0.0/8, 127.0.0.1 ,::1 | 127.0.0.1 | true",
                "10.0.0.0/8,127.0.0.1,::1 | ::1 | true",
                "10.0.0.0/8,127.0.0.1,::1 | ::2 | false",
                "0.0.0.0/0,::/0 | unix | false",
                "0.0.0.0/0,::/0 | uid=0 | false",
                "0.0.0.0/0,::/0 | gone | false",
            })
    void holdsAddresses(String typed, String host, boolean held) {
        assertThat(list(typed).contains(host)).isEqualTo(held);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "localhost | 'localhost' is neither an address nor a network (names are not looked up); for example 10.0.0.0/8,",
                "10.0.0.0/8,, | '' is neither",
                "10.0.0 | '10.0.0' is neither",
                "10.0.0.0/ | neither",
                "10.0.0.0/x | neither",
                "10.0.0.0/-1 | neither",
                "10.0.0.0/255.0.0.0 | neither",
                "10.0.0.256 | neither",
                "10.0.0.0-10.0.0.9 | neither",
                "[::1] | neither",
                "fe80::1%eth0 | neither",
                ":: 1 | neither",
                "127.0.0.1:3000 | neither",
                "10.0.0.0/33 | the number behind the slash is how many bits are the same in the whole network, 0 to 32 here",
                "::/129 | 0 to 128 here",
                "::ffff:10.0.0.0/8 | 96 to 128 here",
                "10.0.0.1/8 | '10.0.0.1/8' is no network of 8 bits: write 10.0.0.0/8 for all of it, or 10.0.0.1 for the address alone",
                "192.0.2.7/31 | write 192.0.2.6/31",
                "1.2.3.4/0 | write 0.0.0.0/0",
                "2001:db8::1/64 | write 2001:db8::/64 for all of it, or 2001:db8::1 for",
            })
    void refusesWhatIsNone(String typed, String message) {
        assertThatThrownBy(() -> list(typed.strip()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8,::1", "192.0.2.7"})
    void keepsWhatWasTyped(String typed) {
        assertThat(String.join(",", list(typed).texts())).isEqualTo(typed);
    }

    @Test
    void isNotMadeOfNothing() {
        assertThatThrownBy(() -> AddressList.of(List.of())).hasMessageContaining("at least one address");
        assertThat(AddressList.EMPTY.contains("127.0.0.1")).isFalse();
    }
}
