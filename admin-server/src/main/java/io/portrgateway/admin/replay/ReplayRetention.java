package io.portrgateway.admin.replay;

import io.portrgateway.admin.settings.AdminSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Removes, every hour, replays that are older than {@code PORTR_REPLAY_RETENTION}, with the bodies that they sent; a piece at a
 * time, so that nobody waits for it. Several replicas may do it at once.
 */
@Component
final class ReplayRetention {

    private static final Logger log = LoggerFactory.getLogger(ReplayRetention.class);

    private static final int PIECE = 100;

    private final ReplayRows rows;
    private final TransactionOperations transactions;
    private final Duration retention;
    private final InstantSource clock;

    ReplayRetention(ReplayRows rows, TransactionOperations transactions, AdminSettings settings, InstantSource clock) {
        this.rows = rows;
        this.transactions = transactions;
        this.retention = settings.replays().retention();
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 60, initialDelay = 4, timeUnit = TimeUnit.MINUTES)
    void run() {
        try {
            int removed = removeOld();
            if (removed > 0) {
                log.info("replays_removed count={} retention={}", removed, retention);
            }
        } catch (DataAccessException | TransactionException failure) {
            // the next run will do it
            log.warn("replay_retention_failed reason={}", failure.getMessage());
        }
    }

    /** Removes what is too old and answers how many batches. */
    int removeOld() {
        if (retention.isZero()) {
            return 0;
        }
        int removed = 0;
        int piece;
        do {
            Integer done = transactions.execute(
                    status -> rows.removeBefore(clock.instant().minus(retention), PIECE));
            piece = done == null ? 0 : done;
            removed += piece;
        } while (piece == PIECE);
        return removed;
    }
}
