package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.BodySample;
import io.portrgateway.tunnel.capture.Direction;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedExchange.Phases;
import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import io.portrgateway.tunnel.capture.Words;
import io.portrgateway.tunnel.registry.Owner;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Statements on the tables of recorded exchanges. Each runs in its caller's transaction. Stateless. */
final class ExchangeSql {

    private static final String INSERT = """
            insert into exchange (id, started_at, team_id, membership_id, connection_id, session, node, hostname,
                authority, visitor_address, scheme, http_version, tls, method, target, status, outcome,
                request_headers, request_trailers, response_headers, response_trailers, request_bytes, response_bytes,
                queued_micros, request_micros, first_byte_micros, duration_micros, frame_count, words,
                replay_of, sealed_by, sealed_heads)
            select ?::text, ?::timestamptz, ?::bigint, ?::bigint, ?::text, ?::text, ?::text, ?::text,
                ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::smallint, ?::text,
                ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?::bigint, ?::bigint,
                ?::bigint, ?::bigint, ?::bigint, ?::bigint, ?::bigint, array_to_tsvector(?::text[]), ?::text,
                ?::text, ?::bytea
            """;
    /** For a batch that may be there already: the connection broke while it was being committed. */
    private static final String UNLESS_THERE =
            " where not exists (select from exchange e where e.id = ? and e.started_at = ?::timestamptz)";

    private static final String INSERT_BODY = """
            insert into exchange_body (exchange_id, started_at, team_id, direction, total_bytes, truncated, content,
                sealed_by)
            values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """;

    /** A crash of the database may cost the last half second of records; waiting for its disk would cost more. */
    private static final String NOTIFY =
            "select pg_notify('portr_exchange', ?), set_config('synchronous_commit', 'off', true)";

    /** Its key is one of its own among all advisory locks. */
    private static final String LOCK_SEQ = "select pg_advisory_xact_lock(hashtext('portr_exchange_seq'))";

    private static final int COLUMN_COUNT = 32;
    /** A notification's payload has to stay below 8000 bytes. */
    private static final int TEAMS_PER_NOTIFICATION = 300;

    private ExchangeSql() {}

    /** Stores the batch, tells whoever listens which teams have something new, and answers what was stored. */
    static ExchangeUsage insert(
            Connection connection, String node, List<RecordedExchange> batch, CaptureBatch.Keys keys, boolean again)
            throws SQLException {
        ExchangeUsage usage = new ExchangeUsage();
        // Before the lock, as what may take long
        insertBodies(connection, batch, keys, usage);
        insertRows(
                connection,
                node,
                batch.stream().filter(record -> !isEnd(record)).toList(),
                keys,
                again,
                usage);
        List<RecordedExchange> ends = batch.stream().filter(ExchangeSql::isEnd).toList();
        if (!ends.isEmpty()) {
            insertRows(connection, node, OpenExchanges.complete(connection, ends, keys), keys, true, usage);
        }
        usage.write(connection);
        announce(connection, batch.stream().map(RecordedExchange::teamId));
        return usage;
    }

    /** Whether it is the end of a stream, which has a row. */
    private static boolean isEnd(RecordedExchange record) {
        return record.continuation() != null;
    }

    private static void insertRows(
            Connection connection,
            String node,
            List<RecordedExchange> batch,
            CaptureBatch.Keys keys,
            boolean unlessThere,
            ExchangeUsage usage)
            throws SQLException {
        if (batch.isEmpty()) {
            return;
        }
        long[] headBytes = new long[batch.size()];
        try (PreparedStatement insert = connection.prepareStatement(unlessThere ? INSERT + UNLESS_THERE : INSERT)) {
            for (int i = 0; i < headBytes.length; i++) {
                RecordedExchange record = batch.get(i);
                headBytes[i] = set(insert, node, record, keys.of(record.teamId()));
                if (unlessThere) {
                    insert.setString(COLUMN_COUNT + 1, record.id());
                    insert.setObject(COLUMN_COUNT + 2, record.startedAt().atOffset(ZoneOffset.UTC));
                }
                insert.addBatch();
            }
            lockSeq(connection);
            int[] counts = insert.executeBatch();
            for (int i = 0; i < headBytes.length; i++) {
                if (counts[i] != 0) {
                    usage.add(batch.get(i).teamId(), batch.get(i).startedAt(), 1, headBytes[i]);
                }
            }
        }
    }

    /**
     * Until the end of the transaction no other one gives exchanges their {@code seq}, so that it rises in the order of
     * commit, whatever node writes: whoever reads on from the highest that they saw misses nothing.
     */
    static void lockSeq(Connection connection) throws SQLException {
        try (Statement lock = connection.createStatement()) {
            lock.execute(LOCK_SEQ);
        }
    }

