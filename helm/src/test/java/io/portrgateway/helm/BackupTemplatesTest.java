package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/backup. */
class BackupTemplatesTest {

    private static final Map<String, Object> LOCAL = Map.of("backup.enabled", true);
    private static final Map<String, Object> OFFSITE = Map.of(
            "backup.enabled",
            true,
            "backup.offsite.enabled",
            true,
            "backup.offsite.remote",
            "s3:bucket/portr",
            "backup.offsite.existingSecret",
            "rclone");

    @Nested
    class Cronjobs {

        @Test
        void dumpHourlyAndDaily() {
            Rendered rendered = Chart.render(LOCAL);
            Manifest hourly = rendered.get("CronJob", "portr-backup-hourly");
            Manifest daily = rendered.get("CronJob", "portr-backup-daily");

            assertThat(hourly.text("spec.schedule")).isEqualTo("17 * * * *");
            assertThat(daily.text("spec.schedule")).isEqualTo("0 2 * * *");
            assertThat(List.of(hourly, daily)).allSatisfy(job -> {
                assertThat(job.text("spec.concurrencyPolicy")).isEqualTo("Forbid");
                assertThat(job.text("spec.timeZone")).isEqualTo("Etc/UTC");
                assertThat(job.find("spec.startingDeadlineSeconds")).isPresent();
                assertThat(job.find("spec.jobTemplate.spec.activeDeadlineSeconds"))
                        .isPresent();
                assertThat(job.find("spec.jobTemplate.spec.ttlSecondsAfterFinished"))
                        .isPresent();
            });
            assertThat(env(daily, "dump")).contains(Map.of("name", "RETENTION_DAYS", "value", "30"));
        }

        @Test
        void dumpWithTheImageOfTheServer() {
            Rendered rendered = Chart.render(LOCAL);

            assertThat(rendered.get("CronJob", "portr-backup-daily")
                            .pod()
                            .orElseThrow()
                            .container("dump"))
                    .containsEntry("image", "docker.io/postgres:18.6");
        }

        @Test
        void copyElsewhereAfterTheDump() {
            Manifest pod = Chart.render(OFFSITE)
                    .get("CronJob", "portr-backup-daily")
                    .pod()
                    .orElseThrow();

            assertThat(pod.maps("spec.initContainers"))
                    .extracting(container -> container.get("name"))
                    .containsExactly("dump");
            assertThat(pod.maps("spec.containers"))
                    .extracting(container -> container.get("name"))
                    .containsExactly("offsite");
        }

        @Test
        void areOffByDefault() {
            assertThat(Chart.render(Map.of()).ofKind("CronJob")).isEmpty();
        }
    }

    @Nested
    class VerifyCronjob {

        @Test
        void restoresMonthly() {
            Manifest job = Chart.render(LOCAL).get("CronJob", "portr-backup-verify");

            assertThat(job.text("spec.schedule")).isEqualTo("30 4 1 * *");
            assertThat(env(job, "verify")).contains(Map.of("name", "ROLES", "value", "portr_admin portr_tunnel"));
        }
    }

    @Nested
    class RestoreJob {

        @Test
        void isNamedAfterItsDump() {
            String first = restore("daily/portr-20260101T020000Z.dump").name();
            String second = restore("daily/portr-20260102T020000Z.dump").name();

            assertThat(first).isNotEqualTo(second);
        }

        @Test
        void fetchesARemoteDumpFirst() {
            Map<String, Object> values = new java.util.LinkedHashMap<>(OFFSITE);
            values.putAll(Map.of(
                    "restore.enabled",
                    true,
                    "restore.source",
                    "remote",
                    "restore.dump",
                    "daily/portr-20260101T020000Z.dump"));
            Manifest pod = Chart.render(values).ofKind("Job").getFirst().pod().orElseThrow();

            assertThat(pod.maps("spec.initContainers"))
                    .extracting(container -> container.get("name"))
                    .containsExactly("fetch");
        }

        private static Manifest restore(String dump) {
            return Chart.render(Map.of("backup.enabled", true, "restore.enabled", true, "restore.dump", dump))
                    .ofKind("Job")
                    .getFirst();
        }
    }

    @Nested
    class Configmap {

        @Test
        void holdsTheScriptsThatAreTested() throws Exception {
            Map<String, Object> data =
                    Chart.render(LOCAL).get("ConfigMap", "portr-backup").map("data");

            assertThat(data).hasSize(5);
            for (Map.Entry<String, Object> script : data.entrySet()) {
                assertThat(script.getValue())
                        .isEqualTo(Files.readString(Chart.DIRECTORY.resolve("files/" + script.getKey())));
            }
        }
    }

    @Nested
    class Pvc {

        @Test
        void staysWhenTheReleaseGoes() {
            assertThat(Chart.render(LOCAL)
                            .get("PersistentVolumeClaim", "portr-backup")
                            .annotations())
                    .containsEntry("helm.sh/resource-policy", "keep");
        }

        @Test
        void canBeTheOperators() {
            assertThat(Chart.render(Map.of("backup.enabled", true, "backup.persistence.existingClaim", "mine"))
                            .ofKind("PersistentVolumeClaim"))
                    .isEmpty();
        }
    }

    @Nested
    class Networkpolicy {

        @Test
        void reachesTheObjectStoreOnlyWhenThereIsOne() {
            assertThat(Chart.render(LOCAL).get("NetworkPolicy", "portr-backup").toString())
                    .doesNotContain("443");
            assertThat(Chart.render(OFFSITE)
                            .get("NetworkPolicy", "portr-backup")
                            .toString())
                    .contains("443");
        }
    }

    private static List<Map<String, Object>> env(Manifest job, String container) {
        return Manifest.asMaps(job.pod().orElseThrow().container(container).get("env"));
    }
}
