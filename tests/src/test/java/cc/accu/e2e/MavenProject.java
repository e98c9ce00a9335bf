package cc.accu.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A project in {@code target} that embeds server and client, built by the Maven that builds us. Its local repository is there
 * too; what that lacks comes from the machine's own one, and only then from elsewhere.
 */
@SuppressWarnings("InlineFormatString") // whole files, which would hide the code around them
final class MavenProject {
    static final List<String> LIBRARIES = List.of("accu-common", "accu-server", "accu-client");

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path HERE = Path.of("target", "embedding").toAbsolutePath();
    private static final Path REPOSITORY = HERE.resolve("repository");
    private static final String VERSION = System.getProperty("accu.version", "0.1.0");
    private static final Pattern XML = Pattern.compile("```xml\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LACKING = Pattern.compile(
            "^\\[ERROR].*(Could not (find|resolve|transfer)|could not be resolved|Non-resolvable|Unknown host).*$",
            Pattern.MULTILINE);
    private static final Map<String, MavenProject> BUILT = new TreeMap<>();

    private final Path directory;

    private MavenProject(Path directory) {
        this.directory = directory;
    }

    /** Puts the libraries into the projects' repository, as {@code mvn install} does. */
    static void installLibraries() throws IOException {
        assumeTrue(System.getProperty("accu.maven.home") != null, "runs in mvn verify only");
        delete(REPOSITORY.resolve("cc/accu"));
        install(ROOT.resolve("pom.xml"), "accu", ".pom");
        for (String library : LIBRARIES) {
            Path module = ROOT.resolve(library.substring("accu-".length()));
            install(module.resolve("pom.xml"), library, ".pom");
            install(module.resolve("target").resolve(library + "-" + VERSION + ".jar"), library, ".jar");
        }
    }

    private static void install(Path file, String artifact, String extension) throws IOException {
        Path directory = Files.createDirectories(
                REPOSITORY.resolve("cc/accu").resolve(artifact).resolve(VERSION));
        Files.copy(file, directory.resolve(artifact + "-" + VERSION + extension), StandardCopyOption.REPLACE_EXISTING);
    }

    static List<String> entriesOf(String library) throws IOException {
        Path file = REPOSITORY
                .resolve("cc/accu")
                .resolve(library)
                .resolve(VERSION)
                .resolve(library + "-" + VERSION + ".jar");
        try (JarFile jar = new JarFile(file.toFile())) {
            return jar.stream().map(entry -> entry.getName()).toList();
        }
    }

    /**
     * The project with the versions that a Spring Boot manages, built at the first call; skips the test where one of them
     * cannot be had.
     *
     * @param requires the modules that its module needs; it has none if there are none
     */
    static synchronized MavenProject withBoot(String boot, List<String> requires) throws Exception {
        MavenProject built = BUILT.get(boot);
        if (built == null) {
            built = new MavenProject(HERE.resolve(boot));
            built.writeSources(System.getProperty("accu." + boot), requires);
            built.build();
            BUILT.put(boot, built);
        }
        return built;
    }

    private void writeSources(String bootVersion, List<String> requires) throws IOException {
        delete(directory);
        String readme = Files.readString(ROOT.resolve("README.md"));
        Path sources = Files.createDirectories(directory.resolve("src/main/java/demo"));
        Files.writeString(sources.resolve("Demo.java"), DEMO.formatted(first(JAVA, readme)));
        Files.writeString(
                directory.resolve("pom.xml"),
                POM.formatted(
                        home("repository"), home("pluginRepository"), bootVersion, first(XML, readme), plugins()));
        if (!requires.isEmpty()) {
            String needs = requires.stream()
                    .map(module -> "    requires " + module + ";\n")
                    .collect(Collectors.joining());
            Files.writeString(sources.resolveSibling("module-info.java"), "module demo {\n" + needs + "}\n");
        }
    }

    private static String first(Pattern block, String page) {
        return block.matcher(page).results().findFirst().orElseThrow().group(1);
    }

    private static String home(String element) {
        String url =
                Path.of(System.getProperty("accu.maven.repository")).toUri().toString();
        return "<%s><id>home</id><url>%s</url></%s>".formatted(element, url, element);
    }

