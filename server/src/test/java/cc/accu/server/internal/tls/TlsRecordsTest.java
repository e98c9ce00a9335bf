package cc.accu.server.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TlsRecordsTest {
    private final List<Integer> held = new ArrayList<>();
    private final List<String> offences = new ArrayList<>();
    private final TlsRecords records = new TlsRecords(held::add, () -> {}, offences::add);
    private final EmbeddedChannel channel = new EmbeddedChannel(records);

    private static ByteBuf record(int type, int bytes) {
        ByteBuf record =
                Unpooled.buffer().writeByte(type).writeByte(3).writeByte(3).writeShort(bytes);
        for (int i = 0; i < bytes; i++) {
            record.writeByte(i);
        }
        return record;
    }

    private ByteBuf passed() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            assertWhole(next);
            all.writeBytes(next);
            next.release();
        }
        return all;
    }

    private static void assertWhole(ByteBuf some) {
        int at = some.readerIndex();
        while (at < some.writerIndex()) {
            at += 5 + some.getUnsignedShort(at + 3);
        }
        assertThat(at).isEqualTo(some.writerIndex());
    }

    @Test
    void passesWholeRecordsHoweverTheNetworkCutsThem() {
        ByteBuf all = Unpooled.buffer()
                .writeBytes(record(22, 3))
                .writeBytes(record(20, 1))
                .writeBytes(record(23, 0))
                .writeBytes(record(23, 300))
                .writeBytes(record(21, 2));
        for (int at = 0; at <= all.readableBytes(); at++) {
            for (int more = 0; at + more <= all.readableBytes(); more += 61) {
                channel.writeInbound(
                        all.copy(0, at), all.copy(at, more), all.copy(at + more, all.readableBytes() - at - more));
                assertThat(passed()).isEqualTo(all);
            }
        }
        assertThat(held.get(held.size() - 1)).isZero();
        assertThat(offences).isEmpty();
    }

    @Test
    void passesRecordsByteByByte() {
        ByteBuf all = Unpooled.buffer();
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            all.writeBytes(record(23, random.nextInt(200)));
        }
        for (int i = 0; i < all.readableBytes(); i++) {
            channel.writeInbound(all.copy(i, 1));
        }
        assertThat(passed()).isEqualTo(all);
    }

    @Test
    void holdsACopyAndTellsHowMuch() {
        ByteBuf read = Unpooled.buffer().writeBytes(record(23, 10)).writeBytes(record(23, 1000), 900);
        channel.writeInbound(read);
        assertThat(read.refCnt()).as("the read buffer is held").isEqualTo(1);
        passed();
        assertThat(read.refCnt()).isZero();
        assertThat(held.get(held.size() - 1)).isGreaterThanOrEqualTo(900);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(held.get(held.size() - 1)).isZero();
    }

    @Test
    void knowsARenegotiationByItsRecord() {
        channel.writeInbound(record(22, 10));
        records.established();
        channel.writeInbound(record(23, 10), record(22, 10), record(23, 10));
        assertThat(passed().readableBytes()).isEqualTo(30);
        assertThat(offences).singleElement().asString().contains("renegotiation");
    }

    @Test
    void endsWhatIsNoTls() {
        for (ByteBuf bad : new ByteBuf[] {
            Unpooled.wrappedBuffer(new byte[] {'G', 'E', 'T', ' ', '/'}),
            Unpooled.wrappedBuffer(new byte[] {23, 2, 0, 0, 1}),
            Unpooled.wrappedBuffer(new byte[] {23, 3, 3, (byte) 0x48, 1}),
            Unpooled.wrappedBuffer(new byte[] {24, 3, 3, 0, 1})
        }) {
            List<String> told = new ArrayList<>();
            EmbeddedChannel other = new EmbeddedChannel(new TlsRecords(bytes -> {}, () -> {}, told::add));
            other.writeInbound(record(23, 1));
            for (int i = 0; i < 5; i++) {
                other.writeInbound(bad.copy(i, 1));
            }
            other.writeInbound(record(23, 1));
            assertThat(told).hasSize(1);
            assertThat(other.inboundMessages()).hasSize(1);
            other.releaseInbound();
        }
    }

    @Test
    void dropsWhatComesAfterTheEnd() {
        records.over();
        channel.writeInbound(record(23, 10));
        assertThat(passed().isReadable()).isFalse();
        assertThat(offences).isEmpty();
    }

    @Test
    void readsOnlyWhileReadingIsNotPaused() {
        channel.config().setAutoRead(false);
        List<Boolean> reads = new ArrayList<>();
        channel.pipeline().addFirst(new io.netty.channel.ChannelOutboundHandlerAdapter() {
            @Override
            public void read(io.netty.channel.ChannelHandlerContext ctx) {
                reads.add(true);
            }
        });
        channel.read();
        assertThat(reads).isEmpty();
        channel.config().setAutoRead(true);
        assertThat(reads).isNotEmpty();
    }
}
