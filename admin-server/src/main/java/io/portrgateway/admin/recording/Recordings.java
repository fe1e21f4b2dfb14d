package io.portrgateway.admin.recording;

import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.exchange.SealKeys;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The rules of recording. A change tells the tunnel-servers in its own transaction, so that they follow it as soon as it is
 * committed, with tunnels running. Thread-safe.
 */
@Service
class Recordings {

    /** Names with rules of their own per member: far more than anybody has tunnels. */
    static final int MAX_NAMES_PER_MEMBER = 100;

    private static final int MAX_ROWS = 200;
    private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final JdbcClient database;
    private final AuditTrail audit;
    private final SealKeys sealKeys;

    Recordings(JdbcClient database, AuditTrail audit, SealKeys sealKeys) {
        this.database = database;
        this.audit = audit;
        this.sealKeys = sealKeys;
    }

    /** The team's rules. */
    @Transactional(readOnly = true)
    public TeamRecording ofTeam(long teamId) {
        return read(teamId, "").orElse(TeamRecording.AS_THE_GATEWAY);
    }

    /** Replaces the team's rules. */
    @Transactional
    public Outcome<TeamRecording> save(Member by, TeamRecording wanted, String address) {
        return switch (wanted.checked()) {
            case Outcome.Refused<TeamRecording> refused -> refused;
            case Outcome.Done<TeamRecording>(TeamRecording rules) -> {
                TeamRecording before = read(by.teamId(), "for update").orElse(TeamRecording.AS_THE_GATEWAY);
                if (!before.equals(rules)) {
                    if (rules.encrypted()) {
                        // Or nothing but targets and sizes is recorded until there is a key
                        sealKeys.ensure();
                    }
                    write(by.teamId(), rules);
                    AuditTrail.Event event =
                            Actor.of(by, address).event("recording.changed").in(by.teamId());
                    for (var change : changes(before, rules).entrySet()) {
                        event = event.with(change.getKey(), change.getValue());
                    }
                    audit.record(event);
                    tell();
                }
                yield Outcome.done(rules);
            }
        };
    }

    /** The member's own names: reserved ones, those of live tunnels, and those with rules. */
    @Transactional(readOnly = true)
    public List<TunnelRecording> own(Member member) {
        return database.sql("""
                        with names as (
                            select subdomain from reserved_subdomain where membership_id = :me
                            union select subdomain from tunnel_capture where membership_id = :me
                            union select subdomain from connection
                            where team_id = :team and membership_id = :me and status = 'active' and subdomain is not null)
                        select :me as membership_id, :email as email, n.subdomain, c.mode, coalesce(c.private, false) as private,
                               exists (select from connection l where l.team_id = :team and l.membership_id = :me
                                       and l.status = 'active' and l.subdomain = n.subdomain) as live
                        from names n left join tunnel_capture c on c.membership_id = :me and c.subdomain = n.subdomain
                        order by n.subdomain limit :limit
                        """)
                .param("me", member.membershipId())
                .param("team", member.teamId())
                .param("email", member.email())
                .param("limit", MAX_ROWS)
                .query(Recordings::tunnel)
                .list();
    }

    /** Rules of the other members' names, for who administers the team. */
    @Transactional(readOnly = true)
    public List<TunnelRecording> others(Member member) {
        return database.sql("""
                        select c.membership_id, u.email, c.subdomain, c.mode, c.private,
                               exists (select from connection l where l.team_id = :team and l.membership_id = m.id
                                       and l.status = 'active' and l.subdomain = c.subdomain) as live
                        from tunnel_capture c join membership m on m.id = c.membership_id join app_user u on u.id = m.user_id
                        where m.team_id = :team and m.id <> :me
                        order by c.subdomain, u.email limit :limit
                        """)
                .param("me", member.membershipId())
                .param("team", member.teamId())
                .param("limit", MAX_ROWS)
                .query(Recordings::tunnel)
                .list();
    }

    /** The rules of one of the member's own names; of any name, since a tunnel may come. */
    @Transactional(readOnly = true)
    public Optional<TunnelRecording> one(Member member, String name) {
        return subdomain(name).map(subdomain -> readTunnel(member, subdomain, ""));
    }

