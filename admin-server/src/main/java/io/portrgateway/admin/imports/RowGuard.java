package io.portrgateway.admin.imports;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/** Runs the work for one row in a savepoint: a row that cannot be used is skipped with its reason, the others stay. */
final class RowGuard {

    private static final TransactionDefinition SAVEPOINT =
            new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED);

    private final PlatformTransactionManager transactions;
    private final Ledger ledger;

    RowGuard(PlatformTransactionManager transactions, Ledger ledger) {
        this.transactions = transactions;
        this.ledger = ledger;
    }

    void run(Kind kind, String label, SourceRow row, PortrDatabase.RowUse work) throws SQLException {
        TransactionStatus savepoint = transactions.getTransaction(SAVEPOINT);
        try {
            work.accept(row);
            transactions.commit(savepoint);
        } catch (SourceRow.Unusable unusable) {
            transactions.rollback(savepoint);
            ledger.skipped(kind, label, String.valueOf(unusable.getMessage()));
        } catch (DataIntegrityViolationException refused) {
            transactions.rollback(savepoint);
            ledger.skipped(kind, label, "the database refuses it" + constraint(refused));
        } catch (SQLException | RuntimeException failure) {
            transactions.rollback(savepoint);
            throw failure;
        }
    }

    /** The rule's name only: the message itself quotes values, and one of them may be a key. */
    private static String constraint(DataIntegrityViolationException refused) {
        if (refused.getMostSpecificCause() instanceof PSQLException failure) {
            ServerErrorMessage message = failure.getServerErrorMessage();
            if (message != null && message.getConstraint() != null) {
                return " (" + message.getConstraint() + ")";
            }
        }
        return "";
    }
}
