package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedExchange.Continuation;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import io.portrgateway.tunnel.config.StoreConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Completes the rows of streams, which were written when those began. Each statement runs in its caller's transaction,
 * which has {@link ExchangeSql#lockSeq} already or takes it here. Stateless.
 */
final class OpenExchanges {

    /** Says that the node that recorded a stream is gone, so that nobody knows its end. */
    static final String NODE_LOST = "node-lost";

    private static final String COMPLETE = """
            update exchange set seq = nextval('exchange_seq'), outcome = ?, status = ?, request_trailers = ?::jsonb,
                response_trailers = ?::jsonb, request_bytes = ?, response_bytes = ?, request_micros = ?,
                first_byte_micros = ?, duration_micros = ?, frame_count = ?, words = array_to_tsvector(?::text[]),
                sealed_by = coalesce(?, sealed_by), sealed_heads = coalesce(?, sealed_heads)
            where id = ? and started_at = ?
            """;

    /** The last frame is the last that is known of such a stream. */
    private static final String END = """
            with lost as (
                update exchange e set seq = nextval('exchange_seq'), outcome = '%s',
                    duration_micros = greatest(e.duration_micros, coalesce((
                        select max(f.at_micros) from exchange_frame f
                        where f.started_at = e.started_at and f.exchange_id = e.id), 0))
                where e.outcome = 'open' and %s
                returning e.team_id
            )
            select count(*), count(pg_notify('portr_exchange', team_id::text)) from lost
            """;

    private static final String OF_THIS_NODE = END.formatted(NODE_LOST, "e.node = ?");

    private static final String OF_DEAD_NODES = END.formatted(NODE_LOST, """
            e.node <> ? and e.started_at < now() - interval '1 minute'
            and not exists (select from node n where n.id = e.node
                            and n.seen_at > now() - ? * interval '1 millisecond')
            """);

    private OpenExchanges() {}

    /** Writes the ends of streams; answers those that have no row. */
    static List<RecordedExchange> complete(Connection connection, List<RecordedExchange> ends, CaptureBatch.Keys keys)
            throws SQLException {
        List<RecordedExchange> missing = new ArrayList<>();
        try (PreparedStatement update = connection.prepareStatement(COMPLETE)) {
            for (RecordedExchange end : ends) {
                set(update, end, keys.of(end.teamId()));
                update.addBatch();
            }
            ExchangeSql.lockSeq(connection);
            int[] counts = update.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 0) {
                    missing.add(ends.get(i));
                }
            }
        }
        return missing;
    }

    private static void set(PreparedStatement update, RecordedExchange end, @Nullable DataKey key) throws SQLException {
        Response response = end.response();
        int at = 0;
        update.setString(++at, end.outcome().columnValue());
        ExchangeSql.setNumber(update, ++at, response.status() == 0 ? null : (long) response.status());
        update.setString(++at, key == null ? JsonText.of(response.requestTrailers()) : "[]");
        update.setString(++at, key == null ? JsonText.of(response.trailers()) : "[]");
        update.setLong(++at, response.requestBytes());
        update.setLong(++at, response.responseBytes());
        ExchangeSql.setNumber(update, ++at, end.phases().requestMicros());
        ExchangeSql.setNumber(update, ++at, end.phases().firstByteMicros());
        update.setLong(++at, end.phases().durationMicros());
        ExchangeSql.setNumber(update, ++at, frameCount(end));
        update.setArray(++at, ExchangeSql.words(update, end, key));
        update.setString(++at, key == null ? null : key.id());
        update.setBytes(++at, key == null ? null : ExchangeSql.sealed(key, end.id(), ExchangeSql.heads(end)));
        update.setString(++at, end.id());
        update.setObject(++at, end.startedAt().atOffset(ZoneOffset.UTC));
    }

    /** What the end of a stream says; null for everything else. */
    static @Nullable Long frameCount(RecordedExchange record) {
        @Nullable Continuation continuation = record.continuation();
        return continuation == null ? null : continuation.frameCount();
    }

    /** Ends what this node left behind the last time; before it writes anything. */
    static int endOwn(Connection connection, String nodeId) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(OF_THIS_NODE)) {
            update.setString(1, nodeId);
            return count(connection, update);
        }
    }

    /** Ends what other nodes left behind that are not seen any more. */
    static int endOfDeadNodes(Connection connection, StoreConfig config) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(OF_DEAD_NODES)) {
            update.setString(1, config.nodeId());
            update.setLong(2, config.leaseTtl().multipliedBy(2).toMillis());
            return count(connection, update);
        }
    }

    private static int count(Connection connection, PreparedStatement update) throws SQLException {
        ExchangeSql.lockSeq(connection);
        try (ResultSet row = update.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
