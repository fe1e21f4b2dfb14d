package io.portrgateway.admin.audit;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Writes down who was shown which recorded bodies, in teams that ask for it. Thread-safe. */
@Service
public final class BodyReads {

    private final JdbcClient database;
    private final AuditTrail trail;

    BodyReads(JdbcClient database, AuditTrail trail) {
        this.database = database;
        this.trail = trail;
    }

    /** Whether the team asks for it; asks the database. */
    public boolean areWanted(long teamId) {
        return database.sql("select audit_bodies from team_capture where team_id = :team")
                .param("team", teamId)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /**
     * A member was shown bodies of a request.
     *
     * @param where what showed them, such as {@code compare}
     */
    public void shown(
            long teamId, long userId, String email, String requestId, String where, @Nullable String address) {
        if (areWanted(teamId)) {
            trail.note(AuditTrail.Event.of("request.body_opened")
                    .by(userId, email)
                    .in(teamId)
                    .on(requestId)
                    .with("by", where)
                    .from(address));
        }
    }
}
