package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A PostgreSQL of our own in the data directory: loopback only, no Unix socket, every role with a random password
 * (SCRAM), nothing trusted. Confined to the thread that starts the gateway.
 */
final class PostgresServer {

    static final String OWNER = "portr_owner";
    static final String ADMIN = "portr_admin";
    static final String TUNNEL = "portr_tunnel";

    private static final String NAME = "portr";
    private static final String SUPERUSER = "postgres";
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private final DataDirectory data;
    private final PostgresUser user;
    private final Path programs;
    private final Path cluster;
    private final int port;
    private final boolean isNew;

    private PostgresServer(
            DataDirectory data, PostgresUser user, Path programs, Path cluster, int port, boolean isNew) {
        this.data = data;
        this.user = user;
        this.programs = programs;
        this.cluster = cluster;
        this.port = port;
        this.isNew = isNew;
    }

    /** Unpacks the programs and makes the cluster where that was not done before; nothing runs yet. */
    static PostgresServer prepare(DataDirectory data, Consumer<String> progress) throws StartException {
        PostgresUser user = PostgresUser.find();
        Path home = PostgresHome.of(data, user);
        Path programs = PostgresBinaries.install(home);
        Path cluster = home.resolve("data");
        try {
            PostgresServer server =
                    new PostgresServer(data, user, programs, cluster, Ports.free(), !Files.isDirectory(cluster));
            if (server.isNew) {
                progress.accept("Making a new database in " + home);
                server.makeCluster(home);
            } else {
                server.endLeftOver();
            }
            return server;
        } catch (IOException failed) {
            throw new StartException("PostgreSQL cannot be prepared in " + home + ": " + failed, failed);
        }
    }

    /** Whether the roles and the database are still to be made. */
    boolean isNew() {
        return isNew;
    }

    /** Starts the server process; {@link #awaitReady} says when it answers. */
    Child start() throws StartException {
        List<String> command = new ArrayList<>(List.of(program("postgres"), "-D", cluster.toString()));
        Map<String, String> settings = Map.of(
                "listen_addresses", "127.0.0.1",
                "port", Integer.toString(port),
                "unix_socket_directories", "",
                "password_encryption", "scram-sha-256",
                "max_connections", "60",
                "shared_buffers", "64MB",
                "timezone", "UTC",
                "log_timezone", "UTC",
                "jit", "off");
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return Child.start(
                "PostgreSQL",
                user.command(command),
                Map.of("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"), "LC_ALL", "C"),
                cluster,
                data.directory("logs").resolve("postgresql.log"));
    }

    /** Waits until the server answers, then sees to the roles, their passwords and the database. */
    Database awaitReady(Child process) throws StartException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            try (Connection connection = connect()) {
                makeRoles(connection);
                return database();
            } catch (SQLException notYet) {
                if (!process.isAlive()) {
                    throw new StartException(process.epitaph(), notYet);
                }
                // 57P03: starting up; 08001: not listening yet
                if (!List.of("57P03", "08001").contains(String.valueOf(notYet.getSQLState()))
                        || System.nanoTime() > deadline) {
                    throw new StartException(
                            "PostgreSQL cannot be used: " + notYet.getMessage() + " [" + process.log() + "]", notYet);
                }
            }
            pause();
        }
    }

    /** The URLs of the three roles. */
    Database database() throws StartException {
        return new Database(url(OWNER), url(ADMIN), url(TUNNEL), ADMIN, TUNNEL);
    }

    private String url(String role) throws StartException {
        return "postgres://" + role + ":" + password(role) + "@127.0.0.1:" + port + "/" + NAME;
    }

    private String password(String role) throws StartException {
        return data.secret("database-" + role);
    }

    private Connection connect() throws SQLException, StartException {
        Properties properties = new Properties();
        properties.setProperty("user", SUPERUSER);
        properties.setProperty("password", password(SUPERUSER));
        properties.setProperty("connectTimeout", "5");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
    }

    // Passwords are base64url texts of ours: no quoting is needed. They are set at each start, which costs a
    // millisecond and heals a data directory whose secrets were put back from elsewhere.
    private void makeRoles(Connection connection) throws SQLException, StartException {
        try (Statement statement = connection.createStatement()) {
            for (String role : List.of(OWNER, ADMIN, TUNNEL)) {
                String verb =
                        exists(statement, "select 1 from pg_roles where rolname = '" + role + "'") ? "alter" : "create";
                statement.execute(verb + " role " + role + " login password '" + password(role) + "'");
            }
            if (!exists(statement, "select 1 from pg_database where datname = '" + NAME + "'")) {
                statement.execute("create database " + NAME + " owner " + OWNER);
            }
            statement.execute("revoke connect, temporary on database " + NAME + " from public");
            statement.execute("grant connect on database " + NAME + " to " + ADMIN + ", " + TUNNEL);
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    // Under another name first: a cluster that carries its name is complete.
    private void makeCluster(Path home) throws IOException, StartException {
        Path half = home.resolve("data.new");
        Path passwordFile = home.resolve("superuser");
        DataDirectory.delete(half);
        Files.createDirectory(half);
        Files.deleteIfExists(passwordFile);
        Files.writeString(passwordFile, password(SUPERUSER));
        user.give(home);
        Path log = data.directory("logs").resolve("initdb.log");
        List<String> command = List.of(
                program("initdb"),
                "--pgdata=" + half,
                "--username=" + SUPERUSER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions");
        Child initdb = Child.start("initdb", user.command(command), System.getenv(), home, log);
        boolean made = initdb.onExit().join().exitValue() == 0;
        Files.delete(passwordFile);
        if (!made) {
            throw new StartException(initdb.epitaph());
        }
        Files.move(half, cluster);
    }

    // A launcher and its guard that were both killed leave a running PostgreSQL; a machine that lost power leaves a
    // process id that may belong to anybody by now, which PostgreSQL then takes for a running server.
    private void endLeftOver() throws IOException, StartException {
        Path pidFile = cluster.resolve("postmaster.pid");
        Optional<ProcessHandle> process = leftOver(pidFile);
        if (process.isPresent()) {
            process.get().destroy();
            try {
                process.get().onExit().orTimeout(15, TimeUnit.SECONDS).join();
            } catch (CompletionException stillThere) {
                throw new StartException(
                        "an old PostgreSQL (process " + process.get().pid() + ") does not end", stillThere);
            }
        }
        Files.deleteIfExists(pidFile);
    }

    private Optional<ProcessHandle> leftOver(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        String first = Files.readAllLines(pidFile).stream().findFirst().orElse("");
        if (!first.matches("\\d{1,10}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(first))
                .filter(ProcessHandle::isAlive)
                .filter(handle -> handle.info().command().orElse("").equals(program("postgres")));
    }

    private String program(String name) {
        return programs.resolve("bin").resolve(name).toString();
    }

    private static void pause() throws StartException {
        try {
            TimeUnit.MILLISECONDS.sleep(30);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted", interrupted);
        }
    }
}
