package io.portrgateway.admin.detail;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Links by which one recorded request can be seen without an account. A link shows what its maker may see at that moment, less
 * what they chose to hide: it ends with its time, when it is revoked, when its maker leaves the team, and when somebody else's
 * tunnel is made private. Thread-safe.
 */
@Service
class ShareLinks {

    /** How long a link may be good, by the names of the form. */
    static final Map<String, Duration> LIFETIMES =
            Map.of("1h", Duration.ofHours(1), "1d", Duration.ofDays(1), "7d", Duration.ofDays(7));

    static final int MAX_OPEN = 20;
    static final int MAX_HIDDEN = 50;

    private static final Duration KEPT_AFTER_END = Duration.ofDays(30);
    private static final int TOKEN_BYTES = 32;

    private final JdbcClient database;
    private final Exchanges exchanges;
    private final Teams teams;
    private final AuditTrail audit;
    private final InstantSource clock;

    ShareLinks(JdbcClient database, Exchanges exchanges, Teams teams, AuditTrail audit, InstantSource clock) {
        this.database = database;
        this.exchanges = exchanges;
        this.teams = teams;
        this.audit = audit;
        this.clock = clock;
    }

    /** A link that can be opened, as the request's page lists it. */
    record Link(
            long id, long makerId, String maker, boolean showsBodies, List<String> hiddenHeaders, Instant expiresAt) {

        public boolean mayRevoke(Member member) {
            return makerId == member.userId() || member.mayAdministerTeam();
        }
    }

    /** What a link shows: the request without what is hidden, and as it was recorded to read its bodies by. */
    record Shared(Exchange shown, Exchange recorded, boolean showsBodies, Instant expiresAt) {}

    /** What came of wanting a link. */
    sealed interface Made {
        record Done(String token) implements Made {}

        record Refused(String why) implements Made {}
    }

    /** The links to an exchange that can be opened now, the newest first. */
    List<Link> open(Exchange exchange) {
        return database.sql("""
                        select s.id, s.created_by, u.email, s.shows_bodies, s.hidden_headers, s.expires_at
                        from share_link s join app_user u on u.id = s.created_by
                        where s.team_id = :team and s.exchange_id = :exchange and s.revoked_at is null
                            and s.expires_at > :now
                        order by s.id desc limit :limit
                        """)
                .param("team", exchange.teamId())
                .param("exchange", exchange.id())
                .param("now", time(clock.instant()))
                .param("limit", MAX_OPEN)
                .query((row, number) -> new Link(
                        row.getLong(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getBoolean(4),
                        texts(row, 5),
                        instant(row, 6)))
                .list();
    }

    /** Makes a link to an exchange that the member has found; its token is not kept. */
    @Transactional
    Made make(
            Member member,
            Exchange exchange,
            Duration lifetime,
            boolean showsBodies,
            Set<String> hiddenHeaders,
            String address) {
        Instant now = clock.instant();
        database.sql("delete from share_link where expires_at < :before")
                .param("before", time(now.minus(KEPT_AFTER_END)))
                .update();
        if (open(exchange).size() >= MAX_OPEN) {
            return new Made.Refused("This request has " + MAX_OPEN + " open links. Revoke one first.");
        }
        String token = Tokens.randomHex(TOKEN_BYTES);
        database.sql("""
                        insert into share_link (token_hash, team_id, exchange_id, exchange_started_at, created_by,
                                                shows_bodies, hidden_headers, expires_at)
                        values (:hash, :team, :exchange, :started, :by, :bodies, :hidden, :expires)
                        """)
                .param("hash", Tokens.sha256(token))
                .param("team", exchange.teamId())
                .param("exchange", exchange.id())
                .param("started", time(exchange.startedAt()))
                .param("by", member.userId())
                .param("bodies", showsBodies)
                .param("hidden", hiddenHeaders.toArray(String[]::new))
                .param("expires", time(now.plus(lifetime)))
                .update();
        audit.record(Actor.of(member, address)
                .event("share_link.made")
                .in(member.teamId())
                .on(exchange.id())
                .with("bodies", showsBodies ? "shown" : "hidden")
                .with("hours", lifetime.toHours()));
        return new Made.Done(token);
    }

    /** Whether there was such a link to end, and the member may. */
    @Transactional
    boolean revoke(Member member, Exchange exchange, long id, String address) {
        boolean allowed = open(exchange).stream().anyMatch(link -> link.id() == id && link.mayRevoke(member));
        if (!allowed) {
            return false;
        }
        database.sql("update share_link set revoked_at = :now where id = :id and team_id = :team")
                .param("now", time(clock.instant()))
                .param("id", id)
                .param("team", member.teamId())
                .update();
        audit.record(Actor.of(member, address)
                .event("share_link.revoked")
                .in(member.teamId())
                .on(exchange.id()));
        return true;
    }

    private record Row(
            long makerId,
            String teamSlug,
            String exchangeId,
            boolean showsBodies,
            List<String> hiddenHeaders,
            Instant expiresAt) {}

    /** What the link with this token shows; nothing when it is no longer good, or never was. */
    Optional<Shared> find(String token) {
        return database.sql("""
                        select s.created_by, t.slug, s.exchange_id, s.shows_bodies, s.hidden_headers, s.expires_at
                        from share_link s join team t on t.id = s.team_id
                        where s.token_hash = :hash and s.revoked_at is null and s.expires_at > :now
                        """)
                .param("hash", Tokens.sha256(token))
                .param("now", time(clock.instant()))
                .query((row, number) -> new Row(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        texts(row, 5),
                        instant(row, 6)))
                .optional()
                .flatMap(row -> teams.member(row.makerId(), row.teamSlug())
                        .flatMap(maker -> exchanges.find(maker, row.exchangeId()))
                        .map(exchange -> new Shared(
                                exchange.hiding(row.hiddenHeaders(), HeadView.HIDDEN),
                                exchange,
                                row.showsBodies(),
                                row.expiresAt())));
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        Array array = row.getArray(column);
        return array.getArray() instanceof String[] texts ? List.of(texts) : List.of();
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /** Header names out of what somebody typed: at commas, blanks and line ends. */
    static Set<String> names(String typed) {
        return java.util.Arrays.stream(typed.toLowerCase(Locale.ROOT).split("[\\s,;]+", MAX_HIDDEN + 1))
                .filter(name -> name.matches("[!#$%&'*+.^_`|~0-9a-z-]{1,100}"))
                .limit(MAX_HIDDEN)
                .collect(java.util.stream.Collectors.toUnmodifiableSet());
    }
}
