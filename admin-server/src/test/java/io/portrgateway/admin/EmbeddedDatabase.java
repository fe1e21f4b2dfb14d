package io.portrgateway.admin;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One PostgreSQL per test JVM, and a fresh database for whoever asks. The roles are those of an installation: the owner
 * migrates, admin-server and tunnel-server log in with what R__grants.sql gives them.
 */
final class EmbeddedDatabase {

    static final String OWNER = "portr_owner";
    static final String ADMIN = "portr_admin";
    static final String TUNNEL = "portr_tunnel";
    static final String PASSWORD = "test";

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int port;
    private final String name;

    private EmbeddedDatabase(int port, String name) {
        this.port = port;
        this.name = name;
    }

    /** An empty database, owned by {@link #OWNER}. */
    static EmbeddedDatabase create() {
        String name = "portr_" + NAMES.incrementAndGet();
        asSuperuser("create database " + name + " owner " + OWNER);
        return new EmbeddedDatabase(Server.INSTANCE.getPort(), name);
    }

    /** The libpq URL for a role, as an operator would write it. */
    String url(String role) {
        return "postgresql://" + role + ":" + PASSWORD + "@127.0.0.1:" + port + "/" + name + "?sslmode=disable";
    }

    Connection connect(String role) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + name, role, PASSWORD);
    }

    /** Runs one statement as the owner. */
    void execute(String sql) {
        try (Connection connection = connect(OWNER);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    /** Ends all sessions and refuses new ones, as an outage does. */
    void cutOff() {
        asSuperuser("alter database " + name + " allow_connections false");
        asSuperuser("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
    }

    void letIn() {
        asSuperuser("alter database " + name + " allow_connections true");
    }

    private static void asSuperuser(String sql) {
        try (Connection connection = Server.INSTANCE.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    private static final class Server {

        static final EmbeddedPostgres INSTANCE = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .start();
                try (Connection connection = server.getPostgresDatabase().getConnection();
                        Statement statement = connection.createStatement()) {
                    for (String role : new String[] {OWNER, ADMIN, TUNNEL}) {
                        statement.execute("create role " + role + " login password '" + PASSWORD + "'");
                    }
                }
                return server;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (SQLException failure) {
                throw new IllegalStateException("cannot create the roles", failure);
            }
        }
    }
}
