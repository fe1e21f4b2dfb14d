package io.portrgateway.admin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.persistence.Entity;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.data.repository.Repository;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RestController;

/** The package table of docs/architecture.md, and the rules of admin-server, held to by the build. */
class ArchitectureTest {

    private static final String ROOT = "io.portrgateway.admin";

    /** Package to the packages it may use. A package that is not here is an error. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            entry("settings", Set.of()),
            entry("secret", Set.of("settings")),
            entry("web", Set.of("settings", "secret")),
            entry("command", Set.of("settings")),
            entry("audit", Set.of("web", "settings")),
            entry("session", Set.of("web", "settings", "secret")),
            entry("account", Set.of("session", "audit", "command", "web", "settings", "secret")),
            entry("team", Set.of("account", "audit", "command", "web", "settings", "secret")),
            entry("member", Set.of("team", "account", "audit", "command", "web", "settings", "secret")),
            entry("profile", Set.of("team", "account", "session", "audit", "web", "settings", "secret")),
            entry("signup", Set.of("team", "account", "audit", "web", "settings")),
            entry("github", Set.of("signup", "team", "account", "audit", "web", "settings")),
            entry("sshkey", Set.of("github", "team", "account", "audit", "command", "web", "settings", "secret")),
            entry("subdomain", Set.of("team", "account", "audit", "web", "settings", "secret")),
            entry(
                    "connection",
                    Set.of("team", "subdomain", "account", "audit", "command", "web", "settings", "secret")),
            entry("exchange", Set.of("team", "web", "secret")),
            entry("search", Set.of("exchange", "team", "web", "settings")),
            entry("body", Set.of("exchange")),
            entry(
                    "detail",
                    Set.of(
                            "webhook",
                            "body",
                            "search",
                            "exchange",
                            "team",
                            "account",
                            "audit",
                            "web",
                            "settings",
                            "secret")),
            entry("recording", Set.of("exchange", "team", "account", "audit", "web", "settings", "secret")),
            entry("replay", Set.of("webhook", "exchange", "team", "account", "audit", "web", "settings", "secret")),
            entry("compare", Set.of("body", "exchange", "team", "account", "audit", "web", "settings", "secret")),
            entry(
                    "inspector",
                    Set.of("search", "exchange", "clientconfig", "team", "account", "audit", "web", "settings")),
            entry(
                    "har",
                    Set.of(
                            "replay",
                            "search",
                            "body",
                            "exchange",
                            "team",
                            "account",
                            "audit",
                            "web",
                            "settings",
                            "secret")),
            entry("webhook", Set.of("exchange", "team", "account", "audit", "web", "settings", "secret")),
            entry("stats", Set.of("team", "account", "audit", "web", "settings", "secret")),
            entry("shell", Set.of("team", "account", "web", "settings")),
            entry("apidocs", Set.of("web", "settings")),
            entry("auditlog", Set.of("team", "account", "audit", "web", "settings", "secret")),
            entry("instance", Set.of("web", "settings")),
            entry("clientconfig", Set.of("team", "account", "audit", "web", "settings", "secret")),
            entry("imports", Set.of("clientconfig", "team", "account", "audit", "settings", "secret")),
            entry(
                    "overview",
                    Set.of(
                            "connection",
                            "clientconfig",
                            "stats",
                            "team",
                            "account",
                            "audit",
                            "web",
                            "settings",
                            "secret")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void usesOnlyThePackagesOfTheTable() {
        Set<String> violations = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            String from = feature(type);
            if (from.isEmpty()) {
                continue;
            }
            Set<String> allowed = ALLOWED.get(from);
            assertThat(allowed).as("package " + from + " is in the table").isNotNull();
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass())
                    .filter(target -> target.getPackageName().startsWith(ROOT))
                    .filter(target -> !feature(target).equals(from) && !allowed.contains(feature(target)))
                    .map(target -> type.getName() + " uses " + target.getName())
                    .forEach(violations::add);
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void hasNoCyclesBetweenFeatures() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void keepsControllersRepositoriesAndEntitiesToTheirFeature() {
        for (ArchRule rule : new ArchRule[] {
            classes().that().areAnnotatedWith(Controller.class).should().bePackagePrivate(),
            classes().that().areAnnotatedWith(RestController.class).should().bePackagePrivate(),
            classes().that().areAnnotatedWith(Entity.class).should().bePackagePrivate(),
            classes().that().areAssignableTo(Repository.class).should().bePackagePrivate()
        }) {
            rule.check(CLASSES);
        }
    }

    @Test
    void injectsThroughConstructorsOnly() {
        fields().should()
                .notBeAnnotatedWith(Autowired.class)
                .andShould()
                .notBeAnnotatedWith(Value.class)
                .check(CLASSES);
    }

    @Test
    void keepsEntitiesAwayFromControllers() {
        noClasses()
                .that()
                .haveSimpleNameEndingWith("Controller")
                .should()
                .dependOnClassesThat()
                .areAnnotatedWith(Entity.class)
                .check(CLASSES);
    }

    @Test
    void marksEveryPackageForNullness() {
        Set<String> marked = CLASSES.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .filter(type -> type.isAnnotatedWith(NullMarked.class))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());

        assertThat(CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .isEqualTo(marked);
    }

    private static String feature(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
    }
}
