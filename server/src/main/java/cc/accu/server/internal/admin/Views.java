package cc.accu.server.internal.admin;

import cc.accu.server.LineServer;
import cc.accu.server.ServerObserver;
import cc.accu.server.internal.admin.AdminHandler.View;
import cc.accu.server.sink.SinkState;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What there is to see, by path. The answers are made on the event loop of whoever looks; the server's own go on. */
public final class Views {
    private static final int MOST_CONNECTIONS = 1000;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Metrics metrics = new Metrics(registry);
    private final MessageTap tap = new MessageTap();
    private final LiveStream live = new LiveStream(tap);
    private final Pages pages = new Pages();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private volatile @Nullable LineServer server;

    /** Nothing, before there is a server. */
    public Views() {
        registry.register(new ServerCollector(() -> server, this::problems));
        JvmMetrics.builder().register(registry);
    }

    /** Shows this one from now on. */
    public void show(LineServer running) {
        metrics.expect(running);
        server = running;
    }

    /** Those who have to be told what the server does. */
    public List<ServerObserver> observers() {
        return List.of(metrics, tap);
    }

    LiveStream live() {
        return live;
    }

    /** @param accept the kinds of answers that are understood, as in HTTP's header of that name */
    View of(QueryStringDecoder target, String accept) {
        return switch (target.path()) {
            case "/metrics" -> metrics(accept);
            case "/healthz" -> View.text(HttpResponseStatus.OK, "alive\n");
            case "/readyz" -> readiness();
            case "/state" -> state(isForPeople(target));
            case "/connections" -> connections();
            default -> pages.at(target.path());
        };
    }

    private View metrics(String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            writer.write(text, registry.scrape());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new View(HttpResponseStatus.OK, writer.getContentType(), text.toByteArray());
    }

    private View readiness() {
        List<String> problems = problems();
        return problems.isEmpty()
                ? View.text(HttpResponseStatus.OK, "ready\n")
                : View.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "not ready: " + String.join("; ", problems) + "\n");
    }

    /** Why no sender should be sent here; empty if all is well. */
    private List<String> problems() {
        LineServer running = server;
        if (running == null) {
            return List.of("starting");
        }
        List<String> problems = new ArrayList<>();
        if (running.isStopping()) {
            problems.add("draining");
        }
        for (SinkState sink : running.sinks()) {
            if (!ServerCollector.isUp(sink)) {
                problems.add("sink " + sink.sink() + " is "
                        + sink.health().name().toLowerCase(Locale.ROOT)
                        + sink.problem().map(why -> ": " + why).orElse(""));
            }
        }
        return problems;
    }

    /** Whether text is asked for, in place of JSON. */
    static boolean isForPeople(QueryStringDecoder target) {
        return target.parameters().getOrDefault("format", List.of()).contains("text");
    }

    private View state(boolean forPeople) {
        LineServer running = server;
        if (running == null) {
            return notYet();
        }
        return forPeople
                ? View.text(HttpResponseStatus.OK, String.join("\n", new StateReport(running).lines()) + "\n")
                : View.json(StateJson.ofServer(running, problems(), metrics.ackLatencies()));
    }

    private View connections() {
        LineServer running = server;
        return running == null ? notYet() : View.json(StateJson.ofConnections(running, MOST_CONNECTIONS));
    }

    private static View notYet() {
        return View.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "the server is starting\n");
    }
}
