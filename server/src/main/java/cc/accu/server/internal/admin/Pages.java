package cc.accu.server.internal.admin;

import cc.accu.server.internal.admin.AdminHandler.View;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The files of the live page, by path; there are no others. */
final class Pages {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final Map<String, Page> ALL = Map.of(
            "/", new Page(HTML, "page/index.html"),
            "/page.js", new Page(SCRIPT, "page/page.js"),
            "/charts.js", new Page(SCRIPT, "page/charts.js"),
            "/messages.js", new Page(SCRIPT, "page/messages.js"),
            "/page.css", new Page(STYLE, "page/page.css"),
            "/uPlot.js", new Page(SCRIPT, CHARTS + "uPlot.esm.js"),
            "/uPlot.css", new Page(STYLE, CHARTS + "uPlot.min.css"));

    /** One file, and what it is. */
    private record Page(String contentType, String resource) {}

    View at(String path) {
        Page page = ALL.get(path);
        if (page == null) {
            return View.text(
                    HttpResponseStatus.NOT_FOUND,
                    "there are /, /metrics, /healthz, /readyz, /state, /connections and /messages\n");
        }
        try (InputStream in = Pages.class.getResourceAsStream(page.resource())) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + page.resource());
            }
            return new View(HttpResponseStatus.OK, page.contentType(), in.readAllBytes());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
