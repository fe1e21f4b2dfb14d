package io.portrgateway.tunnel.store;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.replay.Replay;
import io.portrgateway.tunnel.replay.Replay.Field;
import io.portrgateway.tunnel.replay.ReplayResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements on the table of replays. Each runs in its caller's transaction. Stateless. */
final class ReplaySql {

    private static final Gson JSON = new Gson();
    private static final int TUNNEL_COUNT = 1000;
    private static final int SWEEP_COUNT = 1000;

    /** A tunnel of this node that has something to send, and in how long. */
    record Due(TunnelId tunnelId, long millis) {}

    /**
     * A row taken to be sent.
     *
     * @param replay null when the row cannot be read
     * @param refusal why it is not sent; null when it is
     */
    record Taken(
            String id,
            TunnelId tunnelId,
            @Nullable Replay replay,
            @Nullable String refusal) {

        int bodyBytes() {
            return replay == null ? 0 : replay.bodyBytes();
        }
    }

    /** How much may be taken: so many rows, and bodies until they are that large together. */
    record Room(int count, long bytes) {}

    /** What is written about a row. */
    record Ended(String id, ReplayResult result) {}

    private ReplaySql() {}

    /** The tunnels of this node with rows that wait and are due within the time, the most urgent first. */
    static List<Due> due(Connection connection, String node, Duration within) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select r.connection_id, ceil(extract(epoch from min(r.not_before) - now()) * 1000)::bigint
                from replay r
                where r.state = 'waiting' and r.not_before <= now() + ? * interval '1 millisecond'
                  and exists (select from lease l where l.connection_id = r.connection_id and l.node = ?
                                and l.expires_at > now())
                group by r.connection_id
                order by min(r.not_before)
                limit ?
                """)) {
            query.setLong(1, within.toMillis());
            query.setString(2, node);
            query.setInt(3, TUNNEL_COUNT);
            List<Due> found = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    long millis = rows.getLong(2);
                    TunnelId.parse(rows.getString(1)).ifPresent(id -> found.add(new Due(id, millis)));
                }
            }
            return found;
        }
    }

    /**
     * Takes rows of one tunnel that are due; from now on they are this node's. A row of a batch without a rate has to wait
     * for the one before it, whichever tunnel that goes into.
     */
    static List<Taken> take(Connection connection, String node, int largestBytes, TunnelId tunnelId, Room room)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                with due as (
                    select w.id, w.not_before, w.batch_id, w.position, octet_length(w.body) as bytes from replay w
                    where w.connection_id = ? and w.state = 'waiting' and w.not_before <= now()
                      and not exists (
                          select from replay_batch b join replay e on e.batch_id = b.id
                          where b.id = w.batch_id and b.per_second is null
                            and e.position < w.position and e.state in ('waiting', 'running'))
                    order by w.not_before, w.batch_id, w.position
                    limit ?
                    for update of w skip locked
                ), taken as (
                    -- those that fit; the first one always does
                    select d.id from (
                        select id, sum(bytes) over (order by not_before, batch_id, position) - bytes as before from due) d
                    where d.before < ?
                ), begun as (
                    update replay r set state = 'running', started_at = clock_timestamp(), node = ?
                    from taken where r.id = taken.id
                    returning r.*
                )
                select b.id, b.team_id, b.original_id, b.method, b.target, b.headers::text, b.trailers::text,
                       case when octet_length(b.body) <= ? then b.body end,
                       (select e.scheme from exchange e
                        where e.id = b.original_id and e.started_at = b.original_started_at and e.team_id = b.team_id)
                from begun b
                order by b.not_before, b.batch_id, b.position
                """)) {
            update.setString(1, tunnelId.value());
            update.setInt(2, room.count());
            update.setLong(3, room.bytes());
            update.setString(4, node);
            update.setInt(5, largestBytes);
            List<Taken> taken = new ArrayList<>();
            try (ResultSet rows = update.executeQuery()) {
                while (rows.next()) {
                    taken.add(read(rows, tunnelId));
                }
            }
            return taken;
        }
    }

    private static Taken read(ResultSet row, TunnelId tunnelId) throws SQLException {
        String id = row.getString(1);
        byte @Nullable [] body = row.getBytes(8);
        if (body == null) {
            return new Taken(id, tunnelId, null, ReplayResult.TOO_LARGE);
        }
        try {
            Replay.Head head = new Replay.Head(
                    row.getString(4), row.getString(5), fields(row.getString(6)), fields(row.getString(7)));
            Replay.Origin origin = new Replay.Origin(row.getLong(2), row.getString(3), row.getString(9));
            return new Taken(id, tunnelId, new Replay(id, tunnelId, origin, head, body), null);
        } catch (JsonParseException | IllegalArgumentException unreadable) {
            return new Taken(id, tunnelId, null, ReplayResult.INVALID);
        }
    }

    private static List<Field> fields(String json) {
        @Nullable String @Nullable [] @Nullable [] pairs = JSON.fromJson(json, String[][].class);
        if (pairs == null) {
            throw new IllegalArgumentException("fields: null (expected: pairs)");
        }
        List<Field> fields = new ArrayList<>(pairs.length);
        for (@Nullable String @Nullable [] pair : pairs) {
            if (pair == null || pair.length != 2 || pair[0] == null || pair[1] == null) {
                throw new IllegalArgumentException("field: " + Arrays.toString(pair) + " (expected: name and value)");
            }
            fields.add(new Field(pair[0], pair[1]));
        }
        return fields;
    }

    /** Writes what came of rows that this node has sent. */
    static void end(Connection connection, String node, List<Ended> ended) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update replay set state = ?, failure = ?, status = ?, exchange_id = ?, exchange_started_at = ?,
                                  finished_at = clock_timestamp()
                where id = ? and state = 'running' and node = ?
                """)) {
            for (Ended one : ended) {
                ReplayResult result = one.result();
                @Nullable Instant startedAt = result.exchangeStartedAt();
                update.setString(1, result.failure() == null ? "done" : "failed");
                update.setString(2, result.failure());
                if (result.status() == 0) {
                    update.setNull(3, Types.SMALLINT);
                } else {
                    update.setInt(3, result.status());
                }
                update.setString(4, result.exchangeId());
                update.setObject(5, startedAt == null ? null : startedAt.atOffset(ZoneOffset.UTC));
                update.setString(6, one.id());
                update.setString(7, node);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Gives up the rows whose tunnel is nowhere live; answers how many. */
    static int failOffline(Connection connection, Duration grace) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update replay r set state = 'failed', failure = ?, finished_at = clock_timestamp()
                where r.state = 'waiting' and r.id in (
                    select w.id from replay w
                    where w.state = 'waiting' and w.not_before <= now() - ? * interval '1 millisecond'
                      and w.created_at <= now() - ? * interval '1 millisecond'
                      and not exists (select from lease l where l.connection_id = w.connection_id
                                        and l.node is not null and l.expires_at > now())
                    limit ?
                    for update skip locked)
                """)) {
            update.setString(1, ReplayResult.OFFLINE);
            update.setLong(2, grace.toMillis());
            update.setLong(3, grace.toMillis());
            update.setInt(4, SWEEP_COUNT);
            return update.executeUpdate();
        }
    }

    /**
     * Gives up what runs nowhere any more: rows of nodes that are gone, and those that this node does not know of. The
     * service may have got them, so they are not sent again.
     */
    static int failLost(Connection connection, StoreConfig config, Collection<String> running) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update replay r set state = 'failed', failure = ?, finished_at = clock_timestamp()
                where r.state = 'running'
                  and (r.node = ? and r.id <> all (?)
                       or r.node <> ? and not exists (
                           select from node n
                           where n.id = r.node and n.seen_at > now() - 2 * ? * interval '1 millisecond'))
                """)) {
            update.setString(1, ReplayResult.NODE_LOST);
            update.setString(2, config.nodeId());
            update.setArray(3, connection.createArrayOf("text", running.toArray()));
            update.setString(4, config.nodeId());
            update.setLong(5, config.leaseTtl().toMillis());
            return update.executeUpdate();
        }
    }
}
