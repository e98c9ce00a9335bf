package cc.accu.internal.framing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.internal.framing.LineSender.Ending;
import cc.accu.line.End;
import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LineDecoderTest {
    private static final LineFraming SPLIT_4 = LineFraming.ofMaxLine(4);
    private static final LineFraming SKIP_4 = SPLIT_4.withLongLine(LongLine.SKIP);
    private static final LineFraming CLOSE_4 = SPLIT_4.withLongLine(LongLine.CLOSE);

    /** In receive buffers, before what is read: for no start of a line, for some, for all. */
    private static final List<Integer> ROOMS = List.of(0, 3, 100);

    /** What a sender sends, how its input ends, and the messages that come of it. */
    record Conversation(String input, LineFraming framing, Ending ending, List<String> messages) {
        @Override
        public String toString() {
            return '"' + input.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0") + "\" " + ending + " max "
                    + framing.maxLineBytes() + " " + framing.longLine();
        }
    }

    private static Conversation of(String input, LineFraming framing, Ending ending, String... messages) {
        return new Conversation(input, framing, ending, List.of(messages));
    }

    private static Conversation of(String input, String... messages) {
        return of(input, LineFraming.DEFAULT, Ending.FIN, messages);
    }

    static Stream<Conversation> conversations() {
        return Stream.of(
                of(""),
                of("a\nb\n", "1:a", "2:b"),
                of("a\r\nb\r\n", "1:a", "2:b"),
                of("a\r\r\n", "1:a\r"),
                of("\n\n", "1:", "2:"),
                of("\r\n\r\n", "1:", "2:"),
                of("\r\r\n\n", "1:\r", "2:"),
                of("accu.cc", "1:accu.cc[eof]"),
                of("a\naccu.cc", "1:a", "2:accu.cc[eof]"),
                of("accu.cc\r", "1:accu.cc[eof]"),
                of("accu.cc\r\r", "1:accu.cc\r[eof]"),
                of("a\naccu.cc\r", LineFraming.DEFAULT, Ending.CLOSE, "1:a", "2:accu.cc[eof]"),
                of("a\nbc\r", LineFraming.DEFAULT, Ending.RST, "1:a", "2:bc[reset]"),
                of("a\nbc\r", LineFraming.DEFAULT, Ending.TIMEOUT, "1:a", "2:bc[timeout]"),
                of("\r", "1:[eof]"),
                of("a\n\r", "1:a", "2:[eof]"),
                of("a\rb\n\rc\n", "1:a\rb", "2:\rc"),
                of("\0\n\0a\0\n", "1:\0", "2:\0a\0"),
                of("\u00ff\u00fe\u00c3\n\u00e2\u0082\n", "1:\u00ff\u00fe\u00c3", "2:\u00e2\u0082"),
                of("\u001b[31m\n\t\u007f\u0085\n", "1:\u001b[31m", "2:\t\u007f\u0085"),
                of("a\nbc", LineFraming.DEFAULT, Ending.CLOSE, "1:a", "2:bc[eof]"),
                of("a\nbc", LineFraming.DEFAULT, Ending.RST, "1:a", "2:bc[reset]"),
                of("a\nbc", LineFraming.DEFAULT, Ending.TIMEOUT, "1:a", "2:bc[timeout]"),
                of("a\nbc\r", LineFraming.DEFAULT, Ending.SHUTDOWN, "1:a", "2:bc[shutdown]"),
                of("a\nbc\n", LineFraming.DEFAULT, Ending.RST, "1:a", "2:bc"),
                // at the limit
                of("abc\nabcd\nx\n", SPLIT_4, Ending.FIN, "1:abc", "2:abcd", "3:x"),
                of("abc\r\nabcd\r\nx\r\n", SPLIT_4, Ending.FIN, "1:abc", "2:abcd", "3:x"),
                of("abcd\r\n", SKIP_4, Ending.FIN, "1:abcd"),
                of("abcd\r\nabcd\n", CLOSE_4, Ending.FIN, "1:abcd", "2:abcd"),
                of("abcd", SKIP_4, Ending.FIN, "1:abcd[eof]"),
                of("abcd\r", SPLIT_4, Ending.FIN, "1:abcd[eof]"),
                of("abcd\r\r", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:\r[eof]"),
                of("abcdefgh\r", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:efgh[eof]"),
                of("abcd\r", SKIP_4, Ending.FIN, "1:abcd[eof]"),
                of("abcd\r", CLOSE_4, Ending.FIN, "1:abcd[eof]"),
                of("abcde\r", SKIP_4, Ending.FIN, "1:dropped 5"),
                of("abc\r\r\n", SKIP_4, Ending.FIN, "1:abc\r"),
                of("abcd\r\r\n", SKIP_4, Ending.FIN, "1:dropped 5"),
                of("abcd\rx\n", SKIP_4, Ending.FIN, "1:dropped 6"),
                // split
                of("abcde\nx\n", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:e", "2:x"),
                of("abcde\r\nx\r\n", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:e", "2:x"),
                of("abcdefgh\n\n", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:efgh", "2:"),
                of("abcdefghi\nx", SPLIT_4, Ending.RST, "1:abcd[cut]", "1:efgh[cut]", "1:i", "2:x[reset]"),
                of("abcdefghi", SPLIT_4, Ending.TIMEOUT, "1:abcd[cut]", "1:efgh[cut]", "1:i[timeout]"),
                of("abcd\r\r\nx\n", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:\r", "2:x"),
                of("abcd\refgh\n", SPLIT_4, Ending.FIN, "1:abcd[cut]", "1:\refg[cut]", "1:h"),
                of(
                        "1\n2\nabcde\n4\nfghij\n6\n",
                        SPLIT_4,
                        Ending.FIN,
                        "1:1",
                        "2:2",
                        "3:abcd[cut]",
                        "3:e",
                        "4:4",
                        "5:fghi[cut]",
                        "5:j",
                        "6:6"),
                // skip
                of("abcde\nx\n", SKIP_4, Ending.FIN, "1:dropped 5", "2:x"),
                of(
                        "abcdefghijkl\r\nx\r\nabcde\ny",
                        SKIP_4,
                        Ending.FIN,
                        "1:dropped 12",
                        "2:x",
                        "3:dropped 5",
                        "4:y[eof]"),
                of("x\nabcdefg", SKIP_4, Ending.RST, "1:x", "2:dropped 7"),
                // close
                of("x\nabcde\ny\n", CLOSE_4, Ending.FIN, "1:x", "2:dropped, the last"),
                of("abcdefghij\r\ny\nz", CLOSE_4, Ending.RST, "1:dropped, the last"),
                of("x\r\nabcdefg", CLOSE_4, Ending.TIMEOUT, "1:x", "2:dropped, the last"));
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void givesTheSameMessagesWhereverTheNetworkCutsOnce(Conversation conversation) {
        byte[] bytes = conversation.input.getBytes(ISO_8859_1);
        for (int room : ROOMS) {
            for (int cut = 0; cut <= bytes.length; cut++) {
                try (LineSender sender = new LineSender(conversation.framing).withRoomBefore(room)) {
                    sender.sends(bytes, 0, cut).sends(bytes, cut, bytes.length).ends(conversation.ending);
                    assertThat(sender.seen())
                            .as("cut at %d, room %d", cut, room)
                            .isEqualTo(conversation.messages);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void givesTheSameMessagesHoweverSmallTheReads(Conversation conversation) {
        byte[] bytes = conversation.input.getBytes(ISO_8859_1);
        for (int room : ROOMS) {
            for (int perRead : new int[] {1, 2, 3, 5, 8}) {
                try (LineSender sender = new LineSender(conversation.framing).withRoomBefore(room)) {
                    for (int at = 0; at < bytes.length; at += perRead) {
                        sender.sends(bytes, at, Math.min(bytes.length, at + perRead));
                    }
                    sender.ends(conversation.ending);
                    assertThat(sender.seen())
                            .as("%d bytes a read, room %d", perRead, room)
                            .isEqualTo(conversation.messages);
                }
            }
        }
    }

    @Test
    void passesWholeLinesOfOneReadAsOneBatch() {
        List<Integer> counts = new ArrayList<>();
        try (LineSender sender = new LineSender(LineFraming.DEFAULT)) {
            sender.onEachBatch(() -> counts.add(sender.seen().size())).sends("a\nb\nc\nd");
        }
        assertThat(counts).containsExactly(3, 4);
    }

    @Test
    void passesALineThatWasCutWithTheOthersWhereThereIsRoomBeforeTheRead() {
        List<Integer> counts = new ArrayList<>();
        try (LineSender sender = new LineSender(LineFraming.DEFAULT).withRoomBefore(4)) {
            sender.onEachBatch(() -> counts.add(sender.seen().size()));
            sender.sends("a\nbcd").sends("e\nf\nghij").sends("k\nl\n");
            assertThat(sender.seen()).containsExactly("1:a", "2:bcde", "3:f", "4:ghijk", "5:l");
        }
        assertThat(counts).containsExactly(1, 3, 5);
    }

    @Test
    void tellsWhereLinesCameFromAndWhen() {
        long before = System.currentTimeMillis();
        List<Line> lines = new ArrayList<>();
        try (LineSender sender = new LineSender(LineFraming.DEFAULT)) {
            sender.channel.pipeline().removeLast();
            sender.sends("accu.cc\n");
            try (LineBatch batch = sender.channel.readInbound()) {
                assertThat(batch.receivedMillis()).isBetween(before, System.currentTimeMillis());
                assertThat(batch.bytes()).isEqualTo(8);
                batch.forEach(lines::add);
            }
        }
        assertThat(lines.get(0).origin()).isEqualTo(LineSender.ORIGIN);
        assertThat(lines.get(0).utf8()).isEqualTo("accu.cc");
    }

    @Test
    void givesTheLastLineOnceWhenTheCloseFollowsTheHalfClose() {
        try (LineSender sender = new LineSender(LineFraming.DEFAULT)) {
            sender.sends("a\nb");
            sender.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            assertThat(sender.seen()).containsExactly("1:a", "2:b[eof]");
            sender.ends(Ending.RST);
            assertThat(sender.seen()).containsExactly("1:a", "2:b[eof]");
        }
    }

    @ParameterizedTest
    @EnumSource(LongLine.class)
    void takesNothingAfterWeEndedTheInput(LongLine policy) {
        try (LineSender sender = new LineSender(SPLIT_4.withLongLine(policy))) {
            sender.sends("a\nb");
            LineInput.end(sender.channel.pipeline(), End.SHUTDOWN);
            sender.sends("c\nlong enough\nd").ends(Ending.TIMEOUT);
            assertThat(sender.seen()).containsExactly("1:a", "2:b[shutdown]");
        }
    }

    @Test
    void tellsTheNextHandlerThatTheInputEnded() {
        try (LineSender sender = new LineSender(LineFraming.DEFAULT)) {
            LineInput.end(sender.channel.pipeline(), End.SHUTDOWN);
            LineInput.end(sender.channel.pipeline(), End.TIMEOUT);
            assertThat(sender.inputEnds()).isEqualTo(1);
        }
    }

    @Test
    void takesNothingMoreOnceTheNextHandlerEndsTheInputAmidALongLine() {
        for (String read : List.of("abcdefghi", "abcdefghi\nx\n", "abcdefghijklm\nx")) {
            for (int cut = 0; cut <= read.length(); cut++) {
                try (LineSender sender = new LineSender(SPLIT_4)) {
                    sender.onEachBatch(() -> LineInput.end(sender.channel.pipeline(), End.SHUTDOWN));
                    sender.sends(read.substring(0, cut))
                            .sends(read.substring(cut))
                            .ends(Ending.FIN);
                    assertThat(sender.seen()).as("%s cut at %d", read, cut).containsExactly("1:abcd[cut]");
                }
            }
        }
    }

    @Test
    void countsOfALongLineThatEndsTheInputOnlyItsOwnBytes() {
        for (String first : List.of("", "a", "abc")) {
            try (LineSender sender = new LineSender(CLOSE_4)) {
                List<Object> dropped = new ArrayList<>();
                sender.channel
                        .pipeline()
                        .addBefore(
                                sender.channel.pipeline().lastContext().name(),
                                null,
                                new io.netty.channel.ChannelInboundHandlerAdapter() {
                                    @Override
                                    public void userEventTriggered(
                                            io.netty.channel.ChannelHandlerContext ctx, Object event) {
                                        dropped.add(event);
                                    }
                                });
                sender.sends(first).sends("abcdefgh".substring(first.length()) + "\r\nmore\nlines\n");
                assertThat(dropped).as("after '%s'", first).containsExactly(new LineInput.Dropped(1, 8, true));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LongLine.class)
    void holdsNoMoreThanOneLineAndOneReadOfALineWithoutEnd(LongLine policy) {
        int max = 64 * 1024;
        byte[] read = "x".repeat(32 * 1024).getBytes(ISO_8859_1);
        long most = 0;
        try (LineSender sender = new LineSender(LineFraming.ofMaxLine(max).withLongLine(policy))) {
            for (int sent = 0; sent < 64 * 1024 * 1024; sent += read.length) {
                sender.sends(read, 0, read.length);
                most = Math.max(most, sender.heldBytes());
                sender.seen().clear();
            }
        }
        // A buffer that grows doubles.
        assertThat(most).isLessThanOrEqualTo(2L * max + read.length);
    }

    @Test
    void doesNotHoldTheReceiveBufferForAFewBytes() {
        try (LineSender sender = new LineSender(LineFraming.DEFAULT)) {
            ByteBuf read = sender.allocator.buffer(256 * 1024).writeBytes("a\nb".getBytes(ISO_8859_1));
            sender.channel.writeInbound(read);
            assertThat(read.refCnt()).isZero();
            assertThat(sender.heldBytes()).isLessThan(1024);
        }
    }

    @Test
    void passesBlocksOfAnySize() {
        String line = "y".repeat(999) + "\n";
        try (LineSender sender = new LineSender(LineFraming.DEFAULT)) {
            sender.sends(line.repeat(200) + "z");
            assertThat(sender.seen()).hasSize(200).allMatch(message -> message.endsWith("y".repeat(999)));
        }
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThatThrownBy(() -> LineFraming.ofMaxLine(0)).hasMessageContaining("out of range 1..1073741824");
        assertThatThrownBy(() -> LineFraming.ofMaxLine((1 << 30) + 1)).hasMessageContaining("1073741825");
        assertThatThrownBy(() -> SPLIT_4.withReadTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
