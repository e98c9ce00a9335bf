package cc.accu.server.internal.access;

import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/** Turns those away who may not send, before anything of them is read. */
public final class AccessStep extends HandshakeStep {
    private final AccessRules rules;

    public AccessStep(AccessRules rules) {
        this.rules = rules;
    }

    @Override
    protected void look(Origin soFar, ByteBuf arrived) {
        Optional<String> why = rules.whyNot(soFar);
        if (why.isPresent()) {
            refuse(Refused.NOT_ALLOWED, why.get());
        } else {
            complete(soFar);
        }
    }
}
