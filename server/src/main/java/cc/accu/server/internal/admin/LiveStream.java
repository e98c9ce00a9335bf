package cc.accu.server.internal.admin;

import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.format.LineFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who look at messages as they come, each with a filter: server-sent events (WHATWG HTML, section 9.2), a JSON object
 * each, as {@code format=json} writes them. Ten times a second what the {@link MessageTap} has is handed out; a viewer that
 * does not keep up, or all of them when there is too much, miss some, and are told how many. Event-loop confined.
 */
final class LiveStream {
    private static final Logger LOG = LoggerFactory.getLogger(LiveStream.class);
    private static final int MOST_VIEWERS = 16;
    private static final int MOST_LINES = 2000;
    private static final int MOST_EVENT_BYTES = 1024 * 1024;
    private static final long TURN_MILLIS = 100;
    private static final int LONGEST_CHARACTER = 4;
    private static final int TURNS_OF_PATIENCE = (int) (TimeUnit.SECONDS.toMillis(60) / TURN_MILLIS);
    private static final int TURNS_OF_SILENCE = (int) (TimeUnit.SECONDS.toMillis(15) / TURN_MILLIS);

    private final MessageTap tap;
    private final LineFormat.Pieces json = new LineFormat.Pieces(formats("json"));

    /** Nothing in it drives a terminal. */
    private final LineFormat.Pieces text = new LineFormat.Pieces(
            () -> new LineFormat.TerminalEscape(formats("text").get()));

    private final List<Viewer> viewers = new ArrayList<>();
    private @Nullable Future<?> turns;

    LiveStream(MessageTap tap) {
        this.tap = tap;
    }

    private static Supplier<LineFormat> formats(String kind) {
        return LineFormat.Kind.parse(kind).formats().orElseThrow();
    }

    /** One who looks. */
    private static final class Viewer {
        private final Channel channel;
        private final MessageFilter filter;
        private final boolean forPeople;
        private ByteBuf events = Unpooled.EMPTY_BUFFER;
        private long leftOut;
        private int silentTurns;
        private int deafTurns;

        Viewer(Channel channel, MessageFilter filter, boolean forPeople) {
            this.channel = channel;
            this.filter = filter;
            this.forPeople = forPeople;
        }

        void beginTurn(long missed) {
            events = channel.alloc().buffer();
            leftOut += missed;
        }

        boolean hasRoom() {
            return channel.isWritable() && events.readableBytes() < MOST_EVENT_BYTES;
        }

        void event(byte[] object) {
            events.writeBytes(DATA).writeBytes(object).writeByte('\n'); // the object has an end of line already
        }

        void endTurn() {
            if (leftOut > 0 && channel.isWritable()) {
                ByteBufUtil.writeAscii(events, "event: left-out\ndata: {\"lines\":" + leftOut + "}\n\n");
                leftOut = 0;
            }
            silentTurns = events.isReadable() ? 0 : silentTurns + 1;
            if (silentTurns == TURNS_OF_SILENCE && channel.isWritable()) {
                ByteBufUtil.writeAscii(events, ": nothing came\n\n");
                silentTurns = 0;
            }
            if (events.isReadable()) {
                channel.writeAndFlush(new DefaultHttpContent(events));
            } else {
                events.release();
            }
            deafTurns = channel.isWritable() ? 0 : deafTurns + 1;
            if (deafTurns == TURNS_OF_PATIENCE) {
                channel.close(); // somebody else may look in its place
            }
        }
    }

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    /** Whether one more may look. */
    boolean hasRoom() {
        return viewers.size() < MOST_VIEWERS;
    }