    /** Answers how many bytes the heads take. */
    private static long set(PreparedStatement insert, String node, RecordedExchange record, @Nullable DataKey key)
            throws SQLException {
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
        List<String> heads = heads(record);
        for (String fields : heads) {
            insert.setString(++at, key == null ? fields : "[]");
        }
        insert.setLong(++at, response.requestBytes());
        insert.setLong(++at, response.responseBytes());
        setNumber(insert, ++at, phases.queuedMicros());
        setNumber(insert, ++at, phases.requestMicros());
        setNumber(insert, ++at, phases.firstByteMicros());
        insert.setLong(++at, phases.durationMicros());
        setNumber(insert, ++at, OpenExchanges.frameCount(record));
        insert.setArray(++at, words(insert, record, key));
        insert.setString(++at, request.replayOf());
        insert.setString(++at, key == null ? null : key.id());
        insert.setBytes(++at, key == null ? null : sealed(key, record.id(), heads));
        return request.target().length()
                + heads.stream().mapToLong(String::length).sum();
    }

    /** The four lists of fields, in the order of their columns. */
    static List<String> heads(RecordedExchange record) {
        return List.of(
                JsonText.of(record.request().headers()),
                JsonText.of(record.response().requestTrailers()),
                JsonText.of(record.response().headers()),
                JsonText.of(record.response().trailers()));
    }

    static Array words(PreparedStatement statement, RecordedExchange record, @Nullable DataKey key)
            throws SQLException {
        Set<String> words = key == null ? Words.of(record) : Words.ofTarget(record);
        return statement.getConnection().createArrayOf("text", words.toArray());
    }

    static byte[] sealed(DataKey key, String exchangeId, List<String> heads) {
        String lists = "[" + String.join(",", heads) + "]";
        return key.seal(DataKey.heads(exchangeId), lists.getBytes(StandardCharsets.UTF_8));
    }

    static void setNumber(PreparedStatement insert, int at, @Nullable Long number) throws SQLException {
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

    private static void insertBodies(
            Connection connection, List<RecordedExchange> batch, CaptureBatch.Keys keys, ExchangeUsage usage)
            throws SQLException {
        List<RecordedExchange> owners = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        try (PreparedStatement insert = connection.prepareStatement(INSERT_BODY)) {
            for (RecordedExchange record : batch) {
                @Nullable DataKey key = keys.of(record.teamId());
                for (Direction direction : Direction.values()) {
                    BodySample body = switch (direction) {
                        case TO_UPSTREAM -> record.response().requestBody();
                        case TO_VISITOR -> record.response().body();
                    };
                    if (body.keptBytes() > 0) {
                        sizes.add(addBody(insert, record, direction.columnValue(), body, key));
                        owners.add(record);
                    }
                }
            }
            int[] counts = owners.isEmpty() ? new int[0] : insert.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] != 0) {
                    usage.add(owners.get(i).teamId(), owners.get(i).startedAt(), 0, sizes.get(i));
                }
            }
        }
    }

    private static long addBody(
            PreparedStatement insert, RecordedExchange record, String direction, BodySample body, @Nullable DataKey key)
            throws SQLException {
        byte[] content = key == null ? body.kept() : key.seal(DataKey.body(record.id(), direction), body.kept());
        insert.setString(1, record.id());
        insert.setObject(2, record.startedAt().atOffset(ZoneOffset.UTC));
        insert.setLong(3, record.teamId());
        insert.setString(4, direction);
        insert.setLong(5, body.totalBytes());
        insert.setBoolean(6, body.isTruncated());
        insert.setBytes(7, content);
        insert.setString(8, key == null ? null : key.id());
        insert.addBatch();
        return content.length;
    }

    /** Tells whoever listens which teams have something new. */
    static void announce(Connection connection, Stream<Long> teamIds) throws SQLException {
        List<String> teams = teamIds.distinct().map(String::valueOf).toList();
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

    /** What the tables of each day take on the disk, the oldest first; days to come have empty ones. */
    static SortedMap<LocalDate, Long> diskUse(Connection connection) throws SQLException {
        SortedMap<LocalDate, Long> days = new TreeMap<>();
        try (PreparedStatement query = connection.prepareStatement("select day, bytes from exchange_disk_use()");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                days.put(row.getObject(1, LocalDate.class), row.getLong(2));
            }
        }
        return days;
    }

    /** Drops all days before this one; answers how many tables that were. */
    static int dropDaysBefore(Connection connection, LocalDate day) throws SQLException {
        try (Statement limit = connection.createStatement();
                PreparedStatement drop = connection.prepareStatement("select drop_exchange_partitions(?)")) {
            // Whoever reads the table must not make the writers wait behind this
            limit.execute("set local lock_timeout = '1s'");
            drop.setObject(1, day);
            try (ResultSet row = drop.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    /** Removes the keys that nothing is encrypted with which is kept so many days. */
    static int dropDataKeys(Connection connection, long keptDays) throws SQLException {
        try (PreparedStatement drop = connection.prepareStatement(
                "select drop_capture_data_keys((now() at time zone 'UTC')::date - ?::integer)")) {
            drop.setLong(1, keptDays);
            try (ResultSet row = drop.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
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
