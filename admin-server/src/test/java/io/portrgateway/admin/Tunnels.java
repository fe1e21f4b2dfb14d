package io.portrgateway.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Puts connections into the database as tunnel-server would have left them. */
final class Tunnels {

    private static final AtomicLong COUNT = new AtomicLong();

    private final Gateway gateway;

    Tunnels(Gateway gateway) {
        this.gateway = gateway;
    }

    /** A live http tunnel of the member, opened now, with one session from 192.0.2.1; {@code more} are columns and values. */
    String live(long membershipId, String subdomain, Object... more) {
        Map<String, Object> row = new HashMap<>();
        row.put("type", "http");
        row.put("subdomain", subdomain);
        row.put("status", "active");
        row.put("session_count", 1);
        row.put("client_address", "192.0.2.1");
        row.put("started_at", time(Duration.ZERO));
        return insert(membershipId, row, more);
    }

    /** A past http tunnel that was opened so long ago and closed by its client a minute later. */
    String past(long membershipId, String subdomain, Duration ago, Object... more) {
        Map<String, Object> row = new HashMap<>();
        row.put("type", "http");
        row.put("subdomain", subdomain);
        row.put("status", "closed");
        row.put("close_reason", "client");
        row.put("client_address", "192.0.2.1");
        row.put("created_at", time(ago));
        row.put("started_at", time(ago));
        row.put("closed_at", time(ago.minusMinutes(1)));
        return insert(membershipId, row, more);
    }

    /** Says that a node serves the tunnel, for the next hour; answers its id. */
    String serve(String id) {
        gateway.sql().sql("""
                        insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                        select 'http:' || subdomain, id, membership_id, 'node', 1, now() + interval '1 hour'
                        from connection where id = ?
                        """).param(id).update();
        return id;
    }

    void update(String id, String assignments) {
        gateway.sql()
                .sql("update connection set " + assignments + " where id = :id")
                .param("id", id)
                .update();
    }

    void removeAll() {
        gateway.sql().sql("delete from connection").update();
        gateway.sql().sql("delete from tunnel_command").update();
    }

    static OffsetDateTime time(Duration ago) {
        return Instant.now().minus(ago).atOffset(ZoneOffset.UTC);
    }

    private String insert(long membershipId, Map<String, Object> row, Object... more) {
        for (int i = 0; i < more.length; i += 2) {
            row.put((String) more[i], more[i + 1]);
        }
        String id = "01TUNNEL%018d".formatted(COUNT.incrementAndGet());
        gateway.sql()
                .sql("insert into connection (id, membership_id, team_id, " + String.join(", ", row.keySet())
                        + ") select :id, m.id, m.team_id, "
                        + row.keySet().stream().map(column -> ":" + column).collect(Collectors.joining(", "))
                        + " from membership m where m.id = :membership")
                .params(row)
                .param("id", id)
                .param("membership", membershipId)
                .update();
        return id;
    }
}
