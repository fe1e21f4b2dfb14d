package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.BodySample;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedExchange.Phases;
import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import io.portrgateway.tunnel.capture.Words;
import io.portrgateway.tunnel.registry.Owner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Statements on the tables of recorded exchanges. Each runs in its caller's transaction. Stateless. */
final class ExchangeSql {

    private static final String INSERT = """
            insert into exchange (id, started_at, team_id, membership_id, connection_id, session, node, hostname,
                authority, visitor_address, scheme, http_version, tls, method, target, status, outcome,
                request_headers, request_trailers, response_headers, response_trailers, request_bytes, response_bytes,
                queued_micros, request_micros, first_byte_micros, duration_micros, words, replay_of)
            select ?::text, ?::timestamptz, ?::bigint, ?::bigint, ?::text, ?::text, ?::text, ?::text,
                ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::smallint, ?::text,
                ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?::bigint, ?::bigint,
                ?::bigint, ?::bigint, ?::bigint, ?::bigint, array_to_tsvector(?::text[]), ?::text
            """;
    /** For a batch that may be there already: the connection broke while it was being committed. */
    private static final String UNLESS_THERE =
            " where not exists (select from exchange e where e.id = ? and e.started_at = ?::timestamptz)";

    private static final String INSERT_BODY = """
            insert into exchange_body (exchange_id, started_at, team_id, direction, total_bytes, truncated, content)
            values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """;

    /** A crash of the database may cost the last half second of records; waiting for its disk would cost more. */
    private static final String NOTIFY =
            "select pg_notify('portr_exchange', ?), set_config('synchronous_commit', 'off', true)";

    /** Its key is one of its own among all advisory locks. */
    private static final String LOCK_SEQ = "select pg_advisory_xact_lock(hashtext('portr_exchange_seq'))";

    private static final int COLUMN_COUNT = 29;
    /** A notification's payload has to stay below 8000 bytes. */
    private static final int TEAMS_PER_NOTIFICATION = 300;

    private ExchangeSql() {}

    /** Stores the batch and tells whoever listens which teams have something new. */
    static int insert(Connection connection, String node, List<RecordedExchange> batch, boolean again)
            throws SQLException {
        // Before the lock, as what may take long
        insertBodies(connection, batch);
        try (PreparedStatement insert = connection.prepareStatement(again ? INSERT + UNLESS_THERE : INSERT)) {
            for (RecordedExchange record : batch) {
                set(insert, node, record);
                if (again) {
                    insert.setString(COLUMN_COUNT + 1, record.id());
                    insert.setObject(COLUMN_COUNT + 2, record.startedAt().atOffset(ZoneOffset.UTC));
                }
                insert.addBatch();
            }
            lockSeq(connection);
            insert.executeBatch();
        }
        announce(connection, batch);
        return batch.size();
    }

    /**
     * Until the end of the transaction no other one gives exchanges their {@code seq}, so that it rises in the order of
     * commit, whatever node writes: whoever reads on from the highest that they saw misses nothing.
     */
    private static void lockSeq(Connection connection) throws SQLException {
        try (Statement lock = connection.createStatement()) {
            lock.execute(LOCK_SEQ);
        }
    }

