package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/monitoring. */
class MonitoringTemplatesTest {

    private static final Map<String, Object> ON = Map.of(
            "metrics.serviceMonitor.enabled",
            true,
            "metrics.prometheusRule.enabled",
            true,
            "metrics.dashboards.enabled",
            true,
            "postgresql.metrics.enabled",
            true,
            "backup.enabled",
            true);

    @Nested
    class Servicemonitors {

        @Test
        void readBothServersAndTheDatabaseEveryHalfMinute() {
            List<Manifest> monitors = Chart.render(ON).ofKind("ServiceMonitor");

            assertThat(monitors)
                    .extracting(Manifest::name)
                    .containsExactly("portr-admin", "portr-postgresql", "portr-tunnel");
            assertThat(monitors)
                    .allSatisfy(
                            monitor -> assertThat(monitor.maps("spec.endpoints").getFirst())
                                    .containsEntry("interval", "30s"));
        }

        @Test
        void carryTheLabelsPrometheusLooksFor() {
            assertThat(Chart.renderYaml("metrics: {serviceMonitor: {enabled: true, labels: {release: prometheus}}}")
                            .get("ServiceMonitor", "portr-tunnel")
                            .labels())
                    .containsEntry("release", "prometheus");
        }

        @Test
        void canBeReplacedByAnnotations() {
            assertThat(Chart.render(Map.of("metrics.podAnnotations", true))
                            .get("Deployment", "portr-tunnel")
                            .pod()
                            .orElseThrow()
                            .annotations())
                    .containsEntry("prometheus.io/port", "8090")
                    .containsEntry("prometheus.io/path", "/metrics");
        }
    }

    @Nested
    class Prometheusrule {

        @Test
        void watchesServersLogInsCertificatesAndBackups() {
            assertThat(rules())
                    .extracting(rule -> rule.get("alert"))
                    .contains(
                            "PortrTunnelServerDown",
                            "PortrAdminServerDown",
                            "PortrLogInsUnavailable",
                            "PortrCertificateNotUsable",
                            "PortrBackupTooOld",
                            "PortrBackupNotVerified");
        }

        @Test
        void callsADailyBackupTooOldAfterTwentySixHours() {
            assertThat(rules())
                    .extracting(rule -> (String) rule.get("expr"))
                    .anyMatch(
                            expression -> expression.contains("portr-backup-daily") && expression.endsWith("> 93600"));
        }

        @Test
        void asksOnlyForMetricsThatExist() {
            assertThat(Metrics.unknownIn(rules().stream()
                            .map(rule -> (String) rule.get("expr"))
                            .toList()))
                    .isEmpty();
        }

        @Test
        void watchesThePortsOfTheDynamicModeOnly() {
            Map<String, Object> dynamic = new HashMap<>(ON);
            dynamic.put("tunnel.tcp.mode", "dynamic");

            assertThat(rules()).extracting(rule -> rule.get("alert")).doesNotContain("PortrTcpPortsMissing");
            assertThat(rules(dynamic)).extracting(rule -> rule.get("alert")).contains("PortrTcpPortsMissing");
            assertThat(Metrics.unknownIn(rules(dynamic).stream()
                            .map(rule -> (String) rule.get("expr"))
                            .toList()))
                    .isEmpty();
        }

        private static List<Map<String, Object>> rules() {
            return rules(ON);
        }

        private static List<Map<String, Object>> rules(Map<String, Object> values) {
            Manifest rule = Chart.render(values).get("PrometheusRule", "portr");
            return Manifest.asMaps(rule.maps("spec.groups").getFirst().get("rules"));
        }
    }

    @Nested
    class Dashboards {

