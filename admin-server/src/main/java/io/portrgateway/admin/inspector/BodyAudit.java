package io.portrgateway.admin.inspector;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.audit.BodyReads;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.team.Member;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Writes down who opened which body, in teams that ask for it. Thread-safe. */
@Component
class BodyAudit {

    private final BodyReads reads;
    private final AuditTrail trail;

    BodyAudit(BodyReads reads, AuditTrail trail) {
        this.reads = reads;
        this.trail = trail;
    }

    void opened(Member reader, Exchange exchange, Direction direction, @Nullable String address) {
        if (reads.areWanted(reader.teamId())) {
            trail.note(AuditTrail.Event.of("request.body_opened")
                    .by(reader.userId(), reader.email())
                    .in(reader.teamId())
                    .on(exchange.id())
                    .with("direction", direction.text())
                    .from(address));
        }
    }
}
