package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.settings.StartProblem;
import io.portrgateway.admin.team.Teams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Starting: what is made, what is written down, and what is said when it does not work. */
@Timeout(240)
class StartIT {

    private static final String OTHER_KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    @Test
    void writesAFreshWayInAtEveryStart(@TempDir Path folder) throws IOException {
        EmbeddedDatabase database = EmbeddedDatabase.create();
        Path file = folder.resolve("entry.json");

        try (Gateway first = Gateway.start(database, "PORTR_ADMIN_BOOTSTRAP_OUTPUT", file.toString())) {
            assertThat(first.startTime).isPositive();
        }
        JsonNode before = Gateway.JSON.readTree(Files.readAllBytes(file));
        try (Gateway second = Gateway.start(database, "PORTR_ADMIN_BOOTSTRAP_OUTPUT", file.toString())) {
            JsonNode after = Gateway.JSON.readTree(Files.readAllBytes(file));

            assertThat(before.path("dashboard_url").asString()).isEqualTo("http://localhost:8000");
            assertThat(before.path("email").asString()).isEqualTo("admin@localhost");
            assertThat(before.path("team_slug").asString()).isEqualTo("default-team");
            assertThat(after.path("secret_key")).isEqualTo(before.path("secret_key"));
            assertThat(after.path("sign_in_url")).isNotEqualTo(before.path("sign_in_url"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(second.bean(Teams.class)
                            .bySecretKey(after.path("secret_key").asString()))
                    .isPresent();
            assertThat(second.sql()
                            .sql("select count(*) from app_user")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
        }
    }

    @Test
    void refusesAnEncryptionKeyThatIsNotTheDatabases() {
        EmbeddedDatabase database = EmbeddedDatabase.create();
        Gateway.start(database).close();

        assertThatThrownBy(() -> Gateway.start(database, "PORTR_ADMIN_ENCRYPTION_KEY", OTHER_KEY))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("PORTR_ADMIN_ENCRYPTION_KEY");
    }

    @Test
    void refusesAnEmptyDatabaseWithoutAutoMigrate() {
        assertThatThrownBy(() -> Gateway.start("PORTR_AUTO_MIGRATE", "false"))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("command `migrate`");
    }

    @Test
    void migratesByCommand() {
        EmbeddedDatabase database = EmbeddedDatabase.create();

        assertThat(AdminServer.run(List.of("migrate"), Gateway.environment(database)))
                .isZero();

        Gateway.start(database, "PORTR_AUTO_MIGRATE", "false").close();
    }

    @Test
    void tellsTheHealthOfTheRunningServer() throws IOException {
        try (Gateway gateway = Gateway.start()) {
            String port = Integer.toString(gateway.opsUri("/").getPort());

            assertThat(AdminServer.run(
                            List.of("health"),
                            Map.of("PORTR_ADMIN_OPS_PORT", port, "PORTR_ADMIN_OPS_ADDRESS", "0.0.0.0")))
                    .isZero();
        }
        String closed = Integer.toString(closedPort());
        assertThat(AdminServer.run(List.of("health"), Map.of("PORTR_ADMIN_OPS_PORT", closed)))
                .isEqualTo(1);
    }

    @Test
    void saysThatTheDatabaseCannotBeReached() throws IOException {
        int closedPort = closedPort();

        assertThatThrownBy(() -> Gateway.start(
                        "PORTR_DB_URL", "postgresql://someone:hidden-word@127.0.0.1:" + closedPort + "/portr"))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("127.0.0.1:" + closedPort + "/portr cannot be reached")
                .hasMessageNotContaining("hidden-word");
    }

    @Test
    void saysThatTheRoleIsRefused() {
        EmbeddedDatabase database = EmbeddedDatabase.create();

        assertThatThrownBy(() -> Gateway.start(database, "PORTR_DB_URL", database.url("nobody_we_know")))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("refuses role \"nobody_we_know\"");
    }

    @Test
    void saysThatThePortIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());

            assertThatThrownBy(() -> Gateway.start("PORTR_ADMIN_PORT", port))
                    .isInstanceOf(StartProblem.class)
                    .hasMessageContaining("PORTR_ADMIN_PORT: port " + port + " is in use");
        }
    }

    @Test
    void connectsWithTheGrantsOfItsRoleOnly() throws SQLException {
        try (Gateway gateway = Gateway.start();
                Connection connection = gateway.database.connect(EmbeddedDatabase.ADMIN)) {
            for (String forbidden : List.of(
                    "update connection set status = 'closed'",
                    "delete from lease",
                    "insert into node (id, started_at, seen_at) values ('x', now(), now())",
                    "delete from exchange",
                    "create table mine (id integer)",
                    "drop table audit_event")) {
                assertThatThrownBy(() -> connection.createStatement().execute(forbidden))
                        .as(forbidden)
                        .isInstanceOf(SQLException.class)
                        .extracting(failure -> ((SQLException) failure).getSQLState())
                        .isEqualTo("42501");
            }
        }
    }

    @Test
    void reportsAllWrongSettingsAtOnce() {
        assertThatThrownBy(() -> AdminServer.start(Map.of("PORTR_ADMIN_PORT", "eight", "PORTR_SSH_URL", "nowhere")))
                .isInstanceOf(StartProblem.class)
                .hasMessageContaining("PORTR_ADMIN_PORT")
                .hasMessageContaining("PORTR_SSH_URL")
                .hasMessageContaining("PORTR_DB_URL: not set")
                .hasMessageContaining("PORTR_ADMIN_ENCRYPTION_KEY: not set");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
