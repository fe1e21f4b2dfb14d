package io.portrgateway.tunnel.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the code to the package table, and each rule to a planted violation that it must find. */
class ArchitectureTest {

    private static final String PLANTED = "io.portrgateway.planted";

    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(PackageTable.ROOT);
    private static final JavaClasses VIOLATIONS = new ClassFileImporter().importPackages(PLANTED);

    static Stream<Arguments> rules() {
        return Stream.of(
                rule("packages are known", Rules::packagesAreKnown, "unknown package \"misc\""),
                rule("dependencies are allowed", Rules::dependenciesAreAllowed, "KnowsSsh"),
                rule("packages have no cycles", Rules::packagesHaveNoCycles, "Cycle detected"),
                rule("MINA stays on the SSH side", Rules::minaStaysOnTheSshSide, "UsesMina"),
                rule("SQL stays in the store", Rules::sqlStaysInTheStore, "UsesSql"),
                rule("packages are null-marked", Rules::packagesAreNullMarked, "Unmarked"),
                rule(
                        "event loops never wait",
                        Rules::eventLoopsNeverWait,
                        "Waits.future",
                        "Waits.thread",
                        "Waits.netty",
                        "Waits.queue"));
    }

    private static Arguments rule(String name, Function<Rules, ArchRule> rule, String... traces) {
        return Arguments.of(name, rule, List.of(traces));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void codeKeepsTheRule(String name, Function<Rules, ArchRule> rule, List<String> traces) {
        assertThat(rule.apply(new Rules(PackageTable.ROOT))
                        .evaluate(CODE)
                        .getFailureReport()
                        .getDetails())
                .as(name)
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void ruleFindsThePlantedViolation(String name, Function<Rules, ArchRule> rule, List<String> traces) {
        List<String> found = rule.apply(new Rules(PLANTED))
                .evaluate(VIOLATIONS)
                .getFailureReport()
                .getDetails();

        assertThat(traces)
                .allSatisfy(trace -> assertThat(found)
                        .anySatisfy(detail -> assertThat(detail).contains(trace)));
    }

    @Test
    void testsAssertWithAssertJOnly() {
        JavaClasses tests = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                .importPackages(PackageTable.ROOT);
        ArchRule rule = ArchRuleDefinition.noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.junit.jupiter.api.Assertions")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("org.hamcrest..");

        assertThat(rule.evaluate(tests).getFailureReport().getDetails()).isEmpty();
    }
}
