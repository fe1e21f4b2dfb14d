package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.RecordedFrame;
import io.portrgateway.tunnel.capture.RecordedFrame.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements on the frames of streams. Each runs in its caller's transaction. Stateless. */
final class FrameSql {

    /** A batch may be there already: the connection broke while it was being committed. */
    private static final String INSERT = """
            insert into exchange_frame (exchange_id, started_at, team_id, n, at_micros, direction, kind, final, compressed,
                inflated, total_bytes, truncated, close_code, event_name, event_id, content, sealed_by)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """;

    /** What a row takes besides its content, roughly: of small frames that is most. */
    private static final int ROW_BYTES = 100;

    private FrameSql() {}

    /** Stores the batch, tells whoever listens which teams have something new, and answers what was stored. */
    static ExchangeUsage insert(Connection connection, List<RecordedFrame> batch, CaptureBatch.Keys keys)
            throws SQLException {
        ExchangeUsage usage = new ExchangeUsage();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (RecordedFrame frame : batch) {
                set(insert, frame, keys.of(frame.teamId()));
                insert.addBatch();
            }
            int[] counts = insert.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                RecordedFrame frame = batch.get(i);
                if (counts[i] != 0) {
                    usage.add(
                            frame.teamId(),
                            frame.stream().startedAt(),
                            0,
                            ROW_BYTES + frame.content().keptBytes());
                }
            }
        }
        usage.write(connection);
        ExchangeSql.announce(connection, batch.stream().map(RecordedFrame::teamId));
        return usage;
    }

    /** What an event is called could not be told from its content: where that is encrypted, it is not stored. */
    private static void set(PreparedStatement insert, RecordedFrame frame, @Nullable DataKey key) throws SQLException {
        RecordedFrame.Stream stream = frame.stream();
        @Nullable Event event = key == null ? frame.event() : null;
        int at = 0;
        insert.setString(++at, stream.exchangeId());
        insert.setObject(++at, stream.startedAt().atOffset(ZoneOffset.UTC));
        insert.setLong(++at, frame.teamId());
        insert.setInt(++at, frame.number());
        insert.setLong(++at, frame.atMicros());
        insert.setString(++at, frame.direction().columnValue());
        insert.setString(++at, frame.kind().columnValue());
        insert.setBoolean(++at, frame.last());
        insert.setBoolean(++at, frame.compressed());
        insert.setBoolean(++at, frame.inflated());
        insert.setLong(++at, frame.totalBytes());
        insert.setBoolean(++at, frame.truncated());
        @Nullable Integer closeCode = frame.closeCode();
        if (closeCode == null) {
            insert.setNull(++at, Types.INTEGER);
        } else {
            insert.setInt(++at, closeCode);
        }
        insert.setString(++at, event == null ? null : event.name());
        insert.setString(++at, event == null ? null : event.id());
        byte[] content = frame.content().kept();
        insert.setBytes(
                ++at, key == null ? content : key.seal(DataKey.frame(stream.exchangeId(), frame.number()), content));
        insert.setString(++at, key == null ? null : key.id());
    }
}
