package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/admin. */
class AdminTemplatesTest {

    private static final String NAME = "portr-admin";

    @Nested
    class Deployment {

        @Test
        void runsTwoPodsThatRollOneByOne() {
            Manifest deployment = Chart.render(Map.of()).get("Deployment", NAME);

            assertThat(deployment.get("spec.replicas")).isEqualTo(2);
            assertThat(deployment.map("spec.strategy.rollingUpdate"))
                    .isEqualTo(Map.of("maxUnavailable", 0, "maxSurge", 1));
        }

        @Test
        void leavesTheNumberOfPodsToTheAutoscaler() {
            Manifest deployment =
                    Chart.render(Map.of("admin.autoscaling.enabled", true)).get("Deployment", NAME);

            assertThat(deployment.find("spec.replicas")).isEmpty();
        }

        @Test
        void spreadsPodsOverNodesSoftlyOrHard() {
            assertThat(podOf(Map.of())
                            .find("spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution"))
                    .isPresent();
            assertThat(podOf(Map.of("admin.antiAffinity", "required"))
                            .find("spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"))
                    .isPresent();
            assertThat(podOf(Map.of("admin.antiAffinity", "none")).find("spec.affinity"))
                    .isEmpty();
        }

        @Test
        void waitsForTheBundledDatabaseInItsOwnImage() {
            Manifest pod = podOf(Map.of());

            assertThat(pod.container("wait-for-database")).containsEntry("image", "docker.io/postgres:18.6");
            assertThat(pod.maps("spec.initContainers").getLast()).containsEntry("name", "migrate");
        }

        @Test
        void restartsWhenItsSettingsChangeAndNotWhenOthersDo() {
            String before = checksum(Map.of());

            assertThat(checksum(Map.of("config.reservedSubdomainLimit", 5))).isNotEqualTo(before);
            assertThat(checksum(Map.of("tunnel.shutdownGrace", "20s"))).isEqualTo(before);
            // only what is in the ConfigMap counts, not what is written on it
            assertThat(checksum(Map.of("commonAnnotations.contact", "us"))).isEqualTo(before);
        }

        @Test
        void hasTheResourcesOfTheReference() {
            assertThat(podOf(Map.of()).container("admin-server"))
                    .containsEntry(
                            "resources",
                            Map.of(
                                    "requests",
                                    Map.of("cpu", "250m", "memory", "256Mi"),
                                    "limits",
                                    Map.of("cpu", "1000m", "memory", "512Mi")));
        }

        @Test
        void takesADigestInPlaceOfATag() {
            String digest = "sha256:" + "0".repeat(64);

            assertThat(podOf(Map.of("admin.image.digest", digest, "global.imageRegistry", "registry:5000"))
                            .container("admin-server"))
                    .containsEntry("image", "registry:5000/portr-gateway/admin-server@" + digest);
        }

        @Test
        void takesWhatAnOperatorAdds() {
            Manifest pod = Chart.renderYaml("""
                    admin:
                      extraEnv: [{name: PORTR_API_RATE_PER_KEY, value: "7"}]
                      extraVolumes: [{name: more, emptyDir: {}}]
                      extraVolumeMounts: [{name: more, mountPath: /more}]
                      podLabels: {a: b}
                      nodeSelector: {disk: fast}
                      tolerations: [{operator: Exists}]
                      topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
                      priorityClassName: high
                    """).get("Deployment", NAME).pod().orElseThrow();

            assertThat(pod.container("admin-server"))
                    .containsEntry("env", List.of(Map.of("name", "PORTR_API_RATE_PER_KEY", "value", "7")));
            assertThat(pod.labels()).containsEntry("a", "b");
            assertThat(pod.map("spec.nodeSelector")).containsEntry("disk", "fast");
            assertThat(pod.maps("spec.tolerations")).containsExactly(Map.of("operator", "Exists"));
            assertThat(pod.maps("spec.topologySpreadConstraints").getFirst()).containsKey("labelSelector");
            assertThat(pod.text("spec.priorityClassName")).isEqualTo("high");
        }

        private static Manifest podOf(Map<String, Object> values) {
            return Chart.render(values).get("Deployment", NAME).pod().orElseThrow();
        }

        private static String checksum(Map<String, Object> values) {
            return (String) podOf(values).annotations().get("checksum/config");
        }
    }

    @Nested
    class Configmap {

        @Test
        void derivesAddressesFromTheDomain() {
            assertThat(dataOf(Map.of()))
                    .containsEntry("PORTR_DOMAIN", "tunnels.example.com")
                    .containsEntry("PORTR_SERVER_URL", "https://admin.tunnels.example.com")
                    .containsEntry("PORTR_SSH_URL", "ssh.tunnels.example.com:2222")
                    .containsEntry("PORTR_TUNNEL_USE_LOCALHOST", "false");
        }

        @Test
        void saysHttpWithoutTls() {
            assertThat(dataOf(Map.of("tls.mode", "none")))
                    .containsEntry("PORTR_SERVER_URL", "http://admin.tunnels.example.com")
                    .containsEntry("PORTR_TUNNEL_USE_LOCALHOST", "true");
        }

