package io.portrgateway.admin.imports;

import io.portrgateway.admin.settings.DatabaseUrl;
import io.portrgateway.admin.settings.Secret;
import io.portrgateway.admin.settings.StartProblem;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;

/**
 * The Portr database that is read: one snapshot, never written to. Rows are streamed. Every failure is a {@link StartProblem}
 * of one line. Confined to the thread of the command; closing it removes the copy of an SQLite file.
 */
final class PortrDatabase implements AutoCloseable {

    /** The last migration of Portr 1.0.18. */
    static final long SCHEMA_VERSION = 20260809000100L;

    private static final Set<String> TABLES = Set.of(
            "user",
            "githubuser",
            "team",
            "team_users",
            "connection",
            "subdomain_reservation",
            "auto_signup_settings",
            "auto_signup_domains");
    private static final Set<String> BETA_TABLES = Set.of("aerich", "user", "team_users");
    private static final Set<String> OWN_TABLES = Set.of("flyway_schema_history", "app_user", "membership");
    private static final String VERSIONS_TABLE = "goose_db_version";
    private static final int FETCH_ROWS = 500;

    private final Connection connection;
    private final Runnable afterwards;

    private PortrDatabase(Connection connection, Runnable afterwards) {
        this.connection = connection;
        this.afterwards = afterwards;
    }

    /** What is done with one row. */
    interface RowUse {
        void accept(SourceRow row) throws SQLException;
    }

    /** Opens it and makes sure that it is one of Portr 1.0.18. */
    static PortrDatabase open(Origin origin) {
        PortrDatabase database = switch (origin) {
            case Origin.Postgres postgres -> openPostgres(postgres.url());
            case Origin.Sqlite sqlite -> openSqlite(sqlite.file());
        };
        try {
            database.demandKnownSchema(origin.place());
            return database;
        } catch (SQLException failure) {
            database.close();
            throw unreadable(failure);
        } catch (RuntimeException failure) {
            database.close();
            throw failure;
        }
    }

    private static PortrDatabase openPostgres(DatabaseUrl url) {
        Properties login = new Properties();
        login.setProperty("connectTimeout", "10");
        login.setProperty("ApplicationName", "portr-import");
        if (!url.role().isEmpty()) {
            login.setProperty("user", url.role());
        }
        url.password().map(Secret::reveal).ifPresent(password -> login.setProperty("password", password));
        try {
            Connection connection = DriverManager.getConnection(url.jdbcUrl(), login);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            return new PortrDatabase(connection, () -> {});
        } catch (SQLException failure) {
            throw new StartProblem("the Portr database at " + url.place() + " cannot be opened: " + firstLine(failure));
        }
    }

    private static PortrDatabase openSqlite(Path file) {
        SqliteCopy copy = SqliteCopy.of(file);
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.file());
            PortrDatabase database = new PortrDatabase(connection, copy::close);
            database.demandSound(file);
            return database;
        } catch (SQLException failure) {
            copy.close();
            throw new StartProblem("the SQLite file " + file + " cannot be opened: " + firstLine(failure));
        } catch (RuntimeException failure) {
            copy.close();
            throw failure;
        }
    }

    private void demandSound(Path file) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("pragma quick_check(1)")) {
            if (!result.next() || !"ok".equals(result.getString(1))) {
                throw new StartProblem("the SQLite file " + file + " is damaged (expected: a file that `pragma"
                        + " quick_check` finds sound; stop Portr before copying it)");
            }
        }
    }

    /** Hands every row of the query to {@code use}, one after the other. */
    void each(String sql, RowUse use, Object... parameters) {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setFetchSize(FETCH_ROWS);
            for (int i = 0; i < parameters.length; i++) {
                query.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = query.executeQuery()) {
                SourceRow row = new SourceRow(rows);
                while (rows.next()) {
                    use.accept(row);
                }
            }
        } catch (SQLException failure) {
            throw unreadable(failure);
        }
    }

    private void demandKnownSchema(String place) throws SQLException {
        Set<String> tables = tables();
        if (tables.containsAll(OWN_TABLES)) {
            throw new StartProblem(place + " is a database of Portr Gateway itself (expected: one of Portr 1.0.18)");
        }
        if (!tables.contains(VERSIONS_TABLE)) {
            throw new StartProblem(
                    tables.containsAll(BETA_TABLES)
                            ? place + " is a database of a Portr beta (0.0.x), which cannot be imported (expected: let"
                                    + " Portr 1.0.18 bring it up to date first, with its command migrate)"
                            : place + " is not a Portr database (expected: one of Portr 1.0.18)");
        }
        long version = version();
        if (version != SCHEMA_VERSION) {
            throw new StartProblem("the Portr database has schema version " + version + " (expected: " + SCHEMA_VERSION
                    + ", that of Portr 1.0.18"
                    + (version < SCHEMA_VERSION ? "; start 1.0.18 on it once, or run its command migrate)" : ")"));
        }
        if (!tables.containsAll(TABLES)) {
            throw new StartProblem(place + " is not a Portr database: tables are missing (expected: one of 1.0.18)");
        }
    }

    private Set<String> tables() throws SQLException {
        Set<String> names = new HashSet<>();
        try (ResultSet tables =
                connection.getMetaData().getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME"));
            }
        }
        return names;
    }

    /** The newest migration that was applied and not taken back. */
    private long version() {
        Set<Long> applied = new HashSet<>();
        each("select version_id, is_applied from goose_db_version order by id", row -> {
            long version = row.number("version_id");
            if (row.flag("is_applied")) {
                applied.add(version);
            } else {
                applied.remove(version);
            }
        });
        return applied.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private static StartProblem unreadable(SQLException failure) {
        return new StartProblem("the Portr database cannot be read: " + firstLine(failure));
    }

    private static String firstLine(SQLException failure) {
        String message = failure.getMessage();
        return message == null
                ? "unknown reason"
                : message.strip().lines().findFirst().orElse("unknown reason");
    }

    /** Idempotent. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException failure) {
            throw unreadable(failure);
        } finally {
            afterwards.run();
        }
    }
}
