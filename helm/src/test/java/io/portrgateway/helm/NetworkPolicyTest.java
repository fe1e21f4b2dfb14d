package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The policies let through what is used, and no public Service shows what is private. */
class NetworkPolicyTest {

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    static Stream<Scenario> withPolicies() {
        return Scenario.all()
                .filter(scenario -> !scenario.rendered().ofKind("NetworkPolicy").isEmpty());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void noPublicServiceShowsAPrivatePort(Scenario scenario) {
        assertThat(scenario.rendered().ofKind("Service"))
                .filteredOn(service -> !service.text("spec.type").equals("ClusterIP"))
                .allSatisfy(service -> assertThat(service.maps("spec.ports"))
                        .isNotEmpty()
                        .allSatisfy(port -> {
                            assertThat((Integer) port.get("port")).isNotIn(8000, 8001, 8090, 8091, 5432, 9187);
                            assertThat(port.get("targetPort")).isNotEqualTo("ops");
                        }));
        assertThat(scenario.rendered().ofKind("Service")).allSatisfy(service -> {
            assertThat(service.find("spec.externalIPs")).isEmpty();
            assertThat(service.find("spec.loadBalancerIP")).isEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("withPolicies")
    void everyPodHasAPolicyThatLetsItsPortsIn(Scenario scenario) {
        for (Manifest pod : scenario.rendered().pods()) {
            if (pod.find("spec.hostNetwork").isPresent()) {
                continue; // policies do not hold for the node's network
            }
            Manifest policy =
                    policyOf(scenario, pod).orElseThrow(() -> new AssertionError("no policy for " + pod.id()));
            assertThat(policy.get("spec.policyTypes")).isEqualTo(List.of("Ingress", "Egress"));
            for (Map<String, Object> container : pod.maps("spec.containers")) {
                for (Map<String, Object> port : Manifest.asMaps(container.get("ports"))) {
                    assertThat(lets(policy, "spec.ingress", (Integer) port.get("containerPort")))
                            .as(policy.id() + " lets in " + port)
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("withPolicies")
    void everyPodThatUsesTheDatabaseReachesIt(Scenario scenario) {
        for (Manifest pod : scenario.rendered().pods()) {
            if (pod.find("spec.hostNetwork").isEmpty()
                    && List.of("portr-admin", "portr-tunnel", "portr-backup-daily", "portr-test-db-login")
                            .contains(pod.name())) {
                Manifest policy = policyOf(scenario, pod).orElseThrow();
                assertThat(lets(policy, "spec.egress", 5432)).as(policy.id()).isTrue();
                assertThat(lets(policy, "spec.egress", 53)).as(policy.id()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("withPolicies")
    void theDatabaseReachesNobody(Scenario scenario) {
        scenario.rendered()
                .find("NetworkPolicy", "portr-postgresql")
                .ifPresent(policy -> assertThat(policy.get("spec.egress")).isEqualTo(List.of()));
    }

    @Test
    void theTcpPoolIsOneRule() {
        Manifest policy = Chart.render(Map.of("tunnel.tcp.mode", "dynamic", "tunnel.tcp.to", 40001))
                .get("NetworkPolicy", "portr-tunnel");

        assertThat(ports(policy, "spec.ingress")).contains(Map.of("port", 30001, "endPort", 40001, "protocol", "TCP"));
    }

    @Test
    void onlyTheDynamicModeReachesTheKubernetesApi() {
        assertThat(lets(Chart.render(Map.of()).get("NetworkPolicy", "portr-tunnel"), "spec.egress", 6443))
                .isFalse();
        assertThat(lets(
                        Chart.render(Map.of("tunnel.tcp.mode", "dynamic")).get("NetworkPolicy", "portr-tunnel"),
                        "spec.egress",
                        6443))
                .isTrue();
    }

    @Test
    void whoMayReachTheDashboardCanBeNamed() {
        Manifest policy = Chart.renderYaml("""
                networkPolicy:
                  ingressFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]
                """).get("NetworkPolicy", "portr-admin");

        assertThat(Manifest.asMaps(policy.maps("spec.ingress").getFirst().get("from")))
                .contains(Map.of(
                        "namespaceSelector", Map.of("matchLabels", Map.of("kubernetes.io/metadata.name", "ingress"))));
    }

    private static Optional<Manifest> policyOf(Scenario scenario, Manifest pod) {
        return scenario.rendered().ofKind("NetworkPolicy").stream()
                .filter(policy -> pod.labels()
                        .entrySet()
                        .containsAll(policy.map("spec.podSelector.matchLabels").entrySet()))
                .findFirst();
    }

    private static List<Map<String, Object>> ports(Manifest policy, String direction) {
        return policy.maps(direction).stream()
                .flatMap(rule -> Manifest.asMaps(rule.get("ports")).stream())
                .toList();
    }

    private static boolean lets(Manifest policy, String direction, int wanted) {
        boolean anyPort = policy.maps(direction).stream().anyMatch(rule -> !rule.containsKey("ports"));
        return anyPort
                || ports(policy, direction).stream().anyMatch(port -> {
                    int from = (Integer) port.get("port");
                    int to = (Integer) port.getOrDefault("endPort", from);
                    return from <= wanted && wanted <= to;
                });
    }
}
