package io.portrgateway.admin.stats;

import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Traffic of a team over time, as tunnel-server wrote it down. Thread-safe. */
@Service
public final class TrafficHistory {

    private final JdbcClient database;
    private final InstantSource clock;

    TrafficHistory(JdbcClient database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** One slot of a chart. */
    public record Point(Instant from, Instant until, long requestCount, long toVisitorBytes, long toUpstreamBytes) {

        public long bytes() {
            return toVisitorBytes + toUpstreamBytes;
        }
    }

    private record Row(OffsetDateTime slot, long requestCount, long toVisitorBytes, long toUpstreamBytes) {}

    /** Every slot of the range, oldest first; the last one is not over yet. */
    public List<Point> of(long teamId, Range range) {
        long width = range.slot().toSeconds();
        long last = Math.floorDiv(clock.instant().getEpochSecond(), width) * width;
        long first = last - (range.slotCount() - 1) * width;
        Map<Long, Row> rows = rows(teamId, Instant.ofEpochSecond(first), width).stream()
                .collect(Collectors.toMap(row -> row.slot().toEpochSecond(), Function.identity()));
        List<Point> points = new ArrayList<>(range.slotCount());
        for (long at = first; at <= last; at += width) {
            Row row = rows.getOrDefault(at, new Row(Instant.ofEpochSecond(at).atOffset(ZoneOffset.UTC), 0, 0, 0));
            points.add(new Point(
                    Instant.ofEpochSecond(at),
                    Instant.ofEpochSecond(at + width),
                    row.requestCount(),
                    row.toVisitorBytes(),
                    row.toUpstreamBytes()));
        }
        return points;
    }

    private List<Row> rows(long teamId, Instant from, long widthSeconds) {
        return database.sql("""
                        select date_bin(make_interval(secs => :width), bucket, timestamptz 'epoch') as slot,
                               sum(request_count)::bigint as request_count,
                               sum(to_visitor_bytes)::bigint as to_visitor_bytes,
                               sum(to_upstream_bytes)::bigint as to_upstream_bytes
                        from traffic
                        where team_id = :team and bucket >= :from
                        group by slot
                        """)
                .param("width", (double) widthSeconds)
                .param("team", teamId)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .query(new DataClassRowMapper<Row>(Row.class))
                .list();
    }
}
