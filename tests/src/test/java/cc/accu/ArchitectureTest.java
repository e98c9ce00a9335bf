package cc.accu;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Origin;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Stream;

/** Who may know whom, over all modules, and what is promised to programs that embed us. */
@AnalyzeClasses(
        packages = "cc.accu",
        importOptions = {DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    /** The client's tests come in a jar. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String LINE = "cc.accu.line..";
    private static final String FRAMING = "cc.accu.internal.framing..";
    private static final String ENDPOINT = "cc.accu.transport..";
    private static final String TRANSPORT = "cc.accu.internal.transport..";
    private static final String TEXT = "cc.accu.internal.text..";
    private static final String PROCESS = "cc.accu.internal.process..";
    private static final String COMMAND = "cc.accu.internal.cli..";
    private static final String SERVER = "cc.accu.server..";
    private static final String SINK = "cc.accu.server.sink..";
    private static final String DELIVER = "cc.accu.server.internal.deliver..";
    private static final String[] SINKS = {
        SINK,
        "cc.accu.server.internal.commit..",
        "cc.accu.server.internal.file..",
        "cc.accu.server.internal.format..",
        "cc.accu.server.internal.kafka..",
        "cc.accu.server.internal.spool.."
    };
    private static final String[] ADMIN = {"cc.accu.server.admin..", "cc.accu.server.internal.admin.."};
    private static final String CLIENT = "cc.accu.client..";
    private static final Set<String> PROMISED = Set.of(
            "cc.accu.line",
            "cc.accu.transport",
            "cc.accu.server",
            "cc.accu.server.admin",
            "cc.accu.server.sink",
            "cc.accu.client");
    private static final long MOST_TYPES_OF_A_PACKAGE = 20;
    private static final String[] EDGES = {"cc.accu.server.cli..", "cc.accu.client.cli.."};

    @ArchTest
    static final ArchRule COMMON_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAnyPackage(LINE, ENDPOINT, "cc.accu.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVER, CLIENT);

    @ArchTest
    static final ArchRule THE_SERVER_DOES_NOT_SEE_THE_CLIENT = noClasses()
            .that()
            .resideInAPackage(SERVER)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CLIENT);

    @ArchTest
    static final ArchRule THE_CLIENT_DOES_NOT_SEE_THE_SERVER = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SERVER);

    @ArchTest
    static final ArchRule LINES_DO_NOT_KNOW_TRANSPORTS = noClasses()
            .that()
            .resideInAnyPackage(LINE, FRAMING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENDPOINT, TRANSPORT);

    @ArchTest
    static final ArchRule TRANSPORTS_KNOW_OF_LINES_ONLY_WHERE_THEY_COME_FROM = noClasses()
            .that()
            .resideInAnyPackage(ENDPOINT, TRANSPORT)
            .should()
            .dependOnClassesThat(Predicates.resideInAnyPackage(LINE, FRAMING)
                    .and(DescribedPredicate.not(Predicates.belongTo(Predicates.equivalentTo(Origin.class)))));

    @ArchTest
    static final ArchRule WHAT_CONNECTIONS_ARE_MADE_OF_KNOWS_NO_SINKS = noClasses()
            .that()
            .resideInAPackage("cc.accu.server.internal.receive..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("cc.accu.server", SINK);

    @ArchTest
    static final ArchRule NO_PACKAGES_KNOW_EACH_OTHER_IN_A_CIRCLE =
            slices().matching("cc.accu.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule SINKS_KNOW_OF_ACCU_ONLY_LINES_AND_WHAT_WAS_TYPED = classes()
            .that()
            .resideInAnyPackage(SINKS)
            .should()
            .onlyDependOnClassesThat(Predicates.resideOutsideOfPackage("cc.accu..")
                    .or(Predicates.resideInAnyPackage(SINKS))
                    .or(Predicates.resideInAnyPackage(LINE, FRAMING, TEXT, PROCESS)));

    @ArchTest
    static final ArchRule DELIVERY_KNOWS_SINKS_AND_NO_SERVER = classes()
            .that()
            .resideInAPackage(DELIVER)
            .should()
            .onlyDependOnClassesThat(Predicates.resideOutsideOfPackage("cc.accu..")
                    .or(Predicates.resideInAnyPackage(DELIVER, SINK, LINE, TRANSPORT)));

    @ArchTest
    static final ArchRule SINKS_KNOW_NO_PIPELINES = noClasses()
            .that()
            .resideInAnyPackage(SINKS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.channel..");

    @ArchTest
    static final ArchRule ONLY_ONE_PACKAGE_KNOWS_KAFKA = noClasses()
            .that()
            .resideOutsideOfPackage("cc.accu.server.internal.kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule THE_SERVER_WORKS_WITHOUT_ITS_ADMIN_PACKAGE = noClasses()
            .that()
            .resideInAnyPackage("cc.accu.server", SINK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ADMIN);

    @ArchTest
    static final ArchRule NOTHING_KNOWS_THE_COMMANDS = noClasses()
            .that()
            .resideOutsideOfPackages(EDGES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGES);

    @ArchTest
    static final ArchRule ONLY_COMMANDS_KNOW_HOW_THEY_ARE_TYPED = noClasses()
            .that()
            .resideOutsideOfPackages(EDGES)
            .and()
            .resideOutsideOfPackage(COMMAND)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(COMMAND, "picocli..");

    @ArchTest
    static void onlyThesePromiseAnything(JavaClasses all) {
        assertThat(topLevel(all)
                        .filter(type -> PROMISED.contains(type.getPackageName()))
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder(
                        "Completion",
                        "Durability",
                        "End",
                        "Line",
                        "LineBatch",
                        "LineFraming",
                        "LongLine",
                        "Origin",
                        "ConnectException",
                        "Endpoint",
                        "ListenException",
                        "Refused",
                        "TlsOptions",
                        "AdminServer",
                        "Books",
                        "ConnectionState",
                        "Discarded",
                        "LineServer",
                        "ListenOptions",
                        "RateLimit",
                        "ServerLimits",
                        "ServerObserver",
                        "KafkaSettings",
                        "LineWriter",
                        "Sink",
                        "SinkException",
                        "SinkState",
                        "Sinks",
                        "WriterSink",
                        "ClosedException",
                        "DeliveryException",
                        "LineClient",
                        "LineTooLongException",
                        "WhenFull",
                        "WindowFullException");
    }

    @ArchTest
    static void oneNameIsOneThing(JavaClasses all) {
        assertThat(topLevel(all).map(JavaClass::getSimpleName)).doesNotHaveDuplicates();
    }

    @ArchTest
    static void noPackageIsTooLargeToKnow(JavaClasses all) {
        assertThat(topLevel(all).collect(groupingBy(JavaClass::getPackageName, counting())))
                .allSatisfy((name, types) -> assertThat(types).isLessThanOrEqualTo(MOST_TYPES_OF_A_PACKAGE));
    }

    private static Stream<JavaClass> topLevel(JavaClasses all) {
        return all.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"));
    }
}
