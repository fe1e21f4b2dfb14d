package io.portrgateway.admin;

import io.portrgateway.admin.settings.AdminSettings.DatabaseSettings;
import io.portrgateway.admin.settings.DatabaseUrl;
import io.portrgateway.admin.settings.Secret;
import io.portrgateway.admin.settings.StartProblem;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;

/**
 * Brings the schema up to date, or checks that it is, before the application uses it. Run by hand and not by Spring Boot, so
 * that it can happen while the context starts, and so that every failure becomes one plain sentence.
 */
final class Database {

    private final DatabaseSettings settings;

    Database(DatabaseSettings settings) {
        this.settings = settings;
    }

    /** Migrates when the settings say so, else demands an up-to-date schema. {@link StartProblem} when that fails. */
    void prepare() {
        checkLogIn("PORTR_DB_URL", settings.main());
        if (settings.autoMigrate()) {
            migrate();
        } else {
            demandCurrent();
        }
    }

    /** Migrates and answers what was done, as a sentence. */
    String migrate() {
        checkLogIn("PORTR_DB_MIGRATION_URL", settings.migration());
        try {
            MigrateResult result = flyway(settings.migration()).load().migrate();
            return "schema is up to date, " + result.migrationsExecuted + " migrations run";
        } catch (FlywayException failure) {
            throw new StartProblem("database schema cannot be migrated: " + reason(failure));
        }
    }

    private void demandCurrent() {
        try {
            int pending = flyway(settings.main()).load().info().pending().length;
            if (pending > 0) {
                throw new StartProblem(
                        "database schema is not up to date: " + pending
                                + " migrations are missing (expected: run the command `migrate`, or set PORTR_AUTO_MIGRATE=true)");
            }
        } catch (FlywayException failure) {
            throw new StartProblem("database schema cannot be checked: " + reason(failure));
        }
    }

    private FluentConfiguration flyway(DatabaseUrl url) {
        return Flyway.configure()
                .dataSource(url.jdbcUrl(), url.role(), password(url))
                .placeholders(Map.of("adminRole", settings.adminRole(), "tunnelRole", settings.tunnelRole()))
                .locations("classpath:db/migration")
                .connectRetries(0);
    }

    /** A connection with the server's own rights, for a command that needs no more than that; the caller closes it. */
    Connection connect() {
        return logIn("PORTR_DB_URL", settings.main());
    }

    private static void checkLogIn(String setting, DatabaseUrl url) {
        try (Connection connection = logIn(setting, url)) {
            connection.getMetaData();
        } catch (SQLException failure) {
            throw new StartProblem(setting + ": " + reason(url, failure));
        }
    }

    private static Connection logIn(String setting, DatabaseUrl url) {
        Properties login = new Properties();
        login.setProperty("connectTimeout", "5");
        if (!url.role().isEmpty()) {
            login.setProperty("user", url.role());
        }
        login.setProperty("password", password(url));
        try {
            return DriverManager.getConnection(url.jdbcUrl(), login);
        } catch (SQLException failure) {
            throw new StartProblem(setting + ": " + reason(url, failure));
        }
    }

    private static String reason(DatabaseUrl url, SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return switch (state) {
            case "28P01", "28000" ->
                "the database at " + url.place() + " refuses role \"" + url.role() + "\" (wrong password?)";
            case "3D000" -> "there is no database " + url.place();
            case "08001", "08006", "08004" -> "the database at " + url.place() + " cannot be reached";
            default -> "the database at " + url.place() + " cannot be used: " + firstLine(failure.getMessage());
        };
    }

    private static String reason(FlywayException failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return firstLine(deepest.getMessage());
    }

    static String firstLine(@Nullable String message) {
        return message == null
                ? "unknown reason"
                : message.strip().lines().findFirst().orElse("unknown reason");
    }

    private static String password(DatabaseUrl url) {
        return url.password().map(Secret::reveal).orElse("");
    }
}
