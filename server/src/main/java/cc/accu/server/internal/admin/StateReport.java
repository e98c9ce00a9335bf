package cc.accu.server.internal.admin;

import cc.accu.server.ConnectionState;
import cc.accu.server.LineServer;
import cc.accu.server.sink.SinkState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a server does, in lines for people: its books, its sinks, and its connections, those that are held first. Any thread. */
public record StateReport(LineServer server) {
    private static final int MOST_CONNECTIONS = 100;

    /** These lines. */
    public List<String> lines() {
        List<ConnectionState> connections = server.connections();
        List<String> lines = new ArrayList<>();
        lines.add(String.valueOf(server.books()) + ", memory " + server.bufferedBytes() + " of "
                + server.limits().bufferBytes() + " bytes, " + connections.size() + " connections");
        server.sinks().forEach(sink -> lines.add("sink " + of(sink)));
        connections.stream()
                .sorted(Comparator.comparing(
                                (ConnectionState each) -> each.held().isEmpty())
                        .thenComparing(
                                Comparator.comparingLong(ConnectionState::bytes).reversed()))
                .limit(MOST_CONNECTIONS)
                .forEach(each -> lines.add("connection " + of(each)));
        if (connections.size() > MOST_CONNECTIONS) {
            lines.add("and " + (connections.size() - MOST_CONNECTIONS) + " connections more");
        }
        return lines;
    }

    private static String of(SinkState sink) {
        return sink.sink() + " is " + sink.health().name().toLowerCase(Locale.ROOT)
                + sink.problem().map(why -> " (" + why + ")").orElse("")
                + ", " + sink.waitingMessages() + " messages wait"
                + sink.backlog()
                        .map(backlog -> ", " + backlog.lines() + " are on their way, the oldest for "
                                + backlog.oldest().toSeconds() + " s")
                        .orElse("");
    }

    private static String of(ConnectionState each) {
        return each.origin().sender() + " at " + each.origin().listener() + " since " + each.since() + ": "
                + each.books() + (each.acknowledged() ? ", with acks" : "")
                + each.held()
                        .map(held -> ", held for " + held.duration().toMillis() + " ms: " + held.reason())
                        .orElse("");
    }
}
