package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything the chart tells the servers is a setting that they know, by the documents that are made from their code. */
class EnvironmentTest {

    private static final Pattern ROW = Pattern.compile("^\\| `(PORTR_[A-Z0-9_]+)` \\|", Pattern.MULTILINE);

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void adminServerKnowsItsSettings(Scenario scenario) throws IOException {
        Set<String> told = told(scenario, "admin");

        assertThat(told).contains("PORTR_DOMAIN", "PORTR_DB_URL", "PORTR_ADMIN_OPS_ADDRESS");
        assertThat(settings("docs/settings-admin.md")).containsAll(told);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void tunnelServerKnowsItsSettings(Scenario scenario) throws IOException {
        Set<String> told = told(scenario, "tunnel");

        assertThat(told).contains("PORTR_DOMAIN", "PORTR_DB_URL", "PORTR_OPS_ADDRESS");
        assertThat(settings("docs/settings.md")).containsAll(told);
    }

    @Test
    void theDynamicModeNamesTheServiceThatItsRoleAllows() {
        Rendered rendered = Chart.render(Map.of("tunnel.tcp.mode", "dynamic", "tunnel.tcp.maxOpenPorts", 45));

        assertThat(rendered.get("ConfigMap", "portr-tunnel").map("data"))
                .containsEntry("PORTR_KUBERNETES_SERVICE", "portr-tunnel")
                .containsEntry("PORTR_KUBERNETES_MAX_PORTS", "45");
        assertThat(rendered.get("Role", "portr-tunnel-ports")
                        .maps("rules")
                        .getFirst()
                        .get("resourceNames"))
                .isEqualTo(List.of("portr-tunnel"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void noVariableIsSetTwice(Scenario scenario) {
        for (String component : List.of("admin", "tunnel")) {
            Manifest pod = scenario.rendered()
                    .get("Deployment", "portr-" + component)
                    .pod()
                    .orElseThrow();
            Set<String> ofConfigMap = scenario.rendered()
                    .get("ConfigMap", "portr-" + component)
                    .map("data")
                    .keySet();
            for (Map<String, Object> container : pod.containers()) {
                assertThat(Manifest.asMaps(container.get("env")))
                        .extracting(env -> env.get("name"))
                        .doesNotHaveDuplicates()
                        .doesNotContainAnyElementsOf(List.copyOf(ofConfigMap));
            }
        }
    }

    @Test
    void privatePortsAreReachableForProbes() {
        Rendered rendered = Chart.render(Map.of());

        assertThat(rendered.get("ConfigMap", "portr-admin").map("data"))
                .containsEntry("PORTR_ADMIN_OPS_ADDRESS", "0.0.0.0");
        assertThat(rendered.get("ConfigMap", "portr-tunnel").map("data")).containsEntry("PORTR_OPS_ADDRESS", "0.0.0.0");
    }

    private static Set<String> told(Scenario scenario, String component) {
        Set<String> told = new TreeSet<>(scenario.rendered()
                .get("ConfigMap", "portr-" + component)
                .map("data")
                .keySet());
        scenario.rendered()
                .get("Deployment", "portr-" + component)
                .pod()
                .orElseThrow()
                .containers()
                .forEach(container ->
                        Manifest.asMaps(container.get("env")).forEach(env -> told.add((String) env.get("name"))));
        told.removeIf(name -> !name.startsWith("PORTR_"));
        return told;
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
