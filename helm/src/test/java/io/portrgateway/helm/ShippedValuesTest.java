package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values files that are shipped need nothing but a domain, and are what they are called. */
class ShippedValuesTest {

    @Test
    void developmentIsSmall() {
        Rendered rendered = with("dev");

        assertThat(rendered.get("Deployment", "portr-admin").get("spec.replicas"))
                .isEqualTo(1);
        assertThat(rendered.get("Deployment", "portr-admin").toString()).doesNotContain("podAntiAffinity");
        assertThat(rendered.ofKind("HorizontalPodAutoscaler")).isEmpty();
        assertThat(rendered.ofKind("PodDisruptionBudget")).isEmpty();
        assertThat(storage(rendered)).isEqualTo("10Gi");
        assertThat(logLevel(rendered)).isEqualTo("debug");
        assertThat(rendered.get("Certificate", "portr-tls").text("spec.issuerRef.name"))
                .isEqualTo("letsencrypt-staging-dns");
    }

    @Test
    void stagingGrowsToFive() {
        Rendered rendered = with("staging");
        Manifest hpa = rendered.get("HorizontalPodAutoscaler", "portr-admin");

        assertThat(List.of(hpa.get("spec.minReplicas"), hpa.get("spec.maxReplicas")))
                .isEqualTo(List.of(2, 5));
        assertThat(storage(rendered)).isEqualTo("50Gi");
        assertThat(logLevel(rendered)).isEqualTo("info");
        assertThat(rendered.get("Middleware", "portr-rate-limit").get("spec.rateLimit.average"))
                .isEqualTo(200);
        assertThat(rendered.has("CronJob", "portr-backup-daily")).isTrue();
        assertThat(rendered.ofKind("ServiceMonitor")).hasSize(3);
    }

    @Test
    void productionIsWhatItsNameSays() {
        Rendered rendered = with("prod");
        Manifest hpa = rendered.get("HorizontalPodAutoscaler", "portr-admin");

        assertThat(List.of(hpa.get("spec.minReplicas"), hpa.get("spec.maxReplicas")))
                .isEqualTo(List.of(3, 10));
        assertThat(rendered.get("PodDisruptionBudget", "portr-admin").get("spec.minAvailable"))
                .isEqualTo(2);
        assertThat(rendered.get("Deployment", "portr-admin")
                        .pod()
                        .orElseThrow()
                        .find("spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution"))
                .isPresent();
        assertThat(storage(rendered)).isEqualTo("100Gi");
        assertThat(logLevel(rendered)).isEqualTo("warn");
        assertThat(rendered.get("Middleware", "portr-rate-limit").get("spec.rateLimit.average"))
                .isEqualTo(100);
        assertThat(rendered.has("Middleware", "portr-hsts")).isTrue();
        assertThat(rendered.has("CronJob", "portr-backup-hourly")).isTrue();
        assertThat(rendered.has("CronJob", "portr-backup-verify")).isTrue();
        assertThat(rendered.ofKind("ResourceQuota")).hasSize(1);
        assertThat(rendered.ofKind("PrometheusRule")).hasSize(1);
    }

    @Test
    void microk8sUsesItsOwnIngressClass() {
        assertThat(with("microk8s").ofKind("Ingress"))
                .isNotEmpty()
                .allSatisfy(ingress ->
                        assertThat(ingress.text("spec.ingressClassName")).isEqualTo("public"));
    }

    @Test
    void microk8sWorksWithEitherIngressAddOn() {
        Rendered nginx = Chart.render(
                List.of(file("microk8s")),
                Map.of("global.domain", "tunnels.example.com", "ingress.controller", "nginx"));

        assertThat(nginx.ofKind("Middleware")).isEmpty();
        assertThat(nginx.get("Ingress", "portr-tunnel").annotations())
                .containsEntry("nginx.ingress.kubernetes.io/force-ssl-redirect", "true");
        assertThat(with("microk8s").get("Ingress", "portr-tunnel").annotations())
                .containsEntry("traefik.ingress.kubernetes.io/router.tls", "true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gke", "eks", "aks", "microk8s"})
    void environmentsCombineWithPlatforms(String platform) {
        for (String environment : List.of("dev", "staging", "prod")) {
            Rendered rendered = Chart.render(
                    List.of(file(environment), file(platform)), Map.of("global.domain", "tunnels.example.com"));

            assertThat(rendered.objects()).isNotEmpty();
        }
    }

    @Test
    void theQuotaHoldsTheLargestProduction() {
        Rendered rendered = with("prod");
        double cores = 0;
        for (Manifest workload : rendered.objects()) {
            if (List.of("Deployment", "StatefulSet").contains(workload.kind())) {
                int pods = workload.name().equals("portr-admin") ? 11 : 2;
                for (Map<String, Object> container :
                        workload.pod().orElseThrow().maps("spec.containers")) {
                    String cpu = (String) Manifest.asMap(
                                    Manifest.asMap(container.get("resources")).get("limits"))
                            .get("cpu");
                    cores += pods * Integer.parseInt(cpu.replace("m", "")) / 1000.0;
                }
            }
        }

        assertThat(Double.parseDouble((String)
                        rendered.get("ResourceQuota", "portr").map("spec.hard").get("limits.cpu")))
                .isGreaterThanOrEqualTo(cores);
    }

    @Test
    void theChartPacksSmallAndWithoutTheTestsValues(@TempDir Path directory) throws IOException {
        new Helm(Chart.DIRECTORY).packageIt().withDestination(directory).call();

        try (Stream<Path> files = Files.list(directory)) {
            List<Path> packed = files.toList();
            assertThat(packed).extracting(Chart::name).containsExactly("portr-0.1.0.tgz");
            // Helm keeps the chart in a Secret, which may hold 1 MiB
            assertThat(Files.size(packed.getFirst())).isLessThan(200_000);
        }
        assertThat(Arrays.asList(
                        Files.readString(Chart.DIRECTORY.resolve(".helmignore")).split("\n", -1)))
                .contains("ci/");
    }

    private static Rendered with(String name) {
        return Chart.render(List.of(file(name)), Map.of("global.domain", "tunnels.example.com"));
    }

    private static Path file(String name) {
        return Chart.DIRECTORY.resolve("values-" + name + ".yaml");
    }

    private static Object storage(Rendered rendered) {
        return Manifest.asMap(Manifest.asMap(Manifest.asMap(rendered.get("StatefulSet", "portr-postgresql")
                                        .maps("spec.volumeClaimTemplates")
                                        .getFirst()
                                        .get("spec"))
                                .get("resources"))
                        .get("requests"))
                .get("storage");
    }

    private static Object logLevel(Rendered rendered) {
        return rendered.get("ConfigMap", "portr-tunnel").map("data").get("PORTR_LOG_LEVEL");
    }
}