    /**
     * Shows messages to {@code channel} from now on until it is closed, from the loop's next task on: the caller writes the head
     * of the response before that.
     *
     * @param forPeople whether they are shown as text, in place of JSON
     */
    void add(Channel channel, MessageFilter filter, boolean forPeople) {
        Viewer viewer = new Viewer(channel, filter, forPeople);
        viewers.add(viewer);
        tap.setOpen(true);
        if (turns == null) {
            EventLoop loop = channel.eventLoop();
            turns = loop.scheduleAtFixedRate(this::turn, TURN_MILLIS, TURN_MILLIS, TimeUnit.MILLISECONDS);
        }
        channel.closeFuture().addListener(closed -> remove(viewer));
    }

    /** Says to all that nothing more comes. */
    void end() {
        List.copyOf(viewers)
                .forEach(viewer -> viewer.channel
                        .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                        .addListener(ChannelFutureListener.CLOSE));
    }

    private void remove(Viewer viewer) {
        viewers.remove(viewer);
        if (viewers.isEmpty() && turns != null) {
            tap.setOpen(false);
            turns.cancel(false);
            turns = null;
        }
    }

    private void turn() {
        long missed = tap.takeLeftOut();
        List<Viewer> all = List.copyOf(viewers);
        all.forEach(viewer -> viewer.beginTurn(missed));
        try {
            int shown = 0;
            for (LineBatch batch : tap.takeAll()) {
                shown = show(batch, all, shown);
            }
        } catch (RuntimeException | OutOfMemoryError problem) {
            LOG.error("some messages are not shown", problem);
        } finally {
            all.forEach(Viewer::endTurn);
        }
    }

    private int show(LineBatch batch, List<Viewer> all, int shownBefore) {
        List<Viewer> interested = all.stream()
                .filter(viewer -> viewer.filter.fits(batch.origin()))
                .toList();
        if (interested.isEmpty()) {
            return shownBefore;
        }
        int[] shown = {shownBefore};
        batch.forEach(line -> {
            byte[] object = null;
            byte[] words = null;
            String message = line.utf8();
            for (Viewer viewer : interested) {
                if (!viewer.filter.fits(message)) {
                    continue;
                }
                if (shown[0] >= MOST_LINES || !viewer.hasRoom()) {
                    viewer.leftOut++;
                    continue;
                }
                if (object == null && words == null) {
                    shown[0]++;
                }
                if (viewer.forPeople) {
                    words = words == null ? formatted(text, line, batch) : words;
                    viewer.event(words);
                } else {
                    object = object == null ? formatted(json, line, batch) : object;
                    viewer.event(object);
                }
            }
        });
        return shown[0];
    }

    private static byte[] formatted(LineFormat.Pieces format, Line line, LineBatch batch) {
        byte[] bytes = line.bytes();
        int most = MessageTap.MOST_LINE_BYTES;
        boolean cut = line.cut() || bytes.length > most;
        int end = bytes.length < most ? bytes.length : shortened(bytes, most);
        byte[] whole = Arrays.copyOf(bytes, end + 1);
        whole[whole.length - 1] = '\n';
        LineBatch one = new LineBatch(
                Unpooled.wrappedBuffer(whole),
                1,
                line.origin(),
                line.number(),
                batch.receivedMillis(),
                cut,
                line.end().orElse(null));
        try (LineBatch formatted = format.next(one)) {
            return ByteBufUtil.getBytes(formatted.lines());
        } finally {
            one.close();
        }
    }

    /** Not in the middle of a character of UTF-8. */
    private static int shortened(byte[] bytes, int most) {
        int end = Math.min(bytes.length, most);
        int start = end;
        while (start > 0 && end - start < LONGEST_CHARACTER) {
            int value = bytes[--start] & 0xff;
            if (value < 0x80 || value >= 0xc0) {
                return start + lengthOfCharacter(value) > end ? start : end;
            }
        }
        return end;
    }

    private static int lengthOfCharacter(int firstByte) {
        if (firstByte < 0xc0) {
            return 1;
        }
        return firstByte < 0xe0 ? 2 : firstByte < 0xf0 ? 3 : LONGEST_CHARACTER;
    }
}
