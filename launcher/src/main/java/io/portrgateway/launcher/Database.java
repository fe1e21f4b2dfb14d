package io.portrgateway.launcher;

import java.net.URI;
import java.net.URISyntaxException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * How the servers reach PostgreSQL, one URL for each role ({@code postgres://user:password@host:port/name}). Immutable;
 * holds passwords, so it is never printed.
 *
 * @param owner owns the schema and runs the migrations
 * @param admin what admin-server works as
 * @param tunnel what tunnel-server works as
 * @param adminRole the role in {@code admin}
 * @param tunnelRole the role in {@code tunnel}
 */
record Database(String owner, String admin, String tunnel, String adminRole, String tunnelRole) {

    /** A database of the user's: one role, the schema's owner, does everything. */
    static Database external(String url) throws StartException {
        String[] login = String.valueOf(parse(url).getUserInfo()).split(":", 2);
        return new Database(url, url, url, login[0], login[0]);
    }

    /** Fails with one line when the owner's URL is unreadable or nobody answers there. */
    void requireReachable() throws StartException {
        URI uri = parse(owner);
        String where = uri.getHost() + ":" + port(uri) + uri.getPath();
        try (Connection connection = DriverManager.getConnection(jdbc(uri), credentials(uri))) {
            connection.isValid(5);
        } catch (SQLException refused) {
            throw new StartException(
                    "database " + where + " (PORTR_DB_URL) cannot be used: "
                            + String.valueOf(refused.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse("unknown reason"),
                    refused);
        }
    }

    private static URI parse(String url) throws StartException {
        try {
            URI uri = new URI(url);
            String scheme = String.valueOf(uri.getScheme());
            if ((scheme.equals("postgres") || scheme.equals("postgresql"))
                    && uri.getHost() != null
                    && uri.getPath().length() > 1) {
                return uri;
            }
        } catch (URISyntaxException unreadable) {
            // The same answer as for the other wrong texts; the text itself may hold a password.
        }
        throw new StartException(
                "PORTR_DB_URL: not a database URL (expected: postgres://user:password@host:5432/name)");
    }

    private static String jdbc(URI uri) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return "jdbc:postgresql://" + uri.getHost() + ":" + port(uri) + uri.getRawPath() + query;
    }

    private static int port(URI uri) {
        return uri.getPort() < 0 ? 5432 : uri.getPort();
    }

    private static Properties credentials(URI uri) {
        Properties properties = new Properties();
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "8");
        if (uri.getUserInfo() != null) {
            String[] parts = uri.getUserInfo().split(":", 2);
            properties.setProperty("user", parts[0]);
            properties.setProperty("password", parts.length > 1 ? parts[1] : "");
        }
        return properties;
    }

    @Override
    public String toString() {
        return "Database[hidden]";
    }
}
