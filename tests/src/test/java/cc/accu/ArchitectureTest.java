package cc.accu;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom, over all modules. */
@AnalyzeClasses(packages = "cc.accu", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String LINE = "cc.accu.line..";
    private static final String FRAMING = "cc.accu.internal.framing..";
    private static final String ENDPOINT = "cc.accu.transport..";
    private static final String TRANSPORT = "cc.accu.internal.transport..";
    private static final String CONSOLE = "cc.accu.internal.cli..";
    private static final String SERVER = "cc.accu.server..";
    private static final String SINK = "cc.accu.server.sink..";
    private static final String ADMIN = "cc.accu.server.admin..";
    private static final String CLIENT = "cc.accu.client..";
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
    static final ArchRule TRANSPORTS_DO_NOT_KNOW_LINES = noClasses()
            .that()
            .resideInAnyPackage(ENDPOINT, TRANSPORT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LINE, FRAMING);

    @ArchTest
    static final ArchRule NO_PACKAGES_KNOW_EACH_OTHER_IN_A_CIRCLE =
            slices().matching("cc.accu.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule SINKS_KNOW_OF_ACCU_ONLY_LINES_AND_THE_CONSOLE = classes()
            .that()
            .resideInAPackage(SINK)
            .should()
            .onlyDependOnClassesThat(Predicates.resideOutsideOfPackage("cc.accu..")
                    .or(Predicates.resideInAnyPackage(SINK, LINE, FRAMING, CONSOLE)));

    @ArchTest
    static final ArchRule SINKS_KNOW_NO_PIPELINES = noClasses()
            .that()
            .resideInAPackage(SINK)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.channel..");

    @ArchTest
    static final ArchRule THE_SERVER_WORKS_WITHOUT_ITS_ADMIN_PACKAGE = noClasses()
            .that()
            .resideInAnyPackage("cc.accu.server", SINK)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ADMIN);

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
            .resideOutsideOfPackage(CONSOLE)
            .should()
            .dependOnClassesThat()
            .haveNameMatching("cc\\.accu\\.internal\\.cli\\.(Command.*|Option|UsageException|ExitCode)");

    @ArchTest
    static final ArchRule ONLY_COMMANDS_SET_UP_THEIR_PROCESS = noClasses()
            .that()
            .resideOutsideOfPackages(EDGES)
            .should()
            .dependOnClassesThat()
            .haveSimpleName("QuickStart");
}
