package io.portrgateway.admin.audit;

import io.portrgateway.admin.settings.AdminSettings;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Removes, every hour, the events that are older than {@code PORTR_AUDIT_RETENTION}; a piece at a time, so that nobody waits
 * for it. Several replicas may do it at once.
 */
@Component
final class AuditRetention {

    private static final Logger log = LoggerFactory.getLogger(AuditRetention.class);

    private static final int PIECE = 5_000;

    private final JdbcClient database;
    private final Duration retention;
    private final InstantSource clock;

    AuditRetention(JdbcClient database, AdminSettings settings, InstantSource clock) {
        this.database = database;
        this.retention = settings.auditRetention();
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 60, initialDelay = 2, timeUnit = TimeUnit.MINUTES)
    void run() {
        try {
            int removed = removeOld();
            if (removed > 0) {
                log.info("audit_events_removed count={} retention={}", removed, retention);
            }
        } catch (DataAccessException failure) {
            // the next run will do it
            log.warn("audit_retention_failed reason={}", failure.getMessage());
        }
    }

    /** Removes what is too old and answers how many. */
    int removeOld() {
        if (retention.isZero()) {
            return 0;
        }
        Instant oldest = clock.instant().minus(retention);
        int removed = 0;
        int piece;
        do {
            piece = removePiece(oldest);
            removed += piece;
        } while (piece == PIECE);
        return removed;
    }

    private int removePiece(Instant oldest) {
        return database.sql("""
                        delete from audit_event where id in (
                            select id from audit_event where occurred_at < :oldest
                            order by occurred_at limit :piece)
                        """)
                .param("oldest", Timestamp.from(oldest))
                .param("piece", PIECE)
                .update();
    }
}