        @Test
        void letsPeopleSignInWithGithub() {
            Map<String, Object> values = Map.of(
                    "config.github.clientId",
                    "app",
                    "config.github.existingSecret",
                    "github",
                    "config.github.bootstrapLogin",
                    "octocat");

            assertThat(dataOf(values))
                    .containsEntry("PORTR_ADMIN_GITHUB_CLIENT_ID", "app")
                    .containsEntry("PORTR_ADMIN_BOOTSTRAP_GITHUB", "octocat")
                    .containsEntry("PORTR_ADMIN_GITHUB_CLIENT_SECRET_FILE", "/etc/portr/secrets/github-client-secret");
            assertThat(Chart.render(values).get("Deployment", NAME).toString())
                    .contains("name=github, items=[{key=client-secret, path=github-client-secret}]");
            assertThat(dataOf(Map.of()).keySet()).noneMatch(name -> name.contains("GITHUB"));
        }

        @Test
        void keepsTheAuditTrailAsLongAsWanted() {
            assertThat(dataOf(Map.of())).containsEntry("PORTR_AUDIT_RETENTION", "365d");
            assertThat(dataOf(Map.of("config.auditRetention", "0s"))).containsEntry("PORTR_AUDIT_RETENTION", "0s");
        }

        @Test
        void logsAsJson() {
            assertThat(dataOf(Map.of())).containsEntry("PORTR_LOG_FORMAT", "json");
        }

        @Test
        void holdsNoSecret() {
            assertThat(dataOf(Map.of()).get("PORTR_DB_URL"))
                    .isEqualTo("postgresql://portr_admin@portr-postgresql:5432/portr?sslmode=disable");
        }

        private static Map<String, Object> dataOf(Map<String, Object> values) {
            return Chart.render(values).get("ConfigMap", NAME).map("data");
        }
    }

    @Nested
    class Service {

        @Test
        void isInsideTheClusterOnPort8000() {
            Manifest service = Chart.render(Map.of()).get("Service", NAME);

            assertThat(service.text("spec.type")).isEqualTo("ClusterIP");
            assertThat(service.maps("spec.ports"))
                    .containsExactly(Map.of("name", "http", "port", 8000, "targetPort", "http", "protocol", "TCP"));
        }

        @Test
        void takesTheOperatorsAnnotations() {
            assertThat(Chart.render(Map.of()).get("Service", NAME).annotations())
                    .isEmpty();
            assertThat(Chart.renderYaml("admin: {service: {annotations: {a: b}}}")
                            .get("Service", NAME)
                            .annotations())
                    .containsEntry("a", "b");
        }
    }

    @Nested
    class ServiceOps {

        @Test
        void isHeadlessAndApart() {
            Manifest service = Chart.render(Map.of()).get("Service", "portr-admin-ops");

            assertThat(service.text("spec.clusterIP")).isEqualTo("None");
            assertThat(service.maps("spec.ports"))
                    .extracting(port -> port.get("port"))
                    .containsExactly(8091);
        }
    }

    @Nested
    class Hpa {

        @Test
        void isOffByDefault() {
            assertThat(Chart.render(Map.of()).ofKind("HorizontalPodAutoscaler")).isEmpty();
        }

        @Test
        void growsOnePodAtATimeByCpuAndMemory() {
            Manifest hpa = Chart.render(Map.of(
                            "admin.autoscaling.enabled",
                            true,
                            "admin.autoscaling.minReplicas",
                            3,
                            "admin.autoscaling.maxReplicas",
                            10))
                    .get("HorizontalPodAutoscaler", NAME);

            assertThat(hpa.get("spec.minReplicas")).isEqualTo(3);
            assertThat(hpa.get("spec.maxReplicas")).isEqualTo(10);
            assertThat(hpa.text("spec.scaleTargetRef.name")).isEqualTo(NAME);
            assertThat(hpa.maps("spec.metrics"))
                    .extracting(metric -> Manifest.asMap(
                                    Manifest.asMap(metric.get("resource")).get("target"))
                            .get("averageUtilization"))
                    .containsExactly(70, 80);
            assertThat(hpa.maps("spec.behavior.scaleUp.policies").getFirst()).containsEntry("value", 1);
        }
    }

    @Nested
    class Pdb {

        @Test
        void keepsOnePodAndLetsBrokenOnesGo() {
            Manifest pdb = Chart.render(Map.of()).get("PodDisruptionBudget", NAME);

            assertThat(pdb.get("spec.minAvailable")).isEqualTo(1);
            assertThat(pdb.text("spec.unhealthyPodEvictionPolicy")).isEqualTo("AlwaysAllow");
        }

        @Test
        void isLeftOutWithOnePodWhichItWouldNailDown() {
            assertThat(Chart.render(Map.of("admin.replicas", 1)).has("PodDisruptionBudget", NAME))
                    .isFalse();
        }
    }

    @Nested
    class Networkpolicy {

        @Test
        void canBeSwitchedOff() {
            assertThat(Chart.render(Map.of("networkPolicy.enabled", false)).ofKind("NetworkPolicy"))
                    .isEmpty();
        }

        @Test
        void letsGithubBeAsked() {
            assertThat(Chart.render(Map.of()).get("NetworkPolicy", NAME).maps("spec.egress"))
                    .contains(Map.of("ports", List.of(Map.of("port", 443, "protocol", "TCP"))));
        }
    }
}
