package io.portrgateway.admin.audit;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Writes down who did what. An event is part of the transaction that does it: no change without its line, no line without
 * its change. Thread-safe.
 */
@Service
public final class AuditTrail {

    private final JdbcClient database;

    AuditTrail(JdbcClient database) {
        this.database = database;
    }

    /**
     * One thing that was done. Never holds a secret.
     *
     * @param actorId the user, or null when the server itself did it
     * @param actorLabel how the actor is shown when the user is gone: an e-mail address, or {@code system}
     * @param action {@code noun.verb}, such as {@code member.added}
     * @param teamId the team it concerns, if any
     * @param subject what it was done to, readable
     * @param address from where, if it came over the network
     */
    public record Event(
            @Nullable Long actorId,
            String actorLabel,
            String action,
            @Nullable Long teamId,
            String subject,
            @Nullable String address) {}

    /** Adds the event within the caller's transaction. */
    public void record(Event event) {
        database.sql("""
                        insert into audit_event (actor_id, actor_label, action, team_id, subject, address)
                        values (:actorId, :actorLabel, :action, :teamId, :subject, :address)
                        """)
                .param("actorId", event.actorId())
                .param("actorLabel", event.actorLabel())
                .param("action", event.action())
                .param("teamId", event.teamId())
                .param("subject", event.subject())
                .param("address", event.address())
                .update();
    }
}