    /** Says how the requests to one of the member's own names are recorded. */
    @Transactional
    public Outcome<TunnelRecording> save(
            Member by, String name, @Nullable RecordingMode mode, boolean privately, String address) {
        Optional<String> subdomain = subdomain(name);
        if (subdomain.isEmpty()) {
            return Outcome.refused(
                    Refusal.invalid("subdomain", "A name is 1 to 63 letters a-z, digits or hyphens, such as my-app."));
        }
        // two at once: the second one counts after the first one
        database.sql("select id from membership where id = :me for update")
                .param("me", by.membershipId())
                .query(Long.class)
                .single();
        TunnelRecording before = readTunnel(by, subdomain.get(), "for update of c");
        boolean asTheTeam = mode == null && !privately;
        boolean isNew = before.mode() == null && !before.privately();
        if (isNew && !asTheTeam && count(by) >= MAX_NAMES_PER_MEMBER) {
            return Outcome.refused(Refusal.conflict(
                    "subdomain",
                    "You have " + MAX_NAMES_PER_MEMBER
                            + " names with rules of their own. Set one back to the team’s first."));
        }
        TunnelRecording after =
                new TunnelRecording(by.membershipId(), by.email(), subdomain.get(), mode, privately, before.live());
        if (!after.equals(before)) {
            write(after, asTheTeam);
            audit.record(Actor.of(by, address)
                    .event("recording.name_changed")
                    .in(by.teamId())
                    .on(subdomain.get())
                    .with("mode", word(mode, "as the team"))
                    .with("private", privately ? "yes" : "no"));
            tell();
        }
        return Outcome.done(after);
    }

    /** What is stored now. */
    @Transactional(readOnly = true)
    public RecordingUse use(long teamId) {
        return new RecordingUse(database.sql("""
                        select day, exchange_count, stored_bytes from capture_usage
                        where team_id = :team order by day desc limit 366
                        """)
                .param("team", teamId)
                .query((row, number) -> new RecordingUse.Day(
                        row.getObject("day", LocalDate.class),
                        row.getLong("exchange_count"),
                        row.getLong("stored_bytes")))
                .list()
                .reversed());
    }

    private Optional<TeamRecording> read(long teamId, String lock) {
        return database.sql("""
                        select mode, redact_headers, redact_parameters, redact_json, encrypted, max_bytes, audit_bodies
                        from team_capture where team_id = :team
                        """ + lock)
                .param("team", teamId)
                .query((row, number) -> new TeamRecording(
                        mode(row),
                        texts(row.getArray("redact_headers")),
                        texts(row.getArray("redact_parameters")),
                        texts(row.getArray("redact_json")),
                        row.getBoolean("encrypted"),
                        row.getObject("max_bytes", Long.class),
                        row.getBoolean("audit_bodies")))
                .optional();
    }

    private void write(long teamId, TeamRecording rules) {
        @Nullable RecordingMode mode = rules.mode();
        database.sql("""
                        insert into team_capture (team_id, mode, redact_headers, redact_parameters, redact_json, encrypted,
                                                  max_bytes, audit_bodies)
                        values (:team, :mode, cast(:headers as text[]), cast(:parameters as text[]), cast(:paths as text[]),
                                :encrypted, :max, :audit)
                        on conflict (team_id) do update set mode = excluded.mode, redact_headers = excluded.redact_headers,
                            redact_parameters = excluded.redact_parameters, redact_json = excluded.redact_json,
                            encrypted = excluded.encrypted, max_bytes = excluded.max_bytes,
                            audit_bodies = excluded.audit_bodies, updated_at = now()
                        """)
                .param("team", teamId)
                .param("mode", mode == null ? null : mode.text())
                .param("headers", rules.headers().toArray(String[]::new))
                .param("parameters", rules.parameters().toArray(String[]::new))
                .param("paths", rules.jsonPaths().toArray(String[]::new))
                .param("encrypted", rules.encrypted())
                .param("max", rules.maxBytes())
                .param("audit", rules.auditBodies())
                .update();
    }

