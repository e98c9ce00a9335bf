package cc.accu;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom, over all modules. */
@AnalyzeClasses(packages = "cc.accu", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String LINE = "cc.accu.line..";
    private static final String TRANSPORT = "cc.accu.transport..";
    private static final String CONSOLE = "cc.accu.console..";
    private static final String SERVER = "cc.accu.server..";
    private static final String SINK = "cc.accu.server.sink..";
    private static final String ADMIN = "cc.accu.server.admin..";
    private static final String CLIENT = "cc.accu.client..";
    private static final String[] EDGES = {"cc.accu.server.cli..", "cc.accu.client.cli.."};

    @ArchTest
    static final ArchRule COMMON_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAnyPackage(LINE, TRANSPORT, CONSOLE)
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
            .resideInAPackage(LINE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(TRANSPORT);

    @ArchTest
    static final ArchRule TRANSPORTS_DO_NOT_KNOW_LINES = noClasses()
            .that()
            .resideInAPackage(TRANSPORT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(LINE);

    @ArchTest
    static final ArchRule SINKS_KNOW_OF_ACCU_ONLY_LINES_AND_THE_CONSOLE = classes()
            .that()
            .resideInAPackage(SINK)
            .should()
            .onlyDependOnClassesThat(Predicates.resideOutsideOfPackage("cc.accu..")
                    .or(Predicates.resideInAnyPackage(SINK, LINE, CONSOLE)));

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
            .haveNameMatching("cc\\.accu\\.console\\.(Command.*|Option|UsageException|ExitCode)");

    @ArchTest
    static final ArchRule ONLY_COMMANDS_SET_UP_THEIR_PROCESS = noClasses()
            .that()
            .resideOutsideOfPackages(EDGES)
            .should()
            .dependOnClassesThat()
            .haveSimpleName("QuickStart");
}
