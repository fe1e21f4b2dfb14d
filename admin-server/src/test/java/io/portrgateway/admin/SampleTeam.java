package io.portrgateway.admin;

import org.springframework.jdbc.core.simple.JdbcClient;

/** What a team in use looks like, written straight to the database as tunnel-server would: tunnels, traffic, changes. */
final class SampleTeam {

    private final JdbcClient sql;

    SampleTeam(Gateway gateway) {
        this.sql = gateway.sql();
    }

    /** A live tunnel of this member in the default team. */
    SampleTeam liveTunnel(String email, String subdomain, long requests, int minutes) {
        String id = "01ARZ3NDEKTSV4RRFFQ69" + "%05d".formatted(Math.floorMod(subdomain.hashCode(), 100_000));
        sql.sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at, created_at,
                                                request_count, to_visitor_bytes, to_upstream_bytes, session_count)
                        select :id, 'http', :subdomain, 'active', m.id, m.team_id, now() - make_interval(mins => :minutes),
                               now() - make_interval(mins => :minutes), :requests, :requests * 18000, :requests * 700, 1
                        from membership m join app_user u on u.id = m.user_id
                        join team t on t.id = m.team_id and t.slug = 'default-team'
                        where u.email = :email
                        """)
                .param("id", id)
                .param("subdomain", subdomain)
                .param("minutes", minutes)
                .param("requests", requests)
                .param("email", email)
                .update();
        sql.sql("""
                        insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                        select 'http:' || subdomain, id, membership_id, 'node-1', nextval('lease_epoch_seq'),
                               now() + interval '1 hour'
                        from connection where id = :id
                        """).param("id", id).update();
        return this;
    }

    /** Past tunnels of the default team, one every ten minutes, in the name of its oldest members. */
    SampleTeam pastTunnels(int count) {
        sql.sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at, created_at,
                                                closed_at, close_reason, request_count, to_visitor_bytes)
                        select upper(lpad(to_hex(n), 26, '0')), 'http', 'app-' || n % 50, 'closed', m.id, m.team_id,
                               now() - n * interval '10 minutes', now() - n * interval '10 minutes',
                               now() - n * interval '10 minutes' + interval '7 minutes',
                               (array ['client', 'client', 'lost'])[1 + n % 3], n % 900, n * 1000
                        from generate_series(1, :count) n
                        join lateral (
                            select m.id, m.team_id from membership m join team t on t.id = m.team_id
                            where t.slug = 'default-team' order by m.id offset n % 2 limit 1) m on true
                        """).param("count", count).update();
        return this;
    }

    /** A week of traffic that rises and falls with the day. */
    SampleTeam traffic() {
        sql.sql("""
                        insert into traffic (team_id, bucket, request_count, to_visitor_bytes, to_upstream_bytes)
                        select t.id, b, r.n, r.n * 21000, r.n * 2600
                        from team t
                        cross join generate_series(date_bin('5 minutes', now(), timestamptz 'epoch') - interval '7 days',
                                                   now(), interval '5 minutes') b
                        cross join lateral (
                            select (greatest(0, 60 * sin((extract(epoch from b) - 25200) / 86400 * 2 * pi())
                                    + 30 * sin(extract(epoch from b) / 2400) + 25))::bigint as n) r
                        where t.slug = 'default-team' and r.n > 0
                        on conflict do nothing
                        """).update();
        return this;
    }

    /** Some of what administrators do. */
    SampleTeam changes() {
        sql.sql("""
                        insert into audit_event (occurred_at, actor_id, actor_label, action, team_id, subject)
                        select now() - x.minutes * interval '1 minute', u.id, u.email, x.action, t.id, x.subject
                        from (values (4, 'subdomain.reserved', 'checkout'), (26, 'member.added', 'grace@example.com'))
                             as x (minutes, action, subject)
                        cross join team t cross join app_user u
                        where t.slug = 'default-team' and u.email = 'admin@localhost'
                        """).update();
        return this;
    }

    /** A node that serves. */
    SampleTeam node() {
        sql.sql("""
                        insert into node (id, started_at, seen_at) values ('node-1', now() - interval '26 hours', now())
                        on conflict do nothing
                        """).update();
        return this;
    }
}
