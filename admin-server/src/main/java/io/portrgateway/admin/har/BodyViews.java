package io.portrgateway.admin.har;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.audit.BodyReads;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Notes who took recorded bodies out, where the team wants that. Thread-safe. */
@Component
final class BodyViews {

    private final BodyReads reads;
    private final AuditTrail audit;

    BodyViews(BodyReads reads, AuditTrail audit) {
        this.reads = reads;
        this.audit = audit;
    }

    /** What to tell of each exchange that the member takes; does nothing when the team does not ask. */
    Consumer<Exchange> by(Member reader, String address, String how) {
        if (!reads.areWanted(reader.teamId())) {
            return exchange -> {};
        }
        AuditTrail.Event viewed = Actor.of(reader, address)
                .event("request.body_opened")
                .in(reader.teamId())
                .with("by", how);
        return exchange -> {
            if (exchange.requestBytes() + exchange.responseBytes() > 0) {
                audit.note(viewed.on(exchange.id()));
            }
        };
    }
}
