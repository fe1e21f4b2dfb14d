package io.portrgateway.admin.audit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes down who did what. An event is part of the transaction that does it: no change without its line, no line without
 * its change. Thread-safe.
 *
 * <pre>{@code
 * audit.record(AuditTrail.Event.of("member.added")
 *         .by(account.id(), account.email())
 *         .in(team.id())
 *         .on(invited.email())
 *         .with("role", "admin")
 *         .from(address));
 * }</pre>
 */
@Service
public final class AuditTrail {

    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient database;

    AuditTrail(JdbcClient database) {
        this.database = database;
    }

    /**
     * One thing that was done. Never holds a secret; what looks like one of our keys is masked all the same. Immutable.
     *
     * @param actorId the user, or null when the server itself did it
     * @param actorLabel how the actor is shown when the user is gone: an e-mail address, or {@code system}
     * @param action {@code noun.verb} in the past, such as {@code member.added}; pages show it in words
     * @param teamId the team it concerns, if any: its admins see the event
     * @param subject what it was done to, readable: a name, an e-mail address
     * @param address from where, if it came over the network
     * @param detail what else a reader wants to know, such as {@code role = admin}; in the order given
     */
    public record Event(
            @Nullable Long actorId,
            String actorLabel,
            String action,
            @Nullable Long teamId,
            String subject,
            @Nullable String address,
            Map<String, String> detail) {

        private static final Pattern ACTION = Pattern.compile("[a-z_]+(\\.[a-z_]+)+");

        public Event {
            if (!ACTION.matcher(action).matches()) {
                throw new IllegalArgumentException("audit action: " + action + " (expected: noun.verb)");
            }
            actorLabel = AuditText.clean(actorLabel);
            subject = AuditText.clean(subject);
            address = address == null ? null : AuditText.clean(address);
            Map<String, String> copy = new LinkedHashMap<>();
            detail.forEach((key, value) -> copy.put(key, AuditText.clean(value)));
            detail = Collections.unmodifiableMap(copy);
        }

        public Event(
                @Nullable Long actorId,
                String actorLabel,
                String action,
                @Nullable Long teamId,
                String subject,
                @Nullable String address) {
            this(actorId, actorLabel, action, teamId, subject, address, Map.of());
        }

        /** Something the server itself did, until {@link #by} says who. */
        public static Event of(String action) {
            return new Event(null, "system", action, null, "", null);
        }

        /** Who did it. */
        public Event by(long userId, String email) {
            return new Event(userId, email, action, teamId, subject, address, detail);
        }

        /** Somebody who is not known, under the name they gave: a failed sign-in. */
        public Event byUnknown(String name) {
            return new Event(null, name, action, teamId, subject, address, detail);
        }

        /** The team it concerns. */
        public Event in(long team) {
            return new Event(actorId, actorLabel, action, team, subject, address, detail);
        }

        /** What it was done to. */
        public Event on(String what) {
            return new Event(actorId, actorLabel, action, teamId, what, address, detail);
        }

        /** One more thing to know about it; null adds nothing. */
        public Event with(String key, @Nullable Object value) {
            if (value == null) {
                return this;
            }
            Map<String, String> more = new LinkedHashMap<>(detail);
            more.put(key, value.toString());
            return new Event(actorId, actorLabel, action, teamId, subject, address, more);
        }

        /** The address it came from, as {@code ClientAddresses} says it. */
        public Event from(@Nullable String clientAddress) {
            return new Event(actorId, actorLabel, action, teamId, subject, clientAddress, detail);
        }
    }

    /**
     * Adds the event within the caller's transaction. Outside of one it is refused: the change would be committed by then,
     * whatever becomes of its event.
     */
    public void record(Event event) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("audit event outside of a transaction: " + event.action()
                    + " (expected: in the transaction of the change; note() for what changes nothing)");
        }
        insert(event);
    }

    /** Adds an event about something that changed nothing in the database: a refused sign-in, a key that was shown. */
    public void note(Event event) {
        insert(event);
    }

    private void insert(Event event) {
        database.sql("""
                        insert into audit_event (actor_id, actor_label, action, team_id, subject, detail, address)
                        values (:actorId, :actorLabel, :action, :teamId, :subject, cast(:detail as jsonb), :address)
                        """)
                .param("actorId", event.actorId())
                .param("actorLabel", event.actorLabel())
                .param("action", event.action())
                .param("teamId", event.teamId())
                .param("subject", event.subject())
                .param("detail", JSON.writeValueAsString(event.detail()))
                .param("address", event.address())
                .update();
    }
}
