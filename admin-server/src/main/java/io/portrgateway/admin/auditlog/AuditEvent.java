package io.portrgateway.admin.auditlog;

import io.portrgateway.admin.audit.AuditWords;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done, for whoever reads about it. Immutable.
 *
 * @param actor an e-mail address, a name that somebody gave, or {@code system}
 * @param team the team's slug; null when it concerns none, or one that is gone
 */
record AuditEvent(
        long id,
        Instant occurredAt,
        @Nullable Long actorId,
        String actor,
        String action,
        @Nullable String team,
        String subject,
        Map<String, String> detail,
        @Nullable String address) {

    /** The action in words. */
    public String actionText() {
        return AuditWords.of(action);
    }

    AuditCursor cursor() {
        return new AuditCursor(occurredAt, id);
    }
}
