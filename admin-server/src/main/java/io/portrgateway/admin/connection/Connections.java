package io.portrgateway.admin.connection;

import io.portrgateway.admin.subdomain.Reservations;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Ulid;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Asks for tunnels, and those that are live. Thread-safe. */
@Service
public final class Connections {

    /** How long a row waits for its SSH session (portr-protocol 6.5). */
    static final long RESERVED_SECONDS = 5 * 60L;

    private static final int ATTEMPTS = 6;
    private static final long FIRST_PAUSE_MILLIS = 10;

    /** serialization failure, deadlock, unique violation: somebody else was there at the same time. */
    private static final Set<String> RETRYABLE_STATES = Set.of("40001", "40P01", "23505");

    private static final int LIVE_LIMIT = 100;

    private final ConnectionRows rows;
    private final Reservations reservations;
    private final InstantSource clock;
    private final TransactionTemplate serializable;

    Connections(ConnectionRows rows, Reservations reservations, InstantSource clock, DataSource dataSource) {
        this.rows = rows;
        this.reservations = reservations;
        this.clock = clock;
        // Only SQL happens in here, so that the persistence context need not take part.
        this.serializable = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        this.serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
    }

    /** The team's live tunnels, newest first, at most {@value #LIVE_LIMIT}. */
    public List<LiveTunnel> live(long teamId) {
        return rows.live(teamId, LIVE_LIMIT);
    }

    /** Whether the member ever had a tunnel, which is when the first-run guide has done its work. */
    public boolean hadAny(long membershipId) {
        return rows.hadAny(membershipId);
    }

    /** How many of the team's tunnels are live. */
    public int liveCount(long teamId) {
        return state(teamId).count();
    }

    ConnectionRows.Live state(long teamId) {
        return rows.live(List.of(teamId)).getOrDefault(teamId, new ConnectionRows.Live(teamId, 0, ""));
    }

    Reserved reserveTcp(Member member) {
        long held = rows.heldSeconds(member.membershipId(), "tcp", null);
        if (held > 0) {
            return disconnected("your TCP tunnel", held);
        }
        String id = Ulid.at(clock.instant());
        rows.insert(id, "tcp", null, member);
        return new Reserved.Granted(id);
    }

    /** One winner per name, however many ask at once: the losers find the winner's row when they try again. */
    Reserved reserveHttp(Member member, String subdomain) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Reserved reserved = serializable.execute(status -> decide(member, subdomain));
                if (reserved != null) {
                    return reserved;
                }
            } catch (DataAccessException | TransactionException failure) {
                if (!isRetryable(failure)) {
                    throw failure;
                }
            }
            pause(attempt);
        }
        return new Reserved.Busy();
    }

    private @Nullable Reserved decide(Member member, String subdomain) {
        OptionalLong keeper = reservations.ownerOf(subdomain);
        if (keeper.isPresent() && keeper.getAsLong() != member.membershipId()) {
            return new Reserved.Refused(
                    "reserved_subdomain", "subdomain " + subdomain + " is reserved by another member");
        }
        long held = rows.heldSeconds(member.membershipId(), "http", subdomain);
        if (held > 0) {
            return disconnected("subdomain " + subdomain, held);
        }
        ConnectionRows.@Nullable LiveLease lease = rows.liveLease(subdomain).orElse(null);
        if (lease != null && lease.membershipId() != member.membershipId()) {
            return inUse(subdomain, lease);
        }
        rows.removeExpired(subdomain, RESERVED_SECONDS);
        ConnectionRows.@Nullable Pending pending = rows.pending(subdomain).orElse(null);
        if (pending == null) {
            // beside the member's own live tunnel, if there is one: the new SSH session takes it over
            String id = Ulid.at(clock.instant());
            rows.insert(id, "http", subdomain, member);
            return new Reserved.Granted(id);
        }
        if (pending.membershipId() != member.membershipId()) {
            return new Reserved.Refused(
                    "subdomain_in_use", "subdomain " + subdomain + " is about to be used by another member");
        }
        // null: claimed by its SSH session in this very moment, look again
        return rows.keep(pending.id()) ? new Reserved.Granted(pending.id()) : null;
    }

    /** A client that was disconnected asks again by itself; after a few refusals it gives up. */
    private static Reserved disconnected(String what, long seconds) {
        return new Reserved.Refused(
                "disconnected", what + " was disconnected from the dashboard; try again in " + seconds + " s");
    }

    private static Reserved inUse(String subdomain, ConnectionRows.LiveLease lease) {
        String message = lease.held()
                ? "subdomain " + subdomain + " is held for its owner, who lost the connection, for another "
                        + lease.seconds() + " s"
                : "subdomain " + subdomain + " is in use by another member";
        return new Reserved.Refused("subdomain_in_use", message);
    }

    private static boolean isRetryable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return RETRYABLE_STATES.contains(sql.getSQLState());
            }
        }
        return false;
    }

    private static void pause(int attempt) {
        long millis =
                (FIRST_PAUSE_MILLIS << attempt) + ThreadLocalRandom.current().nextLong(FIRST_PAUSE_MILLIS);
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
