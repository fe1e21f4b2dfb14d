package io.portrgateway.tunnel.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Traffic of each team over time, in buckets of five minutes. The same deltas that are added to the connections are added
 * here, in the same transaction, so that both tell the same story. Stateless.
 */
final class Traffic {

    private Traffic() {}

    /** Adds to the buckets of now, one row per team; teams in order, so that nodes do not wait for each other in a circle. */
    static void add(Connection connection, List<Usage.Delta> deltas) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into traffic (team_id, bucket, request_count, to_visitor_bytes, to_upstream_bytes)
                select c.team_id, date_bin('5 minutes', now(), timestamptz 'epoch'),
                       sum(d.request_count), sum(d.to_visitor_bytes), sum(d.to_upstream_bytes)
                from unnest(?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
                         as d (id, request_count, to_visitor_bytes, to_upstream_bytes)
                join connection c on c.id = d.id
                where d.request_count <> 0 or d.to_visitor_bytes <> 0 or d.to_upstream_bytes <> 0
                group by c.team_id
                order by c.team_id
                on conflict (team_id, bucket) do update
                set request_count = traffic.request_count + excluded.request_count,
                    to_visitor_bytes = traffic.to_visitor_bytes + excluded.to_visitor_bytes,
                    to_upstream_bytes = traffic.to_upstream_bytes + excluded.to_upstream_bytes
                """)) {
            insert.setArray(1, array(connection, "text", deltas, Usage.Delta::connectionId));
            insert.setArray(2, array(connection, "bigint", deltas, Usage.Delta::requestCount));
            insert.setArray(3, array(connection, "bigint", deltas, Usage.Delta::toVisitorBytes));
            insert.setArray(4, array(connection, "bigint", deltas, Usage.Delta::toUpstreamBytes));
            insert.executeUpdate();
        }
    }

    /** Removes what is older than the retention; answers how many rows that were. */
    static int prune(Connection connection, Duration retention) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from traffic where bucket < now() - ? * interval '1 second'")) {
            delete.setLong(1, retention.toSeconds());
            return delete.executeUpdate();
        }
    }

    private static Array array(
            Connection connection, String type, List<Usage.Delta> deltas, Function<Usage.Delta, Object> field)
            throws SQLException {
        return connection.createArrayOf(type, deltas.stream().map(field).toArray());
    }
}
