package cc.accu.client;

import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.Failures.ConversationEnd.Kind;
import cc.accu.client.Sender.Settings;
import cc.accu.client.ServerLink.Deadline;
import cc.accu.internal.framing.AckLine;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The conversation {@code accu/1} on one connection: says the hello, waits for the welcome, lets lines be written from the
 * first one that is not settled, and settles what the server acknowledges. It ends once, and tells its owner. Event-loop
 * confined.
 *
 * <pre>
 * state      what happens                                       next state
 * greeting   the welcome                                        welcomed
 *            any other answer, or none in time                  ended
 * welcomed   an ack of lines that were sent                     welcomed
 *            an err, what cannot be meant, or no ack in time    ended
 * both       the connection is closed, breaks or is abandoned   ended
 *            writing fails                                      ended, soon: what was said before is still read
 * </pre>
 */
final class AckProtocol implements ServerLink.Protocol {
    private static final Duration PATIENCE_FOR_LAST_ACKS = Duration.ofMillis(500);
    private static final int MOST_SHOWN = 80;

    /** Who started it. Called on the event loop. */
    interface Owner {
        void welcomed(ServerLink link, AckLine.Welcome welcome);

        /**
         * It is over.
         *
         * @param progressed whether anything was acknowledged in it
         */
        void ended(ConversationEnd how, boolean progressed);
    }

    private final ServerLink link;
    private final SendQueue queue;
    private final Duration welcomeTimeout;
    private final Owner owner;
    private final Deadline ackDeadline;
    private final byte[] line = new byte[AckLine.MOST_BYTES];
    private int lineLength;
    private @Nullable Future<?> welcomeTimer;
    private boolean welcomed;
    private long before;
    private long handed;
    private long acknowledged;
    private long settled;

    AckProtocol(ServerLink link, SendQueue queue, Settings settings, Owner owner) {
        this.link = link;
        this.queue = queue;
        this.welcomeTimeout = settings.connectTimeout();
        this.owner = owner;
        this.ackDeadline = link.deadline(
                settings.acks().timeout(),
                timeout -> end(Kind.BROKEN, "i/o timeout: no ack for " + Settings.text(timeout)));
    }

    @Override
    public void opened() {
        assert link.loop().inEventLoop();
        link.say(AckLine.HELLO + "\n");
        welcomeTimer = link.loop()
                .schedule(
                        () -> end(Kind.SILENT, "it answered nothing within " + Settings.text(welcomeTimeout)),
                        welcomeTimeout.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean mayWrite() {
        return welcomed;
    }

    @Override
    public void handed(long number) {
        assert link.loop().inEventLoop();
        handed = number;
        if (handed > acknowledged) {
            ackDeadline.begin();
        }
    }

    /** Cuts what came into lines, however the network cut it; a line that is longer than any answer is cut there. */
    @Override
    public void read(ByteBuf in) {
        assert link.loop().inEventLoop();
        while (in.isReadable()) {
            byte value = in.readByte();
            if (value != '\n') {
                line[lineLength++] = value;
            }
            if (value == '\n' || lineLength == line.length) {
                String answer = new String(line, 0, lineLength, StandardCharsets.UTF_8);
                lineLength = 0;
                answered(answer);
            }
        }
        settle();
    }

    private void answered(String said) {
        if (link.hasEnded()) {
            return;
        }
        AckLine answer = AckLine.parse(said).orElse(null);
        if (answer instanceof AckLine.Err err && err.code() != AckLine.Code.BAD_HELLO) {
            refused(err);
        } else if (!welcomed && answer instanceof AckLine.Welcome welcome) {
            welcomed(welcome);
        } else if (welcomed && answer instanceof AckLine.Ack ack) {
            acknowledged(ack.upTo(), said);
        } else if (welcomed) {
            end(Kind.WRONG, "said " + shown(said) + ", which is no answer of accu/1" + ending(said));
        } else {
            end(Kind.FOREIGN, "it answered " + shown(said) + ending(said));
        }
    }

    /** In quotes, short, and without what would upset a terminal. */
    private static String shown(String answer) {
        String plain = answer.strip().replaceAll("\\p{C}", "?");
        return "'" + (plain.length() > MOST_SHOWN ? plain.substring(0, MOST_SHOWN) + "…" : plain) + "'";
    }

    /** What is not to be seen in a line that would be right without it. */
    private static String ending(String answer) {
        boolean hasReturn = answer.endsWith("\r")
                && AckLine.parse(answer.substring(0, answer.length() - 1)).isPresent();
        return hasReturn ? ", ended by CR LF, and accu/1 has LF alone" : "";
    }

    private void welcomed(AckLine.Welcome welcome) {
        welcomed = true;
        Objects.requireNonNull(welcomeTimer).cancel(false);
        before = queue.restart(welcome.maxLine());
        handed = before;
        settled = before;
        acknowledged = before;
        owner.welcomed(link, welcome);
        link.requestTurn();
    }

    private void acknowledged(long upTo, String said) {
        long number = before + upTo;
        if (number < acknowledged || number > handed) {
            long sent = handed - before;
            long known = acknowledged - before;
            end(
                    Kind.WRONG,
                    "said " + shown(said) + " when " + sent + " lines were sent and " + known + " acknowledged");
        } else {
            acknowledged = number;
        }
    }

    /** Acks that came together are settled together. */
    private void settle() {
        if (acknowledged > settled && !link.hasEnded()) {
            if (settled == before) {
                // Lines may have had to wait for this.
                link.requestTurn();
            }
            settled = acknowledged;
            ackDeadline.progressed(handed > settled);
            queue.acknowledge(settled);
        }
    }

    private void refused(AckLine.Err err) {
        settle();
        String said = "said " + shown(err.toString());
        if (err.code() != AckLine.Code.TOO_LONG) {
            end(Kind.REFUSED, "it " + said);
        } else if (welcomed && before + err.line() == acknowledged + 1 && err.line() <= handed - before) {
            settled = ++acknowledged;
            queue.refuseFirst();
            end(Kind.REFUSED, "it " + said);
        } else {
            end(Kind.WRONG, said + " when " + (acknowledged - before) + " lines were acknowledged");
        }
    }

    /** What the server said before it went away can still be read, and is worth having. */
    @Override
    public void lost(ConversationEnd how) {
        if (how.kind() == Kind.UNWRITABLE) {
            link.loop().schedule(() -> end(how), PATIENCE_FOR_LAST_ACKS.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            end(how);
        }
    }

    private void end(Kind kind, String why) {
        end(new ConversationEnd(kind, why));
    }

    private void end(ConversationEnd how) {
        assert link.loop().inEventLoop();
        if (link.hasEnded()) {
            return;
        }
        settle();
        ackDeadline.cancel();
        if (welcomeTimer != null) {
            welcomeTimer.cancel(false);
        }
        link.end(() -> owner.ended(how, settled > before));
    }
}
