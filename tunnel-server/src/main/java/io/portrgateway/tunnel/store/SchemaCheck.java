package io.portrgateway.tunnel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Whether the database has the schema that this version needs. tunnel-server never migrates. Stateless. */
final class SchemaCheck {

    /** The newest migration whose tables or columns this version uses. */
    static final int REQUIRED_VERSION = 18;

    private static final String UNDEFINED_TABLE = "42P01";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private SchemaCheck() {}

    /** What is wrong, as a sentence; nothing when the schema is new enough. */
    static Optional<String> problem(Connection connection) throws SQLException {
        // The grants come last: without them the versions alone would promise too much
        try (PreparedStatement query = connection.prepareStatement("""
                select max(substring(version from '^[0-9]+')::integer),
                       has_table_privilege(current_user, 'lease', 'insert')
                from flyway_schema_history where success
                """);
                ResultSet row = query.executeQuery()) {
            row.next();
            int version = row.getInt(1);
            if (version < REQUIRED_VERSION) {
                return Optional.of("the database schema has version " + version + " (expected: " + REQUIRED_VERSION
                        + " or newer); start admin-server of this version, it migrates");
            }
            return row.getBoolean(2)
                    ? Optional.empty()
                    : Optional.of("the database role of tunnel-server has no rights on the schema (see the README)");
        } catch (SQLException failure) {
            connection.rollback();
            return switch (String.valueOf(failure.getSQLState())) {
                case UNDEFINED_TABLE ->
                    Optional.of("the database has no schema yet; start admin-server, it creates the tables");
                case INSUFFICIENT_PRIVILEGE ->
                    Optional.of("the database role of tunnel-server has no rights on the schema (see the README)");
                default -> throw failure;
            };
        }
    }
}
