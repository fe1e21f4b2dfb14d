package io.portrgateway.admin.subdomain;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Names kept for one membership (portr-protocol 6.3). Thread-safe. */
@Service
public final class Reservations {

    private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int ATTEMPTS = 6;

    private final JdbcClient database;
    private final ReservationRows rows;
    private final AuditTrail audit;
    private final int limit;
    private final TransactionTemplate serializable;

    Reservations(
            JdbcClient database,
            ReservationRows rows,
            AuditTrail audit,
            AdminSettings settings,
            DataSource dataSource) {
        this.database = database;
        this.rows = rows;
        this.audit = audit;
        this.limit = settings.reservedSubdomainLimit();
        // the same isolation as where clients ask for tunnels: of a reservation and a tunnel at once, one wins
        this.serializable = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        this.serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
    }

    /** The membership that a name is kept for; part of the caller's transaction, if there is one. */
    public OptionalLong ownerOf(String subdomain) {
        return database.sql("select membership_id from reserved_subdomain where subdomain = :subdomain")
                .param("subdomain", subdomain)
                .query(Long.class)
                .optional()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /** Most names of one membership; zero means that nobody may reserve new ones. */
    int limit() {
        return limit;
    }

    /** What the member holds, by name. */
    List<Reservation> of(Member member) {
        return rows.ofMembership(member.membershipId());
    }

    /** What everybody in the member's team holds, by name. */
    List<Reservation> ofTeam(Member member) {
        return rows.ofTeam(member.teamId());
    }

    /** The form in which names are stored and compared. */
    static String normal(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /** Keeps the name for the member, in any case of its letters. The losers of a race are told what the winner got. */
    ReserveResult reserve(Member member, String text, String address) {
        String subdomain = normal(text);
        if (!SUBDOMAIN.matcher(subdomain).matches()) {
            return new ReserveResult.Refused(
                    subdomain.isEmpty() ? ReservationProblem.EMPTY : ReservationProblem.INVALID_SUBDOMAIN, subdomain);
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                @Nullable ReserveResult result = serializable.execute(status -> decide(member, subdomain, address));
                if (result != null) {
                    return result;
                }
            } catch (DataAccessException | TransactionException failure) {
                if (!Contention.isCauseOf(failure)) {
                    throw failure;
                }
            }
            Contention.pause(attempt);
        }
        return new ReserveResult.Refused(ReservationProblem.BUSY, subdomain);
    }

    private ReserveResult decide(Member member, String subdomain, String address) {
        OptionalLong owner = ownerOf(subdomain);
        if (owner.isPresent()) {
            ReservationProblem why = owner.getAsLong() == member.membershipId()
                    ? ReservationProblem.YOURS_ALREADY
                    : ReservationProblem.ALREADY_RESERVED;
            return new ReserveResult.Refused(why, subdomain);
        }
        if (rows.count(member.membershipId()) >= limit) {
            return new ReserveResult.Refused(
                    limit == 0 ? ReservationProblem.SWITCHED_OFF : ReservationProblem.LIMIT_REACHED, subdomain);
        }
        if (rows.isUsedByOthers(subdomain, member.membershipId())) {
            return new ReserveResult.Refused(ReservationProblem.UNAVAILABLE, subdomain);
        }
        rows.insert(subdomain, member.membershipId());
        audit.record(AuditTrail.Event.of("subdomain.reserved")
                .by(member.userId(), member.email())
                .in(member.teamId())
                .on(subdomain)
                .from(address));
        return new ReserveResult.Granted(rows.one(subdomain).orElseThrow());
    }

    /** Gives the member's own name up; false when they hold no such name. A tunnel that runs under it goes on. */
    boolean release(Member member, String text, String address) {
        Boolean released = serializable.execute(status -> {
            String subdomain = normal(text);
            if (!rows.delete(subdomain, member.membershipId())) {
                return false;
            }
            audit.record(AuditTrail.Event.of("subdomain.released")
                    .by(member.userId(), member.email())
                    .in(member.teamId())
                    .on(subdomain)
                    .from(address));
            return true;
        });
        return Boolean.TRUE.equals(released);
    }
}
