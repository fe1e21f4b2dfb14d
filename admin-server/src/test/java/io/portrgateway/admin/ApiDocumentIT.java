package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Holds {@code apidocs/openapi.yaml} to the running server. */
@Timeout(120)
class ApiDocumentIT {

    private static Gateway gateway;
    private static JsonNode document;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        document = gateway.get("/api/v1/openapi.json").json();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        document.path("paths")
                .propertyStream()
                .forEach(path -> path.getValue()
                        .propertyStream()
                        .forEach(method -> operations.put(
                                method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue())));
        return operations;
    }

    private static Map<String, Route> routes() {
        return Route.of(gateway).stream()
                .filter(Route::isApi)
                .collect(Collectors.toMap(Route::name, route -> route, (one, other) -> one, TreeMap::new));
    }

    @Test
    void describesEveryRouteOfTheServerAndNoOther() {
        assertThat(operations().keySet())
                .as("operations of apidocs/openapi.yaml; the others are the routes of the running server")
                .containsExactlyElementsOf(routes().keySet());
    }

    @Test
    void saysOfEachWhoMayCallItAsTheRouteDoes() {
        List<String> wrong = new ArrayList<>();
        Map<String, JsonNode> operations = operations();
        routes().forEach((name, route) -> {
            String said = operations.get(name).path("x-access").asString("");
            Set<String> right = route.isOpen()
                    ? Set.of("open", "key")
                    : route.isForSuperusers()
                            ? Set.of("superuser")
                            : route.isForTeamAdmins()
                                    ? Set.of("admin")
                                    : route.isOfATeam()
                                            ? Set.of("member")
                                            : route.isForSessionsOnly() ? Set.of("session-only") : Set.of("session");
            if (!right.contains(said)) {
                wrong.add(name + ": " + said + " (expected: " + right + ")");
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void describesEachWithItsStatusesAndWhereItNeedsATeam() {
        operations().forEach((name, operation) -> {
            String access = operation.path("x-access").asString("");
            Set<String> statuses = operation
                    .path("responses")
                    .propertyStream()
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            assertThat(operation.path("summary").asString("")).as(name).isNotBlank();
            assertThat(operation.path("tags").size()).as(name).isOne();
            assertThat(statuses).as(name).anyMatch(status -> status.startsWith("2") || status.startsWith("3"));
            if (!Set.of("open", "key").contains(access)) {
                assertThat(statuses).as(name).contains("401");
                assertThat(operation.path("security").size()).as(name).isPositive();
            }
            if (Set.of("member", "admin").contains(access)) {
                assertThat(statuses).as(name).contains("400", "403");
                assertThat(operation.path("parameters").toString()).as(name).contains("#/components/parameters/Team");
            }
            if (access.equals("superuser")) {
                assertThat(statuses).as(name).contains("403");
            }
        });
    }

    @Test
    void pointsOnlyToWhatIsThere() {
        document.findValuesAsString("$ref")
                .forEach(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        assertThat(document.path("openapi").asString()).startsWith("3.");
        assertThat(document.path("servers").path(0).path("url").asString()).isEqualTo("http://localhost:8000");
    }

    @Test
    void showsThePageInTheBrowser() {
        Screen screen = new Screen(gateway).signIn();
        screen.open("/docs/api").check("api-docs");
        screen.find("#get_audit > summary").click();
        screen.find("#post_connections > summary").click();
        screen.check("api-docs-open");
        for (String path : new String[] {"/api/v1/version", "/api/v1/reserved-subdomains/{subdomain}"}) {
            assertThat(screen.text()).contains(path);
        }
    }

    @Test
    void showsThePageToTheSignedInOnly() {
        Answer stranger = gateway.get("/docs/api");

        assertThat(stranger.status()).isEqualTo(302);
    }
}
