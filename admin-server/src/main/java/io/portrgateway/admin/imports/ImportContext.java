package io.portrgateway.admin.imports;

import java.sql.SQLException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What every part of an import works with.
 *
 * @param source read
 * @param here written, within the one transaction
 */
record ImportContext(PortrDatabase source, JdbcClient here, Ledger ledger, RowGuard guard, NewIds ids) {

    /** Hands every row of the query to {@code work}, each in a savepoint of its own; {@code label} is its name in remarks. */
    void each(Kind kind, String query, Label label, PortrDatabase.RowUse work, Object... parameters) {
        source.each(query, row -> guard.run(kind, label.of(row), row, work), parameters);
    }

    /** How a row is called in remarks. */
    interface Label {
        String of(SourceRow row) throws SQLException;
    }
}
