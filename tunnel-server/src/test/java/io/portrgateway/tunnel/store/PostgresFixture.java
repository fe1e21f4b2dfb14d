package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh, migrated database for each test class, on one PostgreSQL per JVM that ends with the JVM. Use it as
 * {@code @RegisterExtension static final PostgresFixture postgres = new PostgresFixture();}. Code under test connects as
 * {@link Role#TUNNEL}; rows of the other server are written as {@link Role#ADMIN}.
 */
public final class PostgresFixture implements BeforeAllCallback {

    private String database = "";

    @Override
    public void beforeAll(ExtensionContext context) {
        database = Shared.SERVER.newDatabase();
    }

    /** The server behind all classes of this JVM; it must not be stopped. */
    public PostgresServer server() {
        return Shared.SERVER;
    }

    /** The name of this class's database. */
    public String database() {
        return database;
    }

    /** What {@code PORTR_DB_URL} would be for the role. */
    public String url(Role role) {
        return Shared.SERVER.url(database, role);
    }

    public Connection connect(Role role) throws SQLException {
        return Shared.SERVER.connect(database, role);
    }

    /** Runs one statement; answers the number of rows it touched. */
    public int update(Role role, String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect(role);
                PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    /** The first column of every row, as text; null for null. */
    public List<String> column(Role role, String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect(role);
                PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    /** The first column of the only row. */
    public String value(Role role, String sql, Object... parameters) throws SQLException {
        List<String> values = column(role, sql, parameters);
        if (values.size() != 1) {
            throw new IllegalStateException("rows: " + values + " (expected: exactly one)");
        }
        return values.getFirst();
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int index = 0; index < parameters.length; index++) {
            statement.setObject(index + 1, parameters[index]);
        }
        return statement;
    }

    /** Started with the first class that needs it. */
    private static final class Shared {
        static final PostgresServer SERVER = start();

        private static PostgresServer start() {
            PostgresServer server = new PostgresServer();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server;
        }
    }
}
