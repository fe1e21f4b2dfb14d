package io.portrgateway.admin.connection;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** Removes, every ten seconds, what clients asked for and never claimed. With several replicas one of them does it. */
@Component
final class Reaper {

    private static final Logger log = LoggerFactory.getLogger(Reaper.class);

    private final ConnectionRows rows;
    private final TransactionOperations transactions;

    Reaper(ConnectionRows rows, TransactionOperations transactions) {
        this.rows = rows;
        this.transactions = transactions;
    }

    @Scheduled(fixedDelay = 10, initialDelay = 10, timeUnit = TimeUnit.SECONDS)
    void run() {
        try {
            int removed = removeExpired();
            if (removed > 0) {
                log.info("unclaimed_connections_removed count={}", removed);
            }
        } catch (DataAccessException | TransactionException failure) {
            // the next run will do it
            log.warn("reaper_failed reason={}", failure.getMessage());
        }
    }

    int removeExpired() {
        Integer removed = transactions.execute(
                status -> rows.tryLock("portr_reaper") ? rows.removeExpired(null, Connections.RESERVED_SECONDS) : 0);
        return removed == null ? 0 : removed;
    }
}
