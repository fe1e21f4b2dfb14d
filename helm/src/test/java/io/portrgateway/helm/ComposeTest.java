package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compose file: no default secret, known settings only, and the same as the chart where both say something. */
class ComposeTest {

    private static final Pattern ROW = Pattern.compile("^\\| `(PORTR_[A-Z0-9_]+)` \\|", Pattern.MULTILINE);
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)([^}]*)}");
    private static final Pattern SECRET = Pattern.compile("PASSWORD$|_KEY$");

    /** Given or refused, secret or not. */
    private static final Set<String> REQUIRED = Set.of(
            "POSTGRES_PASSWORD",
            "DB_OWNER_PASSWORD",
            "DB_ADMIN_PASSWORD",
            "DB_TUNNEL_PASSWORD",
            "PORTR_ADMIN_ENCRYPTION_KEY",
            "SSH_HOST_KEY",
            "PORTR_ADMIN_BOOTSTRAP_EMAIL");

    @Test
    void refusesToStartWithoutSecrets() throws IOException {
        Map<String, Set<String>> defaults = text().lines()
                .filter(line -> !line.strip().startsWith("#"))
                .flatMap(line -> VARIABLE.matcher(line).results())
                .collect(Collectors.groupingBy(
                        match -> match.group(1), Collectors.mapping(match -> match.group(2), Collectors.toSet())));

        assertThat(defaults.keySet()).containsAll(REQUIRED);
        assertThat(defaults).allSatisfy((name, modifiers) -> {
            if (REQUIRED.contains(name) || SECRET.matcher(name).find()) {
                assertThat(modifiers).as(name).allMatch(modifier -> modifier.matches(":\\?.*see \\.env\\.example"));
            } else {
                assertThat(modifiers).as(name).hasSize(1).allMatch(modifier -> modifier.matches(":-.+"));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "migrate", "admin-server", "tunnel-server"})
    void everySecretComesFromOutside(String service) throws IOException {
        assertThat(environment(service)).allSatisfy((name, value) -> {
            if (SECRET.matcher(name).find()) {
                assertThat(value).as(name).matches("\\$\\{[A-Z_]+:\\?[^}]+}");
            }
        });
        assertThat(environment(service).values())
                .as("no password in a URL")
                .noneMatch(value -> value.matches(".*://[^/@]*:[^/@]*@.*"));
    }

    @Test
    void theExampleAsksForEverySecretAndHasNone() throws IOException {
        Map<String, String> example = Files.readString(Dockerfile.DIRECTORY.resolve(".env.example"))
                .lines()
                .filter(line -> line.matches("[A-Z_]+=.*"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));

        assertThat(example.keySet()).isEqualTo(REQUIRED);
        assertThat(example.values()).containsOnly("");
    }

    @Test
    void theServersKnowTheirSettings() throws IOException {
        assertThat(settings("docs/settings-admin.md"))
                .containsAll(told("admin-server"))
                .containsAll(told("migrate"));
        assertThat(settings("docs/settings.md")).containsAll(told("tunnel-server"));
        assertThat(told("tunnel-server")).contains("PORTR_DB_URL", "PORTR_SSH_HOST_KEY_FILE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrate", "admin-server", "tunnel-server"})
    void serversAreConfinedAsInTheChart(String name) throws IOException {
        Map<String, Object> service = service(name);

        assertThat(service)
                .containsEntry("read_only", true)
                .containsEntry("cap_drop", List.of("ALL"))
                .containsEntry("security_opt", List.of("no-new-privileges:true"))
                .doesNotContainKeys("privileged", "user", "cap_add", "network_mode");
        // Netty and the SQLite driver unpack their libraries there.
        assertThat(strings(service.get("tmpfs")))
                .singleElement()
                .asString()
                .startsWith("/tmp:exec,")
                .contains("size=");
    }

    @Test
    void imagesAreTheChartsAndPinned() throws IOException {
        Rendered chart = Chart.render(Map.of());
        String version = chart.get("Deployment", "portr-admin")
                .pod()
                .orElseThrow()
                .container("admin-server")
                .get("image")
                .toString()
                .replaceFirst(".*:", "");

        assertThat(image("admin-server")).isEqualTo("portr-gateway/admin-server:${IMAGE_TAG:-" + version + "}");
        assertThat(image("migrate")).isEqualTo(image("admin-server"));
        assertThat(image("tunnel-server")).isEqualTo("portr-gateway/tunnel-server:${IMAGE_TAG:-" + version + "}");
        assertThat(image("postgres"))
                .isEqualTo(chart.get("StatefulSet", "portr-postgresql")
                        .pod()
                        .orElseThrow()
                        .container("postgresql")
                        .get("image"));
        assertThat(image("caddy")).matches(".+:\\d+\\.\\d+\\.\\d+");
        assertThat(text()).doesNotContain(":latest");
    }

    @Test
    void theDatabaseIsMadeByTheChartsScript() throws IOException {
        String script = Files.readString(Chart.DIRECTORY.resolve("files/roles.sh"));
        Set<String> asked = Pattern.compile("\"\\$([A-Z_]+)\"")
                .matcher(script)
                .results()
                .map(match -> match.group(1))
                .filter(name -> !name.startsWith("POSTGRES_"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(strings(service("postgres").get("volumes")))
                .contains("../helm/portr/files/roles.sh:/docker-entrypoint-initdb.d/roles.sh:ro");
        assertThat(asked).hasSize(7);
        assertThat(environment("postgres").keySet()).containsAll(asked);
        for (String role : List.of("ADMIN", "TUNNEL")) {
            assertThat(environment(role.toLowerCase(Locale.ROOT) + "-server").get("PORTR_DB_URL"))
                    .startsWith("postgresql://" + environment("postgres").get(role + "_ROLE") + "@postgres:5432/portr");
        }
    }

    @Test
    void onlyTheMigrationKnowsTheOwnersPassword() throws IOException {
        for (String server : List.of("admin-server", "tunnel-server")) {
            assertThat(environment(server).values()).noneMatch(value -> value.contains("OWNER"));
            assertThat(Manifest.asMap(service(server).get("depends_on")))
                    .containsEntry("migrate", Map.of("condition", "service_completed_successfully"));
        }
        assertThat(environment("migrate").values()).anyMatch(value -> value.contains("DB_OWNER_PASSWORD"));
        assertThat(strings(service("migrate").get("command"))).containsExactly("migrate");
    }

    @Test
    void privatePortsAndPlainHttpStayOnTheMachine() throws IOException {
        List<String> published = compose().values().stream()
                .flatMap(service -> strings(service.get("ports")).stream())
                .toList();

        assertThat(published).isNotEmpty().noneMatch(port -> port.matches(".*:(8090|8091|5432)"));
        assertThat(published)
                .filteredOn(port -> port.matches(".*:(8000|8001)"))
                .hasSize(2)
                .allMatch(port -> port.contains(":-127.0.0.1:"));
    }

    @Test
    void tcpTunnelsGetThePortsThatArePublished() throws IOException {
        String range = environment("tunnel-server").get("PORTR_TCP_PORT_RANGE");

        assertThat(strings(service("tunnel-server").get("ports"))).contains(range + ":" + range);
    }

    @Test
    void httpsIsAnOptionWhoseProxyAloneIsBelieved() throws IOException {
        Map<String, Object> network =
                Manifest.asMap(Manifest.asMap(service("caddy").get("networks")).get("gateway"));

        assertThat(service("caddy")).containsEntry("profiles", List.of("tls"));
        for (String server : List.of("admin-server", "tunnel-server")) {
            assertThat(environment(server))
                    .containsEntry("PORTR_TRUSTED_PROXIES", (String) network.get("ipv4_address"));
        }
        assertThat(Files.readString(Dockerfile.DIRECTORY.resolve("Caddyfile")))
                .contains("reverse_proxy admin-server:8000", "reverse_proxy tunnel-server:8001");
    }

    private static String text() throws IOException {
        return Files.readString(Dockerfile.DIRECTORY.resolve("compose.yaml"));
    }

    private static Map<String, Map<String, Object>> compose() throws IOException {
        Map<String, Object> services =
                Manifest.asMap(Manifest.asMap(Chart.strictYaml().load(text())).get("services"));
        return services.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> Manifest.asMap(entry.getValue())));
    }

    private static Map<String, Object> service(String name) throws IOException {
        Map<String, Object> service = compose().get(name);
        assertThat(service).as(name).isNotNull();
        return service;
    }

    private static String image(String service) throws IOException {
        return (String) service(service).get("image");
    }

    private static Map<String, String> environment(String service) throws IOException {
        return Manifest.asMap(service(service).get("environment")).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> String.valueOf(entry.getValue())));
    }

    private static List<String> strings(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static Set<String> told(String service) throws IOException {
        return environment(service).keySet().stream()
                .filter(name -> name.startsWith("PORTR_"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> settings(String document) throws IOException {
        Matcher matcher = ROW.matcher(Files.readString(Chart.REPOSITORY.resolve(document)));
        Set<String> settings = new TreeSet<>();
        while (matcher.find()) {
            settings.add(matcher.group(1));
        }
        assertThat(settings).hasSizeGreaterThan(20);
        return settings;
    }
}
