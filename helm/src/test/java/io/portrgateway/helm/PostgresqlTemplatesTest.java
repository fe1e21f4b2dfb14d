package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** templates/postgresql. */
class PostgresqlTemplatesTest {

    private static final String NAME = "portr-postgresql";
    private static final Map<String, Object> CNPG = Map.of(
            "postgresql.mode",
            "cnpg",
            "postgresql.cnpg.backup.enabled",
            true,
            "postgresql.cnpg.backup.destinationPath",
            "s3://backups/portr",
            "postgresql.cnpg.backup.credentialsSecret",
            "s3");

    @Nested
    class Statefulset {

        @Test
        void keepsItsDataOnAVolumeThatStays() {
            Manifest database = database(Map.of());

            assertThat(database.maps("spec.volumeClaimTemplates")).hasSize(1);
            assertThat(database.text("spec.persistentVolumeClaimRetentionPolicy.whenDeleted"))
                    .isEqualTo("Retain");
        }

        @Test
        void makesNoClaimWithoutPersistence() {
            Manifest database = database(Map.of("postgresql.persistence.enabled", false));

            assertThat(database.find("spec.volumeClaimTemplates")).isEmpty();
            assertThat(database.pod().orElseThrow().maps("spec.volumes"))
                    .contains(Map.of("name", "data", "emptyDir", Map.of()));
        }

        @Test
        void isNotRestartedByTheServersSettings() {
            Manifest before = database(Map.of());
            Manifest after = database(Map.of("config.logLevel", "debug", "global.domain", "other.example.com"));

            assertThat(after.get("spec.template")).isEqualTo(before.get("spec.template"));
            assertThat(before.pod().orElseThrow().annotations()).isEmpty();
        }

        @Test
        void keepsItsDataBelowTheVolumeOfAnyImageVersion() {
            Map<String, Object> container =
                    database(Map.of()).pod().orElseThrow().container("postgresql");

            assertThat(Manifest.asMaps(container.get("env")))
                    .contains(Map.of("name", "PGDATA", "value", "/var/lib/postgresql/pgdata"));
            assertThat(Manifest.asMaps(container.get("volumeMounts")))
                    .contains(Map.of("name", "data", "mountPath", "/var/lib/postgresql"));
        }

        @Test
        void isShownToPrometheusWhenWanted() {
            assertThat(database(Map.of("postgresql.metrics.enabled", true))
                            .pod()
                            .orElseThrow()
                            .container("metrics"))
                    .containsKey("livenessProbe");
        }

        @Test
        void isLeftOutWithADatabaseOfTheOperator() {
            assertThat(Chart.render(CNPG).ofKind("StatefulSet")).isEmpty();
        }

        private static Manifest database(Map<String, Object> values) {
            return Chart.render(values).get("StatefulSet", NAME);
        }
    }

    @Nested
    class Service {

        @Test
        void isHeadless() {
            Manifest service = Chart.render(Map.of()).get("Service", NAME);

            assertThat(service.text("spec.clusterIP")).isEqualTo("None");
            assertThat(service.maps("spec.ports"))
                    .extracting(port -> port.get("port"))
                    .containsExactly(5432);
        }
    }

    @Nested
    class Configmap {

        @Test
        void holdsTheScriptThatIsTested() throws Exception {
            assertThat(Chart.render(Map.of()).get("ConfigMap", NAME).map("data"))
                    .containsEntry(
                            "roles.sh", java.nio.file.Files.readString(Chart.DIRECTORY.resolve("files/roles.sh")));
        }
    }

    @Nested
    class Secrets {

        @Test
        void areOneForEachLogIn() {
            assertThat(Chart.render(Map.of()).ofKind("Secret"))
                    .filteredOn(secret -> secret.name().startsWith("portr-db-"))
                    .hasSize(4)
                    .allSatisfy(secret -> {
                        assertThat(secret.text("type")).isEqualTo("kubernetes.io/basic-auth");
                        assertThat(secret.map("data")).containsOnlyKeys("username", "password");
                    });
        }
    }

    @Nested
    class Networkpolicy {

