package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every pod keeps to, whatever the values. */
class PodPolicyTest {

    /** Volume types that Pod Security Standard "restricted" allows, as far as the chart uses them. */
    private static final Set<String> VOLUMES =
            Set.of("configMap", "secret", "projected", "emptyDir", "persistentVolumeClaim");

    private static final Set<String> SAFE_SYSCTLS = Set.of("net.ipv4.ip_local_port_range");

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void podsAreRestricted(Scenario scenario) {
        assertThat(scenario.rendered().pods()).isNotEmpty().allSatisfy(pod -> {
            assertThat(pod.get("spec.securityContext.runAsNonRoot")).isEqualTo(true);
            assertThat((Integer) pod.get("spec.securityContext.runAsUser")).isPositive();
            assertThat(pod.text("spec.securityContext.seccompProfile.type")).isEqualTo("RuntimeDefault");
            assertThat(pod.maps("spec.securityContext.sysctls"))
                    .allSatisfy(sysctl -> assertThat(SAFE_SYSCTLS).contains((String) sysctl.get("name")));
            assertThat(pod.find("spec.hostPID")).isEmpty();
            assertThat(pod.find("spec.hostIPC")).isEmpty();
            assertThat(pod.maps("spec.volumes"))
                    .allSatisfy(volume -> assertThat(volume.keySet())
                            .filteredOn(key -> !key.equals("name"))
                            .isSubsetOf(VOLUMES));
        });
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void onlyTheHostNetworkModeLeavesThePodNetwork(Scenario scenario) {
        List<String> outside = scenario.rendered().pods().stream()
                .filter(pod -> pod.find("spec.hostNetwork").isPresent())
                .map(Manifest::name)
                .toList();

        assertThat(outside).isEqualTo(scenario.name().contains("hostnetwork") ? List.of("portr-tunnel") : List.of());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void containersAreRestricted(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .allSatisfy(pod -> assertThat(pod.containers()).isNotEmpty().allSatisfy(container -> {
                    Map<String, Object> security = Manifest.asMap(container.get("securityContext"));
                    assertThat(security)
                            .as(pod.id() + " " + container.get("name"))
                            .containsEntry("allowPrivilegeEscalation", false)
                            .containsEntry("readOnlyRootFilesystem", true)
                            .containsEntry("runAsNonRoot", true)
                            .containsEntry("capabilities", Map.of("drop", List.of("ALL")))
                            .doesNotContainKey("privileged");
                    assertThat(Manifest.asMaps(container.get("ports")))
                            .allSatisfy(port -> assertThat(port).doesNotContainKey("hostPort"));
                }));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void noPodGetsTheAddressesOfServicesAsEnvironment(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .allSatisfy(
                        pod -> assertThat(pod.get("spec.enableServiceLinks")).isEqualTo(false));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyContainerHasRequestsAndLimits(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .allSatisfy(pod -> assertThat(pod.containers()).allSatisfy(container -> {
                    Map<String, Object> resources = Manifest.asMap(container.get("resources"));
                    for (String which : List.of("requests", "limits")) {
                        assertThat(Manifest.asMap(resources.get(which)))
                                .as(pod.id() + " " + container.get("name"))
                                .containsKeys("cpu", "memory");
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyServerHasProbes(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .filteredOn(pod -> Set.of("Deployment", "StatefulSet").contains(pod.kind()))
                .allSatisfy(pod -> assertThat(pod.maps("spec.containers"))
                        .allSatisfy(container -> assertThat(container)
                                .as(pod.id() + " " + container.get("name"))
                                .containsKeys("readinessProbe", "livenessProbe")))
                .allSatisfy(pod ->
                        assertThat(pod.maps("spec.containers").getFirst()).containsKey("startupProbe"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aNewChartAloneRestartsNoServer(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .filteredOn(pod -> Set.of("Deployment", "StatefulSet").contains(pod.kind()))
                .allSatisfy(pod -> assertThat(pod.labels())
                        .as(pod.id())
                        .doesNotContainKeys("helm.sh/chart", "app.kubernetes.io/version"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyImageIsPinned(Scenario scenario) {
        assertThat(scenario.rendered().pods())
                .allSatisfy(pod -> assertThat(pod.containers())
                        .allSatisfy(container -> assertThat((String) container.get("image"))
                                .matches(".+(:[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})")
                                .doesNotEndWith(":latest")));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void tokensAreMountedOnlyWhereTheyAreUsed(Scenario scenario) {
        assertThat(scenario.rendered().pods()).allSatisfy(pod -> {
            boolean uses = pod.name().equals("portr-dns-updater")
                    || pod.name().equals("portr-tunnel") && scenario.name().contains("dynamic");
            assertThat(pod.get("spec.automountServiceAccountToken"))
                    .as(pod.id())
                    .isEqualTo(uses);
        });
        assertThat(scenario.rendered().ofKind("ServiceAccount"))
                .allSatisfy(account ->
                        assertThat(account.get("automountServiceAccountToken")).isEqualTo(false));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void rolesNameTheOneServiceTheyAreFor(Scenario scenario) {
        assertThat(scenario.rendered().ofKind("Role"))
                .allSatisfy(role -> assertThat(role.maps("rules"))
                        .singleElement()
                        .satisfies(rule -> assertThat(rule)
                                .containsEntry("resources", List.of("services"))
                                .containsEntry("resourceNames", List.of("portr-tunnel"))));
        assertThat(scenario.rendered().ofKind("ClusterRole")).isEmpty();
        assertThat(scenario.rendered().ofKind("ClusterRoleBinding")).isEmpty();
    }
}
