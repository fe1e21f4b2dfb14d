package io.portrgateway.admin.detail;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.audit.BodyReads;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import java.time.Duration;
import org.springframework.stereotype.Service;

/**
 * Writes down who looked at a recorded body, for teams that want to know: once an hour for each viewer and exchange. Thread-safe.
 * Each replica counts for itself, so that two may write it once each.
 */
@Service
class ViewedBodies {

    private static final int MAX_KNOWN = 10_000;
    private static final Duration ONCE_IN = Duration.ofHours(1);
    private static final Duration SETTING_KEPT = Duration.ofSeconds(10);

    private final BodyReads reads;
    private final AuditTrail audit;
    private final Cache<String, Boolean> seen = Caffeine.newBuilder()
            .maximumSize(MAX_KNOWN)
            .expireAfterWrite(ONCE_IN)
            .build();
    private final Cache<Long, Boolean> wanted = Caffeine.newBuilder()
            .maximumSize(MAX_KNOWN)
            .expireAfterWrite(SETTING_KEPT)
            .build();

    ViewedBodies(BodyReads reads, AuditTrail audit) {
        this.reads = reads;
        this.audit = audit;
    }

    /** A member sees a body of it, or gets one. */
    void viewed(Member member, Exchange exchange, String address) {
        note(exchange, "u" + member.userId(), Actor.of(member, address).event("request.body_viewed"));
    }

    /** Somebody with a link sees it. */
    void viewedByLink(Exchange exchange, String address) {
        note(
                exchange,
                "a" + address,
                AuditTrail.Event.of("request.body_viewed")
                        .byUnknown("somebody with a link")
                        .from(address));
    }

    private void note(Exchange exchange, String viewer, AuditTrail.Event event) {
        boolean asked = wanted.get(exchange.teamId(), reads::areWanted);
        if (asked && seen.asMap().putIfAbsent(viewer + " " + exchange.id(), true) == null) {
            audit.note(event.in(exchange.teamId()).on(exchange.id()).with("tunnel", exchange.subdomain()));
        }
    }
}