        @Test
        void letsInWhoAsksTheDatabase() {
            Manifest policy = Chart.render(Map.of()).get("NetworkPolicy", NAME);

            assertThat(Manifest.asMaps(policy.maps("spec.ingress").getFirst().get("from")))
                    .extracting(peer -> Manifest.asMap(
                                    Manifest.asMap(peer.get("podSelector")).get("matchLabels"))
                            .get("app.kubernetes.io/component"))
                    .containsExactly("admin", "tunnel", "backup", "test");
        }
    }

    @Nested
    class CnpgCluster {

        @Test
        void makesTheThreeLogIns() {
            Manifest cluster = Chart.render(CNPG).get("Cluster", "portr-db");

            assertThat(cluster.get("spec.instances")).isEqualTo(3);
            assertThat(cluster.text("spec.bootstrap.initdb.owner")).isEqualTo("portr_owner");
            assertThat(cluster.maps("spec.managed.roles"))
                    .extracting(role -> role.get("name"))
                    .containsExactly("portr_admin", "portr_tunnel");
        }

        @Test
        void isReachedByTlsAndChecked() {
            assertThat(Chart.render(CNPG).get("ConfigMap", "portr-tunnel").map("data"))
                    .containsEntry(
                            "PORTR_DB_URL",
                            "postgresql://portr_tunnel@portr-db-rw:5432/portr?sslmode=verify-full&sslrootcert=/etc/portr/db-ca/ca.crt");
        }
    }

    @Nested
    class CnpgObjectstore {

        @Test
        void saysHowLongBackupsAreKept() {
            Manifest store = Chart.render(CNPG).get("ObjectStore", "portr-db");

            assertThat(store.text("spec.retentionPolicy")).isEqualTo("30d");
            assertThat(store.text("spec.configuration.destinationPath")).isEqualTo("s3://backups/portr");
        }
    }

    @Nested
    class CnpgScheduledbackup {

        @Test
        void usesTheBarmanPlugin() {
            Manifest backup = Chart.render(CNPG).get("ScheduledBackup", "portr-db");

            assertThat(backup.text("spec.method")).isEqualTo("plugin");
            assertThat(backup.text("spec.cluster.name")).isEqualTo("portr-db");
        }
    }

    @Nested
    class External {

        @Test
        void isReachedWithTheOperatorsSecrets() {
            Rendered rendered = Chart.render(Map.of(
                    "postgresql.mode",
                    "external",
                    "postgresql.external.host",
                    "db.example.com",
                    "postgresql.auth.owner.existingSecret",
                    "o",
                    "postgresql.auth.admin.existingSecret",
                    "a",
                    "postgresql.auth.tunnel.existingSecret",
                    "t"));

            assertThat(rendered.get("ConfigMap", "portr-admin").map("data"))
                    .containsEntry(
                            "PORTR_DB_URL", "postgresql://portr_admin@db.example.com:5432/portr?sslmode=verify-full");
            assertThat(rendered.ofKind("Secret"))
                    .extracting(Manifest::name)
                    .containsExactlyInAnyOrder("portr-encryption-key", "portr-ssh-host-key");
            assertThat(rendered.get("Deployment", "portr-admin")
                            .pod()
                            .orElseThrow()
                            .maps("spec.initContainers"))
                    .extracting(container -> container.get("name"))
                    .isEqualTo(List.of("migrate"));
        }

        @Test
        void canBeGivenAsCompleteAddresses() {
            Rendered rendered =
                    Chart.render(Map.of("postgresql.mode", "external", "postgresql.external.urlsSecret", "urls"));

            assertThat(rendered.get("ConfigMap", "portr-tunnel").map("data")).doesNotContainKey("PORTR_DB_URL");
            assertThat(Manifest.asMaps(rendered.get("Deployment", "portr-tunnel")
                            .pod()
                            .orElseThrow()
                            .container("tunnel-server")
                            .get("env")))
                    .contains(Map.of(
                            "name",
                            "PORTR_DB_URL",
                            "valueFrom",
                            Map.of("secretKeyRef", Map.of("name", "urls", "key", "tunnel-url"))));
        }
    }
}
