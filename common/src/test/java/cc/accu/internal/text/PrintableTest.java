package cc.accu.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void makesOneLineOfSeveral() {
        assertThat(Printable.line("a\r\nb\u0085c\u2028d")).isEqualTo("a\\u000d\\u000ab\\u0085c\u2028d");
        assertThat(Printable.lines("a\r\nb\n")).isEqualTo("a\\u000d\nb\n");
    }

    @Test
    void showsWhatDrivesATerminalByItsNumber() {
        for (char character = 0; character < 0xffff; character++) {
            boolean control = Character.getType(character) == Character.CONTROL && character != '\t';
            boolean shown = Printable.line("a" + character + "b").equals("a" + character + "b");
            if (control) {
                assertThat(shown).as("%04x", (int) character).isFalse();
            } else if (Character.getType(character) != Character.FORMAT) {
                assertThat(shown).as("%04x", (int) character).isTrue();
            }
        }
        assertThat(Printable.line("\u061c\u200e\u200f\u202a\u202e\u2066\u2069"))
                .isEqualTo("\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069");
    }

    @Test
    void leavesWhatIsHarmlessAsItIs() {
        String harmless = "tab\there, gr\u00fc\u00df \u20ac \ud83d\ude00 ~ \u00a0 back\\slash \u200b\ufeff";
        assertThat(Printable.line(harmless)).isSameAs(harmless);
    }
}
