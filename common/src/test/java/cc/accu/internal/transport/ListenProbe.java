package cc.accu.internal.transport;

import cc.accu.internal.transport.Transport.Listener;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * A process that says it is ready, waits for a line of input, then listens and says so or why not; it ends with its
 * input.
 */
final class ListenProbe {
    private ListenProbe() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("ready");
        while (System.in.read() != '\n') {
            // nothing else is expected
        }
        try (EventLoops loops = EventLoops.daemon("probe");
                Listener listener = Transport.of(Endpoint.parse(arguments[0]), false)
                        .listen(loops, UnixSocketFile.Access.DEFAULT, new Ignore(), new Ignore())) {
            System.out.println("listening on " + listener.endpoint());
            System.in.read();
        } catch (ListenException refused) {
            System.out.println(refused.getMessage());
        }
    }

    @Sharable
    private static final class Ignore extends ChannelInboundHandlerAdapter {}
}
