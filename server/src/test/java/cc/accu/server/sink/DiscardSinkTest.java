package cc.accu.server.sink;

import java.util.Optional;

class DiscardSinkTest extends SinkContract {
    @Override
    Sink open() {
        return Sinks.discard();
    }

    @Override
    Optional<Sink> openBroken() {
        return Optional.empty();
    }

    @Override
    Optional<String> stored() {
        return Optional.empty();
    }
}