    private static void set(PreparedStatement insert, String node, RecordedExchange record) throws SQLException {
        Owner owner = record.lease().owner();
        Request request = record.request();
        Response response = record.response();
        Phases phases = record.phases();
        int at = 0;
        insert.setString(++at, record.id());
        insert.setObject(++at, record.startedAt().atOffset(ZoneOffset.UTC));
        insert.setLong(++at, owner.teamId());
        insert.setLong(++at, owner.membershipId());
        insert.setString(++at, record.lease().tunnelId().value());
        insert.setString(++at, record.session());
        insert.setString(++at, node);
        insert.setString(++at, hostname(request.authority()));
        insert.setString(++at, request.authority());
        insert.setString(++at, request.visitorAddress());
        insert.setString(++at, request.scheme());
        insert.setString(++at, request.httpVersion());
        insert.setString(++at, request.tls());
        insert.setString(++at, request.method());
        insert.setString(++at, request.target());
        setNumber(insert, ++at, response.status() == 0 ? null : (long) response.status());
        insert.setString(++at, record.outcome().columnValue());
        insert.setString(++at, JsonText.of(request.headers()));
        insert.setString(++at, JsonText.of(response.requestTrailers()));
        insert.setString(++at, JsonText.of(response.headers()));
        insert.setString(++at, JsonText.of(response.trailers()));
        insert.setLong(++at, response.requestBytes());
        insert.setLong(++at, response.responseBytes());
        setNumber(insert, ++at, phases.queuedMicros());
        setNumber(insert, ++at, phases.requestMicros());
        setNumber(insert, ++at, phases.firstByteMicros());
        insert.setLong(++at, phases.durationMicros());
        insert.setArray(
                ++at,
                insert.getConnection().createArrayOf("text", Words.of(record).toArray()));
        insert.setString(++at, request.replayOf());
    }

    private static void setNumber(PreparedStatement insert, int at, @Nullable Long number) throws SQLException {
        if (number == null) {
            insert.setNull(at, Types.BIGINT);
        } else {
            insert.setLong(at, number);
        }
    }

    private static String hostname(String authority) {
        int colon = authority.indexOf(':');
        return (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
    }

    private static void insertBodies(Connection connection, List<RecordedExchange> batch) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_BODY)) {
            boolean any = false;
            for (RecordedExchange record : batch) {
                any |= addBody(insert, record, "toUpstream", record.response().requestBody());
                any |= addBody(insert, record, "toVisitor", record.response().body());
            }
            if (any) {
                insert.executeBatch();
            }
        }
    }

    private static boolean addBody(PreparedStatement insert, RecordedExchange record, String direction, BodySample body)
            throws SQLException {
        if (body.keptBytes() == 0) {
            return false;
        }
        insert.setString(1, record.id());
        insert.setObject(2, record.startedAt().atOffset(ZoneOffset.UTC));
        insert.setLong(3, record.lease().owner().teamId());
        insert.setString(4, direction);
        insert.setLong(5, body.totalBytes());
        insert.setBoolean(6, body.isTruncated());
        insert.setBytes(7, body.kept());
        insert.addBatch();
        return true;
    }

    private static void announce(Connection connection, List<RecordedExchange> batch) throws SQLException {
        List<String> teams = batch.stream()
                .map(record -> Long.toString(record.lease().owner().teamId()))
                .distinct()
                .toList();
        try (PreparedStatement notify = connection.prepareStatement(NOTIFY)) {
            for (int from = 0; from < teams.size(); from += TEAMS_PER_NOTIFICATION) {
                notify.setString(
                        1,
                        teams.stream().skip(from).limit(TEAMS_PER_NOTIFICATION).collect(Collectors.joining(",")));
                notify.execute();
            }
        }
    }

    /** Makes the partitions of the next days. */
    static boolean ensurePartitions(Connection connection, int daysAhead) throws SQLException {
        try (PreparedStatement call = connection.prepareStatement("select ensure_exchange_partitions(?)")) {
            call.setInt(1, daysAhead);
            return call.execute();
        }
    }

    /** Drops the oldest day when it is older than so many days; answers how many tables that were. */
    static int dropOldestDay(Connection connection, long keptDays) throws SQLException {
        try (Statement limit = connection.createStatement();
                PreparedStatement drop = connection.prepareStatement("""
                select drop_exchange_partitions(oldest.day + 1)
                from (select min(to_date(right(c.relname, 8), 'YYYYMMDD')) as day
                      from pg_inherits i join pg_class c on c.oid = i.inhrelid
                      where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass)) oldest
                where oldest.day < (now() at time zone 'UTC')::date - ?::integer
                """)) {
            // Whoever reads the table must not make the writers wait behind this
            limit.execute("set local lock_timeout = '1s'");
            drop.setLong(1, keptDays);
            try (var row = drop.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }
}
