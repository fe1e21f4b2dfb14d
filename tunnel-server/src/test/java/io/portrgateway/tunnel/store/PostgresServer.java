package io.portrgateway.tunnel.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/**
 * A real PostgreSQL with the gateway's three roles and a migrated template database. It can be stopped and started again
 * on the same port and data. Works as root and not. Thread-safe.
 */
public final class PostgresServer implements AutoCloseable {

    /** A role as a production database has it: none is a superuser. */
    public enum Role {
        OWNER,
        ADMIN,
        TUNNEL;

        String roleName() {
            return "portr_" + name().toLowerCase(java.util.Locale.ROOT);
        }

        String password() {
            // Characters that have to be escaped in a URL
            return "p@ss/" + roleName();
        }
    }

    private static final String TEMPLATE = "portr_template";
    private static final AtomicInteger DATABASE_COUNT = new AtomicInteger();

    private final Path dataDirectory;
    private final int port;
    private EmbeddedPostgres postgres;

    /** Starts a server, creates the roles and migrates the template. */
    public PostgresServer() {
        try {
            dataDirectory = Files.createTempDirectory("portr-pg");
            postgres = launch(0);
            port = postgres.getPort();
            createRoles();
            createDatabase(TEMPLATE, "template1");
            migrate(TEMPLATE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A fresh database with the whole schema; answers its name. */
    public String newDatabase() {
        String name = "portr_" + DATABASE_COUNT.incrementAndGet();
        createDatabase(name, TEMPLATE);
        return name;
    }

    /** A fresh database without any table, owned by {@link Role#OWNER}; answers its name. */
    public String newEmptyDatabase() {
        String name = "portr_" + DATABASE_COUNT.incrementAndGet();
        createDatabase(name, "template1");
        return name;
    }

    /** Brings the schema of a database up to date, as its owner. */
    public void migrate(String database) {
        Flyway.configure()
                .dataSource(jdbcUrl(database), Role.OWNER.roleName(), Role.OWNER.password())
                .locations("classpath:db/migration")
                .placeholders(Map.of("adminRole", Role.ADMIN.roleName(), "tunnelRole", Role.TUNNEL.roleName()))
                .load()
                .migrate();
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The URL as {@code PORTR_DB_URL} takes it, with user and password. */
    public String url(String database, Role role) {
        return "postgresql://" + role.roleName() + ":"
                + java.net.URLEncoder.encode(role.password(), java.nio.charset.StandardCharsets.UTF_8) + "@127.0.0.1:"
                + port + "/" + database;
    }

    /** A connection of its own; the caller closes it. */
    public Connection connect(String database, Role role) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), role.roleName(), role.password());
    }

    /** Stops the server and keeps its data; connections break. */
    public synchronized void stop() {
        try {
            postgres.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Starts the stopped server on the same port and data. */
    public synchronized void start() {
        try {
            postgres = launch(port);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        stop();
        try (var files = Files.walk(dataDirectory)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private EmbeddedPostgres launch(int wantedPort) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(dataDirectory)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("fsync", "off")
                .setServerConfig("max_connections", "100")
                .setServerConfig("listen_addresses", "127.0.0.1");
        return (wantedPort == 0 ? builder : builder.setPort(wantedPort)).start();
    }

    private void createRoles() {
        for (Role role : Role.values()) {
            asSuperuser("create role " + role.roleName() + " login password '" + role.password() + "'");
        }
    }

    private void createDatabase(String name, String template) {
        asSuperuser("create database " + name + " template " + template + " owner " + Role.OWNER.roleName());
    }

    private void asSuperuser(String sql) {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }
}