    private TunnelRecording readTunnel(Member member, String subdomain, String lock) {
        boolean live = database.sql("select exists (select from connection where team_id = :team"
                        + " and membership_id = :me and status = 'active' and subdomain = :name)")
                .param("team", member.teamId())
                .param("me", member.membershipId())
                .param("name", subdomain)
                .query(Boolean.class)
                .single();
        return database.sql("select c.membership_id, :email as email, c.subdomain, c.mode, c.private, :live as live"
                        + " from tunnel_capture c where c.membership_id = :me and c.subdomain = :name " + lock)
                .param("email", member.email())
                .param("live", live)
                .param("me", member.membershipId())
                .param("name", subdomain)
                .query(Recordings::tunnel)
                .optional()
                .orElseGet(
                        () -> new TunnelRecording(member.membershipId(), member.email(), subdomain, null, false, live));
    }

    /** A name that is as the team has no row. */
    private void write(TunnelRecording rules, boolean asTheTeam) {
        @Nullable RecordingMode mode = rules.mode();
        if (asTheTeam) {
            database.sql("delete from tunnel_capture where membership_id = :me and subdomain = :name")
                    .param("me", rules.membershipId())
                    .param("name", rules.subdomain())
                    .update();
            return;
        }
        database.sql("""
                        insert into tunnel_capture (membership_id, subdomain, mode, private)
                        values (:me, :name, :mode, :private)
                        on conflict (membership_id, subdomain)
                        do update set mode = excluded.mode, private = excluded.private, updated_at = now()
                        """)
                .param("me", rules.membershipId())
                .param("name", rules.subdomain())
                .param("mode", mode == null ? null : mode.text())
                .param("private", rules.privately())
                .update();
    }

    private long count(Member member) {
        return database.sql("select count(*) from tunnel_capture where membership_id = :me")
                .param("me", member.membershipId())
                .query(Long.class)
                .single();
    }

    /** Delivered when the transaction commits; who misses it looks again by the clock. */
    private void tell() {
        database.sql("notify portr_capture").update();
    }

    /** What changed, for the audit log: the new values, which are names and no secrets. */
    private static Map<String, String> changes(TeamRecording before, TeamRecording after) {
        Map<String, String> changes = new LinkedHashMap<>();
        if (before.mode() != after.mode()) {
            changes.put("mode", word(after.mode(), "as the gateway"));
        }
        list(changes, "redact_headers", before.headers(), after.headers());
        list(changes, "redact_parameters", before.parameters(), after.parameters());
        list(changes, "redact_json", before.jsonPaths(), after.jsonPaths());
        if (before.encrypted() != after.encrypted()) {
            changes.put("encrypted", after.encrypted() ? "yes" : "no");
        }
        if (!Objects.equals(before.maxBytes(), after.maxBytes())) {
            changes.put(
                    "max_bytes",
                    after.maxBytes() == null
                            ? "as the gateway"
                            : after.maxBytes().toString());
        }
        if (before.auditBodies() != after.auditBodies()) {
            changes.put("audit_bodies", after.auditBodies() ? "yes" : "no");
        }
        return changes;
    }

    private static void list(Map<String, String> changes, String field, List<String> before, List<String> after) {
        if (!before.equals(after)) {
            changes.put(field, after.isEmpty() ? "none" : String.join(", ", after));
        }
    }

    private static String word(@Nullable RecordingMode mode, String without) {
        return mode == null ? without : mode.text();
    }

    private static Optional<String> subdomain(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return SUBDOMAIN.matcher(name).matches() ? Optional.of(name) : Optional.empty();
    }

    private static TunnelRecording tunnel(ResultSet row, int number) throws SQLException {
        return new TunnelRecording(
                row.getLong("membership_id"),
                row.getString("email"),
                row.getString("subdomain"),
                mode(row),
                row.getBoolean("private"),
                row.getBoolean("live"));
    }

    private static @Nullable RecordingMode mode(ResultSet row) throws SQLException {
        @Nullable String text = row.getString("mode");
        return text == null ? null : RecordingMode.parse(text).orElseThrow();
    }

    private static List<String> texts(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }
}
