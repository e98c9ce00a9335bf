package cc.accu.server.internal.admin;

import cc.accu.line.Origin;
import cc.accu.server.Books;
import cc.accu.server.ConnectionState;
import cc.accu.server.LineServer;
import cc.accu.server.sink.SinkState;
import cc.accu.server.sink.SinkState.Health;
import cc.accu.transport.Endpoint;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a server does, as JSON: times in seconds, instants as ISO 8601. Any thread. */
final class StateJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private StateJson() {}

    /** Writes one value. */
    private interface Writing {
        void write(JsonGenerator json) throws IOException;
    }

    private static String written(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            writing.write(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text + "\n";
    }

    /**
     * The server in short.
     *
     * @param problems why it is not ready, empty if it is
     */
    static String ofServer(LineServer server, List<String> problems, Map<Double, Long> ackLatencies) {
        return written(json -> {
            json.writeStartObject();
            json.writeStringField("time", Instant.now().toString());
            json.writeBooleanField("ready", problems.isEmpty());
            array(json, "problems", problems);
            array(
                    json,
                    "listeners",
                    server.endpoints().stream().map(Endpoint::toString).toList());
            books(json, "books", server.books());
            json.writeObjectFieldStart("refused");
            for (Map.Entry<?, Long> each : server.refused().entrySet()) {
                json.writeNumberField(each.getKey().toString(), each.getValue());
            }
            json.writeEndObject();
            json.writeObjectFieldStart("buffer");
            json.writeNumberField("usedBytes", server.bufferedBytes());
            json.writeNumberField("limitBytes", server.limits().bufferBytes());
            json.writeEndObject();
            json.writeNumberField("connections", server.connections().size());
            json.writeObjectFieldStart("heldSeconds");
            for (Map.Entry<String, Duration> each : server.held().entrySet()) {
                json.writeNumberField(each.getKey(), seconds(each.getValue()));
            }
            json.writeEndObject();
            json.writeArrayFieldStart("sinks");
            for (SinkState sink : server.sinks()) {
                sink(json, sink);
            }
            json.writeEndArray();
            latencies(json, ackLatencies);
            json.writeEndObject();
        });
    }

    private static void array(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }

    private static void books(JsonGenerator json, String name, Books books) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("received", books.received());
        json.writeNumberField("stored", books.stored());
        json.writeObjectFieldStart("discarded");
        for (Map.Entry<?, Long> each : books.discarded().entrySet()) {
            json.writeNumberField(each.getKey().toString(), each.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("inFlight", books.inFlight());
        json.writeEndObject();
    }

    private static String health(SinkState sink) {
        return sink.health().name().toLowerCase(Locale.ROOT);
    }

    private static void sink(JsonGenerator json, SinkState sink) throws IOException {
        json.writeStartObject();
        json.writeStringField("sink", sink.sink());
        json.writeStringField("health", health(sink));
        json.writeNumberField("waitingLines", sink.waitingMessages());
        if (sink.problem().isPresent()) {
            json.writeStringField("problem", sink.problem().get());
        }
        if (sink.storage().isPresent()) {
            json.writeNumberField("freeBytes", sink.storage().get().freeBytes());
            json.writeNumberField("rotations", sink.storage().get().rotations());
        }
        if (sink.backlog().isPresent()) {
            json.writeObjectFieldStart("backlog");
            json.writeNumberField("lines", sink.backlog().get().lines());
            json.writeNumberField("bytes", sink.backlog().get().bytes());
            json.writeNumberField("oldestSeconds", seconds(sink.backlog().get().oldest()));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void latencies(JsonGenerator json, Map<Double, Long> counts) throws IOException {
        json.writeArrayFieldStart("ackLatencies");
        for (Map.Entry<Double, Long> each : counts.entrySet()) {
            json.writeStartObject();
            if (!each.getKey().isInfinite()) {
                json.writeNumberField("atMostSeconds", each.getKey());
            }
            json.writeNumberField("count", each.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The open connections, those that sent most first, {@code most} of them at most. */
    static String ofConnections(LineServer server, int most) {
        List<ConnectionState> all = server.connections();
        String holding = holding(server.sinks());
        return written(json -> {
            json.writeStartObject();
            json.writeNumberField("open", all.size());
            json.writeArrayFieldStart("connections");
            for (ConnectionState each : all.stream()
                    .sorted(Comparator.comparingLong(ConnectionState::bytes).reversed())
                    .limit(most)
                    .toList()) {
                connection(json, each, holding);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** The sinks that lines wait for: those that do not store, or else that with the most to do. */
    private static String holding(List<SinkState> sinks) {
        List<String> ill = sinks.stream()
                .filter(sink -> sink.health() != Health.GOOD)
                .map(SinkState::sink)
                .toList();
        Optional<String> busiest = sinks.stream()
                .max(Comparator.comparingLong(SinkState::waitingMessages))
                .map(SinkState::sink);
        return ill.isEmpty() ? busiest.orElse("") : String.join(" ", ill);
    }

    private static void connection(JsonGenerator json, ConnectionState state, String holding) throws IOException {
        Origin origin = state.origin();
        json.writeStartObject();
        json.writeStringField("peer", origin.peer());
        if (origin.subject().isPresent()) {
            json.writeStringField("subject", origin.subject().get());
        }
        json.writeStringField("listener", origin.listener());
        json.writeStringField("since", state.since().toString());
        json.writeNumberField("lines", state.books().received());
        json.writeNumberField("bytes", state.bytes());
        json.writeNumberField("inFlight", state.books().inFlight());
        json.writeBooleanField("acks", state.acknowledged());
        if (state.acknowledged()) {
            json.writeNumberField("acksOutstanding", state.books().inFlight());
        }
        json.writeStringField("state", state.held().isPresent() ? "held" : "reading");
        if (state.held().isPresent()) {
            ConnectionState.Held held = state.held().get();
            json.writeStringField("heldFor", held.reason());
            json.writeNumberField("heldSeconds", seconds(held.duration()));
            if (!held.reason().equals("rate") && !held.reason().equals("handshake")) {
                json.writeStringField("heldBy", holding);
            }
        }
        json.writeEndObject();
    }
}
