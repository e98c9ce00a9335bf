package cc.accu.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.server.ListenOptions;
import cc.accu.testing.FuzzInput;
import cc.accu.transport.Endpoint;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.EnumSet;
import java.util.List;

/** Any words are listeners, or are refused in words. */
class ListenersFuzzTest {
    private static final Listeners TYPED = new Listeners();

    static {
        new Command(() -> Program.OK, Option.flag("-v, --verbose", "say more"))
                .options(TYPED.options(EnumSet.allOf(ListenerOption.class)));
    }

    @FuzzTest
    void readsListenersOrSaysWhatIsWrong(byte[] data) {
        List<String> words = List.of(new FuzzInput(data).restAsText().split("\n", -1));
        try {
            for (ListenOptions listener : TYPED.parse(words)) {
                assertThat(Endpoint.parse(listener.endpoint().toString())).isEqualTo(listener.endpoint());
                assertThat(listener.framing().maxLineBytes()).isPositive();
                assertThat(listener.maxConnections()).isPositive();
                assertThat(listener.socketMode()).isBetween(0, 0777);
            }
        } catch (IllegalArgumentException refused) {
            assertThat(refused).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(refused.getMessage()).isNotBlank();
        }
    }
}
