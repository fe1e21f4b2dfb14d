package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The database of a local gateway: its start, its locks on the door, its restarts. */
@Timeout(120)
class PostgresServerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private DataDirectory data;
    private Child process;

    @BeforeEach
    void open() throws StartException {
        data = DataDirectory.open(directory.resolve("data"));
    }

    @AfterEach
    void close() {
        if (process != null) {
            process.stop(Child.Signal.INT, PATIENCE);
        }
        data.close();
    }

    @Test
    void keepsItsContentOverARestart() throws Exception {
        Database database = start();
        execute(database.owner(), "create table note (text text)");
        execute(database.owner(), "insert into note values ('kept')");
        process.stop(Child.Signal.INT, PATIENCE);

        Database again = start();

        assertThatNoException().isThrownBy(() -> execute(again.owner(), "select text from note"));
    }

    @Test
    void startsAgainAfterItWasKilledAndItsProcessIdBelongsToAnotherProgram() throws Exception {
        start();
        ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
        Path pidFile = directory.resolve("data/postgres/data/postmaster.pid");
        String left = Files.readString(pidFile);
        Files.writeString(pidFile, ProcessHandle.current().pid() + left.substring(left.indexOf('\n')));

        assertThatNoException().isThrownBy(this::start);
    }

    @Test
    void endsADatabaseThatALostLauncherLeftRunning() throws Exception {
        start();
        Child lost = process;

        start();

        assertThat(lost.isAlive()).isFalse();
    }

    @Test
    void trustsNobodyWithoutAPassword() throws Exception {
        Database database = start();
        int port = URI.create(database.owner()).getPort();

        for (String role : new String[] {"postgres", PostgresServer.OWNER, PostgresServer.ADMIN}) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> DriverManager.getConnection(
                                    "jdbc:postgresql://127.0.0.1:" + port + "/portr", role, "guess")
                            .close())
                    .withMessageContaining("password authentication failed");
        }
        assertThat(Files.readString(directory.resolve("data/postgres/data/pg_hba.conf"))
                        .lines())
                .filteredOn(line -> !line.startsWith("#") && !line.isBlank())
                .allMatch(line -> line.endsWith("scram-sha-256"));
    }

    @Test
    void letsTheServersRolesMakeNoTables() throws Exception {
        Database database = start();

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> execute(database.tunnel(), "create table mine (x int)"))
                .withMessageContaining("permission denied");
    }

    private Database start() throws StartException {
        PostgresServer server = PostgresServer.prepare(data, line -> {});
        process = server.start();
        return server.awaitReady(process);
    }

    private static void execute(String url, String sql) throws SQLException {
        URI uri = URI.create(url);
        String[] login = uri.getUserInfo().split(":", 2);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + uri.getPort() + uri.getPath(), login[0], login[1]);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
