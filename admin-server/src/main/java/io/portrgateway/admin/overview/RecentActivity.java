package io.portrgateway.admin.overview;

import io.portrgateway.admin.audit.AuditWords;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What happened last in a team: tunnels that opened and closed, and changes from the audit trail; of those, a member without
 * rights sees their own. Each part reads a few rows from the end of an index. Thread-safe.
 */
@Component
class RecentActivity {

    private static final int LIMIT = 8;

    private final JdbcClient database;
    private final PublicAddresses addresses;

    RecentActivity(JdbcClient database, AdminSettings settings) {
        this.database = database;
        this.addresses = settings.publicAddresses();
    }

    /** One line. {@code what} is the thing, {@code how} what happened to it. */
    record Item(Instant at, String icon, String tone, String who, String how, String what) {}

    private record TunnelRow(
            OffsetDateTime at,
            boolean opened,
            @Nullable String subdomain,
            @Nullable Integer port,
            @Nullable String reason,
            String email) {}

    private record AuditRow(OffsetDateTime at, String actor, String action, String subject) {}

    /** Newest first. */
    List<Item> of(Member member) {
        Stream<Item> tunnels = tunnels(member.teamId()).stream().map(this::item);
        Stream<Item> changes = changes(member).stream().map(RecentActivity::item);
        return Stream.concat(tunnels, changes)
                .sorted(Comparator.comparing(Item::at).reversed())
                .limit(LIMIT)
                .toList();
    }

    private List<TunnelRow> tunnels(long teamId) {
        return database.sql("""
                        with opened as (
                            select started_at as at, true as opened, subdomain, port, null as reason, membership_id
                            from connection where team_id = :team and started_at is not null
                            order by created_at desc, id limit :limit),
                        closed as (
                            select closed_at, false, subdomain, port, close_reason, membership_id
                            from connection where team_id = :team and status = 'closed' and started_at is not null
                            order by closed_at desc limit :limit)
                        select t.at, t.opened, t.subdomain, t.port, t.reason, u.email
                        from (select * from opened union all select * from closed) t
                        join membership m on m.id = t.membership_id
                        join app_user u on u.id = m.user_id
                        order by t.at desc limit :limit
                        """)
                .param("team", teamId)
                .param("limit", LIMIT)
                .query(new DataClassRowMapper<TunnelRow>(TunnelRow.class))
                .list();
    }

    private List<AuditRow> changes(Member member) {
        return database.sql("""
                        select occurred_at as at, actor_label as actor, action, subject
                        from audit_event
                        where team_id = :team and (:all or actor_id = :user)
                        order by occurred_at desc, id desc limit :limit
                        """)
                .param("team", member.teamId())
                .param("all", member.mayAdministerTeam())
                .param("user", member.userId())
                .param("limit", LIMIT)
                .query(new DataClassRowMapper<AuditRow>(AuditRow.class))
                .list();
    }

    private Item item(TunnelRow row) {
        String name = row.subdomain() != null
                ? addresses.tunnelUrl(row.subdomain()).replaceFirst("^https?://", "")
                : addresses.tunnelAddress(row.port() == null ? 0 : row.port());
        return row.opened()
                ? new Item(row.at().toInstant(), "tunnel", "good", row.email(), "opened", name)
                : new Item(row.at().toInstant(), "tunnel", "", row.email(), ending(row.reason()), name);
    }

    private static String ending(@Nullable String reason) {
        return switch (reason == null ? "" : reason) {
            case "lost" -> "lost the connection of";
            case "taken_over" -> "moved to another session";
            case "revoked", "key_removed" -> "lost the right to";
            case "disconnected" -> "was disconnected from";
            default -> "closed";
        };
    }

    private static Item item(AuditRow row) {
        boolean oneself = row.subject().equals(row.actor());
        String how = oneself ? AuditWords.onOneself(row.action()) : AuditWords.of(row.action());
        String what = oneself ? "" : row.subject();
        return new Item(
                row.at().toInstant(),
                "audit",
                "",
                row.actor(),
                Character.toLowerCase(how.charAt(0)) + how.substring(1),
                what);
    }
}
