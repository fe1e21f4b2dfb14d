package io.portrgateway.admin.inspector;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.team.Member;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes down who opened which body, in teams that ask for it. Thread-safe. */
@Component
class BodyAudit {

    private final JdbcClient database;
    private final AuditTrail trail;

    BodyAudit(JdbcClient database, AuditTrail trail) {
        this.database = database;
        this.trail = trail;
    }

    void opened(Member reader, Exchange exchange, Direction direction, @Nullable String address) {
        boolean asked = database.sql("select audit_bodies from team_capture where team_id = ?")
                .param(reader.teamId())
                .query(Boolean.class)
                .optional()
                .orElse(false);
        if (asked) {
            trail.note(AuditTrail.Event.of("request.body_opened")
                    .by(reader.userId(), reader.email())
                    .in(reader.teamId())
                    .on(exchange.id())
                    .with("direction", direction.text())
                    .from(address));
        }
    }
}
