package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/dns. */
class DnsTemplatesTest {

    private static final String NAME = "portr-dns-updater";
    private static final String VALUES = """
            dns:
              gcp:
                enabled: true
                projectId: my-project
                zone: tunnels
                googleServiceAccount: dns@my-project.iam.gserviceaccount.com
                records:
                  - {name: ssh.tunnels.example.com, type: A}
                  - {name: tunnels.example.com, type: MX, data: 10 mail.example.com.}
            """;

    @Nested
    class Cronjob {

        @Test
        void runsEveryFiveMinutesOneAtATime() {
            Manifest job = Chart.renderYaml(VALUES).get("CronJob", NAME);

            assertThat(job.text("spec.schedule")).isEqualTo("*/5 * * * *");
            assertThat(job.text("spec.concurrencyPolicy")).isEqualTo("Forbid");
            assertThat(job.pod().orElseThrow().labels()).containsEntry("app.kubernetes.io/component", "dns-sync");
        }

        @Test
        void writesNowhereButToTmp() {
            assertThat(Manifest.asMaps(Chart.renderYaml(VALUES)
                            .get("CronJob", NAME)
                            .pod()
                            .orElseThrow()
                            .container("dns-sync")
                            .get("env")))
                    .contains(Map.of("name", "CLOUDSDK_CONFIG", "value", "/tmp/gcloud"));
        }

        @Test
        void isOffByDefault() {
            assertThat(Chart.render(Map.of()).has("CronJob", NAME)).isFalse();
        }
    }

    @Nested
    class Configmap {

        @Test
        void holdsRecordsAndScript() {
            Map<String, Object> data =
                    Chart.renderYaml(VALUES).get("ConfigMap", NAME).map("data");

            assertThat(data.get("records"))
                    .isEqualTo("ssh.tunnels.example.com A\ntunnels.example.com MX 10 mail.example.com.\n");
            assertThat((String) data.get("dns-sync.sh")).startsWith("#!/bin/bash");
        }
    }

    @Nested
    class Serviceaccount {

        @Test
        void isBoundToAGoogleAccount() {
            assertThat(Chart.renderYaml(VALUES).get("ServiceAccount", NAME).annotations())
                    .containsEntry("iam.gke.io/gcp-service-account", "dns@my-project.iam.gserviceaccount.com");
        }
    }

    @Nested
    class Role {

        @Test
        void readsOneService() {
            assertThat(Chart.renderYaml(VALUES).get("Role", NAME).maps("rules").getFirst())
                    .containsEntry("verbs", List.of("get"))
                    .containsEntry("resourceNames", List.of("portr-tunnel"));
        }
    }

    @Nested
    class Rolebinding {

        @Test
        void bindsTheAccount() {
            assertThat(Chart.renderYaml(VALUES).get("RoleBinding", NAME).maps("subjects"))
                    .containsExactly(Map.of("kind", "ServiceAccount", "name", NAME, "namespace", Chart.NAMESPACE));
        }
    }

    @Nested
    class Networkpolicy {

        @Test
        void reachesGoogleAndTheKubernetesApi() {
            assertThat(Chart.renderYaml(VALUES)
                            .get("NetworkPolicy", "portr-dns-sync")
                            .toString())
                    .contains("6443", "443", "988");
        }
    }

    @Nested
    class Computeaddress {

        @Test
        void isMadeByConfigConnectorAndOutlivesTheRelease() {
            Manifest address = Chart.render(Map.of(
                            "publicIP.gcp.enabled",
                            true,
                            "publicIP.gcp.create",
                            true,
                            "publicIP.gcp.addressName",
                            "portr-ssh",
                            "publicIP.gcp.projectId",
                            "my-project",
                            "tunnel.tcp.to",
                            30050))
                    .get("ComputeAddress", "portr-address");

            assertThat(address.text("spec.resourceID")).isEqualTo("portr-ssh");
            assertThat(address.text("spec.networkTier")).isEqualTo("PREMIUM");
            assertThat(address.annotations()).containsEntry("cnrm.cloud.google.com/deletion-policy", "abandon");
        }
    }
}