    private static String plugins() {
        StringBuilder plugins = new StringBuilder();
        for (String plugin : System.getProperty("accu.maven.plugins").split(" ", -1)) {
            String[] nameAndVersion = plugin.split("=", 2);
            plugins.append("<plugin><artifactId>maven-%s-plugin</artifactId><version>%s</version></plugin>\n"
                    .formatted(nameAndVersion[0], nameAndVersion[1]));
        }
        return plugins.toString();
    }

    private void build() throws IOException, InterruptedException {
        Path log = directory.resolve("build.log");
        Process maven = new ProcessBuilder(
                        Path.of(System.getProperty("accu.maven.home"), "bin", "mvn")
                                .toString(),
                        "-B",
                        "-ntp",
                        "-Dstyle.color=never",
                        "-Dmaven.repo.local=" + REPOSITORY,
                        "compile",
                        "dependency:tree",
                        "-DoutputFile=" + directory.resolve("tree.txt"),
                        "dependency:build-classpath",
                        "-Dmdep.outputFile=" + directory.resolve("path.txt"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!maven.waitFor(200, TimeUnit.SECONDS)) {
            maven.destroyForcibly();
            throw new IllegalStateException("Maven takes too long: see " + log);
        }
        if (maven.exitValue() != 0) {
            skipIfSomethingIsLacking(Files.readString(log));
            throw new IllegalStateException("Maven failed: see " + log);
        }
    }

    private static void skipIfSomethingIsLacking(String log) {
        List<String> lacking = new ArrayList<>();
        LACKING.matcher(log).results().forEach(found -> lacking.add(found.group()));
        // What is ours must be there.
        boolean isOfOthers =
                !lacking.isEmpty() && lacking.stream().noneMatch(line -> line.contains("artifact cc.accu:"));
        if (isOfOthers) {
            System.out.println("skipped EmbeddedInMavenProjectIT: " + lacking.get(0));
        }
        assumeTrue(!isOfOthers, String.join("\n", lacking));
    }

    /** What {@code mvn dependency:tree} says. */
    String tree() throws IOException {
        return Files.readString(directory.resolve("tree.txt"));
    }

    /** All that the program needs: a class path, or a module path. */
    String path() throws IOException {
        return directory.resolve("target/classes")
                + File.pathSeparator
                + Files.readString(directory.resolve("path.txt")).strip();
    }

    Jar run(String... words) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m"));
        command.addAll(List.of(words));
        return Jar.start(command, directory);
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Around the README's example. */
    private static final String DEMO = """
            package demo;

            import cc.accu.client.LineClient;
            import cc.accu.server.LineServer;
            import cc.accu.transport.Endpoint;
            import java.nio.file.Files;
            import java.util.concurrent.CompletableFuture;

            public final class Demo {
                private Demo() {}

                public static void main(String[] arguments) throws Exception {
                    %s
                    Endpoint unix = Endpoint.parse("unix " + Files.createTempDirectory("accu").resolve("accu.sock"));
                    try (LineServer server = LineServer.builder()
                                    .listen(unix)
                                    .onLine(line -> System.out.println(line.utf8()))
                                    .start();
                            LineClient client = LineClient.builder().acknowledged().connect(unix)) {
                        client.send("over a Unix socket").join();
                    }
                    System.out.println("both are stored");
                }
            }
            """;

    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>demo</groupId>
              <artifactId>demo</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>17</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <repositories>%s</repositories>
              <pluginRepositories>%s</pluginRepositories>
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>org.springframework.boot</groupId>
                    <artifactId>spring-boot-dependencies</artifactId>
                    <version>%s</version>
                    <type>pom</type>
                    <scope>import</scope>
                  </dependency>
                </dependencies>
              </dependencyManagement>
              <dependencies>
                %s
                <dependency>
                  <groupId>ch.qos.logback</groupId>
                  <artifactId>logback-classic</artifactId>
                </dependency>
              </dependencies>
              <build>
                <plugins>
                  %s
                </plugins>
              </build>
            </project>
            """;
}
