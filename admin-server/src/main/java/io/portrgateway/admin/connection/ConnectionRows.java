package io.portrgateway.admin.connection;

import io.portrgateway.admin.team.Member;
import java.sql.Types;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The statements on {@code connection} and {@code lease}. Plain SQL and no entity: tunnel-server writes most columns of the
 * one and all of the other, so there is no object state to keep in step.
 */
@Component
final class ConnectionRows {

    private final JdbcClient database;

    ConnectionRows(JdbcClient database) {
        this.database = database;
    }

    /** Who may serve a name now; {@code held} when nobody serves it but it waits for its owner. */
    record LiveLease(long membershipId, boolean held, long seconds) {}

    /** A name asked for, whose SSH session has not come yet. */
    record Pending(String id, long membershipId) {}

    /** An expired lease is no lease, whatever the state of its connection: its owner is dead. */
    Optional<LiveLease> liveLease(String subdomain) {
        return database.sql("""
                        select membership_id, node is null as held,
                               ceil(extract(epoch from expires_at - now()))::bigint as seconds
                        from lease
                        where name = 'http:' || :subdomain and expires_at > now()
                        """)
                .param("subdomain", subdomain)
                .query(LiveLease.class)
                .optional();
    }

    Optional<Pending> pending(String subdomain) {
        return database.sql("""
                        select id, membership_id from connection
                        where subdomain = :subdomain and status = 'reserved'
                        """)
                .param("subdomain", subdomain)
                .query(Pending.class)
                .optional();
    }

    /** Starts the pending row's time anew, so that the reaper does not take it while its client is on the way. */
    boolean keep(String id) {
        return database.sql("update connection set updated_at = now() where id = :id and status = 'reserved'")
                        .param("id", id)
                        .update()
                == 1;
    }

    void insert(String id, String type, @Nullable String subdomain, Member member) {
        database.sql("""
                        insert into connection (id, type, subdomain, membership_id, team_id)
                        values (:id, :type, :subdomain, :membership, :team)
                        """)
                .param("id", id)
                .param("type", type)
                .param("subdomain", subdomain)
                .param("membership", member.membershipId())
                .param("team", member.teamId())
                .update();
    }

    /** Removes what was asked for and never claimed; of one name, or of all. */
    int removeExpired(@Nullable String subdomain, long maxAgeSeconds) {
        return database.sql("""
                        delete from connection
                        where status = 'reserved' and updated_at < now() - make_interval(secs => :age)
                          and (cast(:subdomain as text) is null or subdomain = :subdomain)
                        """)
                .param("age", (double) maxAgeSeconds)
                .param("subdomain", subdomain)
                .update();
    }

    /** Whether this transaction is the only one doing the job of that name, over all replicas. */
    boolean tryLock(String job) {
        return database.sql("select pg_try_advisory_xact_lock(hashtext(:job))")
                .param("job", job)
                .query(Boolean.class)
                .single();
    }

    List<LiveTunnel> live(long teamId, int limit) {
        return database.sql("""
                        select c.id, c.type, c.subdomain, c.port, c.origin, u.email as owner, c.client_address,
                               c.session_count, c.request_count, c.to_visitor_bytes, c.to_upstream_bytes,
                               coalesce(c.started_at, c.created_at) as started_at
                        from connection c
                        join lease l on l.connection_id = c.id
                        join membership m on m.id = c.membership_id
                        join app_user u on u.id = m.user_id
                        where c.team_id = :team and c.status = 'active' and l.node is not null and l.expires_at > now()
                        order by started_at desc, c.id desc
                        limit :limit
                        """)
                .param("team", teamId)
                .param("limit", limit)
                .query(new DataClassRowMapper<LiveTunnel>(LiveTunnel.class))
                .list();
    }

    /**
     * What a team's connections are like: two equal fingerprints mean that nothing changed between them.
     *
     * @param count of live tunnels
     */
    record Live(long teamId, int count, String fingerprint) {}

    /** One answer per team. Only open tunnels are looked at, so it costs what they are, not what there ever was. */
    Map<Long, Live> live(Collection<Long> teamIds) {
        return database
                .sql("""
                        select t.team_id, o.count, o.sum || '.' || coalesce(extract(epoch from n.newest)::text, '')
                               as fingerprint
                        from unnest(:teams::bigint[]) as t (team_id)
                        cross join lateral (
                            select count(*) filter (where c.status = 'active') as count,
                                   coalesce(sum(hashtextextended(
                                       concat_ws('|', c.id, c.status, c.session_count, c.request_count,
                                                 c.to_visitor_bytes, c.to_upstream_bytes, c.error_count), 0)::numeric), 0)
                                       as sum
                            from connection c
                            where c.team_id = t.team_id and c.status in ('active', 'reserved')) o
                        cross join lateral (
                            select max(c.created_at) as newest from connection c where c.team_id = t.team_id) n
                        """)
                .param("teams", teamIds.toArray(Long[]::new))
                .query(new DataClassRowMapper<Live>(Live.class))
                .list()
                .stream()
                .collect(Collectors.toMap(Live::teamId, Function.identity()));
    }

    /** For how long the dashboard still refuses what the client asks for, in seconds; 0 when it does not. */
    long heldSeconds(long membershipId, String type, @Nullable String subdomain) {
        return database.sql("""
                        select coalesce(ceil(extract(epoch from max(t.hold_until) - clock_timestamp())), 0)::bigint
                        from tunnel_command t
                        left join connection c on c.id = t.connection_id
                        where t.hold_until > clock_timestamp()
                          and (t.membership_id = :membership
                               or (c.membership_id = :membership and c.type = :type
                                   and (c.subdomain = :subdomain or (c.type = 'tcp' and c.origin = 'portr'))))
                        """)
                .param("membership", membershipId)
                .param("type", type)
                .param("subdomain", subdomain, Types.VARCHAR)
                .query(Long.class)
                .single();
    }

    /** Removes past tunnels, and the commands that nobody reads any more; at most {@code limit} of each. */
    int removePast(double maxAgeSeconds, int limit) {
        return database.sql("""
                        delete from connection where id in (
                            select c.id from connection c
                            where c.status = 'closed' and c.closed_at < now() - make_interval(secs => :age)
                              and not exists (select from lease l where l.connection_id = c.id)
                            order by c.closed_at limit :limit)
                        """)
                .param("age", maxAgeSeconds)
                .param("limit", limit)
                .update();
    }

    int removeOldCommands() {
        return database.sql("delete from tunnel_command where created_at < now() - interval '1 day'")
                .update();
    }

    /** Whether the member ever had a tunnel. */
    boolean hadAny(long membershipId) {
        return database.sql(
                        "select exists (select from connection where membership_id = :id and started_at is not null)")
                .param("id", membershipId)
                .query(Boolean.class)
                .single();
    }
}
