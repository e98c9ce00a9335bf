package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifests of {@code docs/kubernetes} are what the API's schema allows, and start a server as it may be started. */
@Timeout(60)
class KubernetesIT {
    private static final Path MANIFESTS = Path.of("..", "docs", "kubernetes");
    /** A volume of the container. */
    private static final String MESSAGES = "/var/lib/accu";

    private static final int LONGEST_DRAIN_SECONDS = 20;

    @TempDir
    private Path directory;

    private static List<JsonObject> objects(String manifest) throws IOException {
        List<JsonObject> objects = new ArrayList<>();
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        for (Object document : yaml.loadAll(Files.readString(MANIFESTS.resolve(manifest)))) {
            objects.add(new Gson().toJsonTree(document).getAsJsonObject());
        }
        return objects;
    }

    private static void validate(JsonObject object) throws IOException {
        String kind = object.get("kind").getAsString();
        switch (kind) {
            case "Service" -> V1Service.validateJsonElement(object);
            case "StatefulSet" -> V1StatefulSet.validateJsonElement(object);
            case "Pod" -> V1Pod.validateJsonElement(object);
            default -> throw new AssertionError("of what kind is " + kind);
        }
    }

    private static Stream<JsonObject> containers(JsonObject object) {
        JsonObject spec = object.getAsJsonObject("spec");
        JsonObject pod = spec.has("template") ? spec.getAsJsonObject("template").getAsJsonObject("spec") : spec;
        return Stream.of("initContainers", "containers")
                .filter(pod::has)
                .flatMap(name -> StreamSupport.stream(pod.getAsJsonArray(name).spliterator(), false))
                .map(JsonElement::getAsJsonObject);
    }

    @ParameterizedTest
    @ValueSource(strings = {"service.yaml", "sidecar.yaml"})
    void isWhatTheSchemaAllows(String manifest) throws IOException {
        List<JsonObject> objects = objects(manifest);
        assertThat(objects).isNotEmpty();
        for (JsonObject object : objects) {
            validate(object);
        }
    }

    @Test
    void wouldNotBeWithAMistypedField() throws IOException {
        JsonObject pod = objects("sidecar.yaml").get(0);
        containers(pod).findFirst().orElseThrow().addProperty("livenesProbe", "x");
        assertThatThrownBy(() -> validate(pod)).hasMessageContaining("livenesProbe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"service.yaml", "sidecar.yaml"})
    void startsAServerAsItMayBeStarted(String manifest) throws Exception {
        JsonObject server = objects(manifest).stream()
                .filter(object -> !object.get("kind").getAsString().equals("Service"))
                .flatMap(KubernetesIT::containers)
                .filter(container -> container.has("args"))
                .findFirst()
                .orElseThrow();
        assertThat(server.keySet()).contains("livenessProbe").containsAnyOf("readinessProbe", "startupProbe");
        List<String> words = new ArrayList<>(List.of("check"));
        server.getAsJsonArray("args")
                .forEach(word -> words.add(word.getAsString().replace(MESSAGES, directory.toString())));
        try (Jar check = Jar.start("server", directory, words.toArray(String[]::new))) {
            assertThat(check.ends()).as(check.err()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"service.yaml", "sidecar.yaml"})
    void givesMoreTimeToEndThanADrainTakes(String manifest) throws IOException {
        String text = Files.readString(MANIFESTS.resolve(manifest));
        int grace = Integer.parseInt(text.replaceAll("(?s).*terminationGracePeriodSeconds: (\\d+).*", "$1"));
        assertThat(grace).isGreaterThan(LONGEST_DRAIN_SECONDS);
    }
}
