package cc.accu.server.internal.tls;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.tls.CloseNotify;
import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.server.internal.receive.Protocol;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The step that waits for what a client of TLS says first, and then puts TLS between the socket and the framing; who is
 * there, {@link TlsPeerStep} knows later. Whoever says something else is turned away.
 */
public final class TlsHelloStep extends HandshakeStep {
    /** A hello that is longer, for what it has of keys and tickets, is not looked into. */
    private static final int MOST_HELLO_BYTES = 3 * 1024;

    private final ServerTls tls;
    private final Channel channel;
    private final Connection connection;

    /**
     * What TLS needs of the connection that it is on.
     *
     * @param input gets what was deciphered
     * @param conversations whether senders who ask for acknowledgements get them
     * @param holds is told how many bytes TLS holds
     * @param offence is told what the sender does that is a reason to close the connection
     */
    public record Connection(LineInput input, boolean conversations, IntConsumer holds, Consumer<String> offence) {}

    public TlsHelloStep(ServerTls tls, Channel channel, Connection connection) {
        this.tls = tls;
        this.channel = channel;
        this.connection = connection;
    }

    @Override
    protected void look(Origin soFar, ByteBuf arrived) {
        switch (ClientHello.progress(arrived)) {
            case NONE ->
                refuse(
                        Refused.WRONG_PROTOCOL,
                        Protocol.of(arrived, Protocol.ANY)
                                .map(protocol -> protocol == Protocol.PROXY
                                        ? "it begins with a PROXY header: if that is a load balancer, turn the header on with"
                                                + " proxy-from=ADDRESS, or off in the load balancer"
                                        : "it speaks plain " + protocol + ", and this listener wants TLS")
                                .orElse(
                                        "what it says is no TLS; let it connect with TLS, or listen with tcp for plain senders"));
            case PARTIAL -> {
                if (arrived.readableBytes() >= MOST_HELLO_BYTES) {
                    begin(soFar, false);
                }
            }
            case COMPLETE -> begin(soFar, mayResume(ClientHello.of(arrived)));
        }
    }

    /** TLS 1.2 has its tickets within the handshake, where every sender reads them. */
    private boolean mayResume(ClientHello hello) {
        boolean before13 = !hello.versions().contains(ClientHello.TLS_1_3);
        return before13 || (connection.conversations && hello.protocols().contains(AckLine.HELLO));
    }

    private void begin(Origin soFar, boolean mayResume) {
        Plaintext plaintext = new Plaintext();
        TlsRecords records = new TlsRecords(connection.holds, plaintext::readIsOver, connection.offence);
        SslHandler handler = tls.newHandler(channel.alloc(), mayResume, records);
        handler.handshakeFuture().addListener(done -> records.established());
        handler.sslCloseFuture().addListener(ended -> records.over());
        channel.pipeline()
                .addBefore(LineInput.NAME, "tls-records", records)
                .addBefore(LineInput.NAME, "tls", handler)
                .addBefore(LineInput.NAME, "tls-text", plaintext)
                .addBefore(LineInput.NAME, "tls-end", new CloseNotify(connection.input::breakOff));
        complete(soFar);
    }

    @Override
    protected void ended(Origin soFar, End how) {
        refuse(how, "the TLS handshake");
    }
}
