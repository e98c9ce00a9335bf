package cc.accu.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has tests look often at what they wait for, which is mostly there at once. Registered for all tests. */
public final class QuickAwait implements BeforeAllCallback {
    private static final Duration EVERY = Duration.ofMillis(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollInterval(EVERY);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }
}
