package io.portrgateway.admin.connection;

import io.portrgateway.admin.settings.AdminSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Removes, every hour, past tunnels that are older than {@code PORTR_CONNECTION_RETENTION}, a piece at a time, so that nobody
 * waits for it; and commands that every node has seen. With several replicas one of them does it.
 */
@Component
final class ConnectionRetention {

    private static final Logger log = LoggerFactory.getLogger(ConnectionRetention.class);

    private static final int PIECE = 1_000;

    private final ConnectionRows rows;
    private final TransactionOperations transactions;
    private final Duration retention;

    ConnectionRetention(ConnectionRows rows, TransactionOperations transactions, AdminSettings settings) {
        this.rows = rows;
        this.transactions = transactions;
        this.retention = settings.tunnels().retention();
    }

    @Scheduled(fixedDelay = 60, initialDelay = 3, timeUnit = TimeUnit.MINUTES)
    void run() {
        try {
            int removed = removeOld();
            if (removed > 0) {
                log.info("past_connections_removed count={} retention={}", removed, retention);
            }
        } catch (DataAccessException | TransactionException failure) {
            // the next run will do it
            log.warn("connection_retention_failed reason={}", failure.getMessage());
        }
    }

    /** Removes what is too old and answers how many; what another replica is removing is left to it. */
    int removeOld() {
        exclusively(rows::removeOldCommands);
        if (retention.isZero()) {
            return 0;
        }
        int removed = 0;
        int piece;
        do {
            piece = exclusively(() -> rows.removePast(retention.toMillis() / 1000.0, PIECE));
            removed += piece;
        } while (piece == PIECE);
        return removed;
    }

    /** The lock ends with the transaction, however that ends. */
    private int exclusively(java.util.function.IntSupplier work) {
        Integer done = transactions.execute(status -> rows.tryLock("portr_connection_retention") ? work.getAsInt() : 0);
        return done == null ? 0 : done;
    }
}