        @Test
        void areConfigMapsThatGrafanaFinds() {
            List<Manifest> dashboards = Chart.render(ON).ofKind("ConfigMap").stream()
                    .filter(object -> object.name().startsWith("portr-dashboard-"))
                    .toList();

            assertThat(dashboards).hasSize(4).allSatisfy(dashboard -> {
                assertThat(dashboard.labels()).containsEntry("grafana_dashboard", "1");
                assertThat(dashboard.map("data").values())
                        .allSatisfy(json -> assertThat(Manifest.asMap(new Gson().fromJson((String) json, Map.class)))
                                .containsKeys("uid", "title", "panels"));
            });
        }

        @Test
        void leaveTheDatabasesOutWithoutItsExporter() {
            assertThat(Chart.render(Map.of("metrics.dashboards.enabled", true))
                            .has("ConfigMap", "portr-dashboard-postgresql"))
                    .isFalse();
        }

        @Test
        void askOnlyForMetricsThatExist() throws IOException {
            try (Stream<Path> files = Files.list(Chart.DIRECTORY.resolve("dashboards"))) {
                assertThat(files.toList()).hasSize(4).allSatisfy(file -> {
                    List<String> expressions =
                            Manifest.scalars(new Gson().fromJson(Files.readString(file), Map.class)).stream()
                                    .filter(scalar -> scalar.getKey().endsWith(".expr"))
                                    .map(scalar -> (String) scalar.getValue())
                                    .toList();
                    assertThat(expressions).isNotEmpty();
                    assertThat(Metrics.unknownIn(expressions))
                            .as(Chart.name(file))
                            .isEmpty();
                });
            }
        }
    }

    /** Names of meters, as the servers' code declares them. */
    private static final class Metrics {

        private static final Pattern DECLARED = Pattern.compile("\"(portr[._][a-z0-9._]+)\"");
        private static final Pattern USED = Pattern.compile("\\b([a-z]+_[a-z0-9_]+)\\s*[{\\[]");

        /** Those of libraries: Micrometer's JVM and HikariCP meters, Spring's, kube-state-metrics', the exporter's. */
        private static final Set<String> OF_LIBRARIES = Set.of(
                "jvm_memory_used_bytes",
                "jvm_gc_pause_seconds_sum",
                "jvm_threads_live_threads",
                "process_cpu_usage",
                "process_files_open_files",
                "process_uptime_seconds",
                "hikaricp_connections_active",
                "hikaricp_connections_pending",
                "http_server_requests_seconds_count",
                "pg_up",
                "pg_stat_database_numbackends",
                "pg_stat_database_xact_commit",
                "pg_stat_database_xact_rollback",
                "pg_stat_database_blks_hit",
                "pg_stat_database_blks_read",
                "pg_database_size_bytes",
                "pg_locks_count",
                "kube_cronjob_status_last_successful_time");

        static Set<String> unknownIn(List<String> expressions) {
            Set<String> declared = declared();
            Set<String> unknown = new TreeSet<>();
            for (String expression : expressions) {
                Matcher matcher = USED.matcher(expression);
                while (matcher.find()) {
                    String name = matcher.group(1);
                    if (!OF_LIBRARIES.contains(name) && !declared.contains(plain(name))) {
                        unknown.add(name);
                    }
                }
            }
            return unknown;
        }

        private static Set<String> declared() {
            Set<String> names = new TreeSet<>();
            for (String module : List.of("tunnel-server", "admin-server")) {
                try (Stream<Path> files = Files.walk(Chart.REPOSITORY.resolve(module + "/src/main/java"))) {
                    for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                            .toList()) {
                        Matcher matcher = DECLARED.matcher(Files.readString(file));
                        while (matcher.find()) {
                            names.add(plain(matcher.group(1).replace('.', '_')));
                        }
                    }
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            }
            assertThat(names).hasSizeGreaterThan(20);
            return names;
        }

        /** Without what Prometheus's naming adds. */
        private static String plain(String name) {
            return name.replaceAll("_(bucket|count|sum|max)$", "")
                    .replaceAll("_total$", "")
                    .replaceAll("_(seconds|bytes)$", "");
        }
    }
}
