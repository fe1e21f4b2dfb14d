package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** templates/common, and what all objects share. */
class CommonTemplatesTest {

    static Stream<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyObjectIsLabelled(Scenario scenario) {
        assertThat(scenario.rendered().objects())
                .filteredOn(object -> !object.name().endsWith("-extra"))
                .allSatisfy(object -> assertThat(object.labels())
                        .as(object.id())
                        .containsKeys(
                                "app.kubernetes.io/name",
                                "app.kubernetes.io/instance",
                                "app.kubernetes.io/component",
                                "app.kubernetes.io/version",
                                "app.kubernetes.io/managed-by",
                                "app.kubernetes.io/part-of",
                                "helm.sh/chart"));
    }

    @Test
    void takesLabelsAndAnnotationsOfTheOperator() {
        Rendered rendered = Chart.renderYaml("{commonLabels: {team: platform}, commonAnnotations: {contact: us}}");

        assertThat(rendered.objects()).allSatisfy(object -> {
            assertThat(object.labels()).as(object.id()).containsEntry("team", "platform");
            assertThat(object.annotations()).as(object.id()).containsEntry("contact", "us");
        });
    }

    @Test
    void namesFollowTheRelease() {
        assertThat(Chart.render(Map.of("fullnameOverride", "tunnels")).has("Deployment", "tunnels-admin"))
                .isTrue();
        assertThat(Chart.render(Map.of("nameOverride", "edge")).has("Deployment", "portr-edge-admin"))
                .isTrue();
    }

    @Test
    void aVeryLongNameStillFits() {
        assertThat(Chart.render(Map.of("fullnameOverride", "x".repeat(80), "backup.enabled", true))
                        .objects())
                .allSatisfy(object -> assertThat(object.name()).hasSizeLessThanOrEqualTo(63));
    }

    @Nested
    class SecretEncryptionKey {

        @Test
        void isOpaque() {
            assertThat(Chart.render(Map.of())
                            .get("Secret", "portr-encryption-key")
                            .text("type"))
                    .isEqualTo("Opaque");
        }
    }

    @Nested
    class SecretSshHostKey {

        @Test
        void isReadByBothServers() {
            Rendered rendered = Chart.render(Map.of());

            for (String server : List.of("portr-admin", "portr-tunnel")) {
                assertThat(rendered.get("Deployment", server).toString()).contains("portr-ssh-host-key");
                assertThat(rendered.get("ConfigMap", server).map("data"))
                        .containsEntry("PORTR_SSH_HOST_KEY_FILE", "/etc/portr/secrets/host-key");
            }
        }
    }

    @Nested
    class Serviceaccounts {

        @Test
        void areOneForEachComponent() {
            assertThat(Chart.render(Map.of()).ofKind("ServiceAccount"))
                    .extracting(Manifest::name)
                    .containsExactlyInAnyOrder("portr-admin", "portr-tunnel", "portr-postgresql");
        }

        @Test
        void canBeTheOperators() {
            Rendered rendered =
                    Chart.render(Map.of("admin.serviceAccount.create", false, "admin.serviceAccount.name", "mine"));

            assertThat(rendered.has("ServiceAccount", "portr-admin")).isFalse();
            assertThat(rendered.get("Deployment", "portr-admin").text("spec.template.spec.serviceAccountName"))
                    .isEqualTo("mine");
        }
    }

    @Nested
    class Resourcequota {

        @Test
        void isOffByDefault() {
            assertThat(Chart.render(Map.of()).ofKind("ResourceQuota")).isEmpty();
            assertThat(Chart.render(Map.of("resourceQuota.enabled", true))
                            .get("ResourceQuota", "portr")
                            .map("spec.hard"))
                    .containsKey("limits.memory");
        }
    }

    @Nested
    class Limitrange {

        @Test
        void isOffByDefault() {
            assertThat(Chart.render(Map.of()).ofKind("LimitRange")).isEmpty();
            assertThat(Chart.render(Map.of("limitRange.enabled", true))
                            .get("LimitRange", "portr")
                            .maps("spec.limits")
                            .getFirst())
                    .containsEntry("type", "Container");
        }
    }

    @Nested
    class ExtraObjects {

        @Test
        void areRenderedAsTemplates() {
            assertThat(Chart.renderYaml("""
                            extraObjects:
                              - apiVersion: v1
                                kind: ConfigMap
                                metadata: {name: more}
                                data: {domain: "{{ .Values.global.domain }}"}
                            """).get("ConfigMap", "more").map("data"))
                    .containsEntry("domain", "tunnels.example.com");
        }
    }
}
