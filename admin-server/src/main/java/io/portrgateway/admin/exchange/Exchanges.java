package io.portrgateway.admin.exchange;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Ulid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds recorded exchanges. Whoever asks gets only what {@link #VISIBLE} lets them see; the parts of an exchange are for
 * whoever has it. Thread-safe.
 */
@Service
public final class Exchanges {

    /**
     * The condition on {@code exchange e} that every query has: the reader's team, without other members' private tunnels.
     * Parameters {@code team} and {@code me}, the reader's team and membership.
     */
    public static final String VISIBLE = """
            e.team_id = :team and (e.membership_id = :me or not exists (
                select from tunnel_capture p where p.membership_id = e.membership_id
                and p.subdomain = split_part(e.hostname, '.', 1) and p.private))
            """;

    /** The columns that {@link #row} reads. */
    public static final String COLUMNS = """
            e.seq, e.id, e.started_at, e.team_id, e.membership_id, e.connection_id, e.session, e.node, e.hostname,
            e.authority, e.visitor_address, e.scheme, e.http_version, e.tls, e.method, e.target, e.status, e.outcome,
            e.request_headers, e.request_trailers, e.response_headers, e.response_trailers, e.request_bytes,
            e.response_bytes, e.queued_micros, e.request_micros, e.first_byte_micros, e.duration_micros, e.replay_of
            """;

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<List<String>>> FIELDS = new TypeReference<>() {};

    private final JdbcClient database;

    Exchanges(JdbcClient database) {
        this.database = database;
    }

    /** The exchange, if there is one of this id that the reader may see. */
    public Optional<Exchange> find(Member reader, String id) {
        Optional<Instant> started = Ulid.time(id);
        if (started.isEmpty()) {
            return Optional.empty();
        }
        return database.sql("select " + COLUMNS + " from exchange e where e.id = :id"
                        + " and e.started_at >= :from and e.started_at < :to and " + VISIBLE)
                .param("id", id)
                // so that one day's partition is searched, and not all
                .param("from", time(started.get()))
                .param("to", time(started.get().plusMillis(1)))
                .param("team", reader.teamId())
                .param("me", reader.membershipId())
                .query((row, number) -> row(row))
                .optional();
    }

    /** The body that went this way; nothing when none passed, or none was kept. */
    public Optional<StoredBody> body(Exchange exchange, Direction direction) {
        return database.sql("""
                        select content, total_bytes, truncated from exchange_body
                        where exchange_id = :id and started_at = :started and direction = :direction
                        """)
                .param("id", exchange.id())
                .param("started", time(exchange.startedAt()))
                .param("direction", direction.text())
                .query((row, number) -> new StoredBody(row.getBytes(1), row.getLong(2), row.getBoolean(3)))
                .optional();
    }

    /** At most so many frames or events, in order, those after the given number. */
    public List<Frame> frames(Exchange exchange, int after, int limit) {
        return database.sql("""
                        select n, at_micros, direction, kind, final, compressed, total_bytes, truncated, close_code,
                            event_name, event_id, content
                        from exchange_frame
                        where exchange_id = :id and started_at = :started and n > :after order by n limit :limit
                        """)
                .param("id", exchange.id())
                .param("started", time(exchange.startedAt()))
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> frame(row))
                .list();
    }

    /** Reads {@link #COLUMNS}. */
    public static Exchange row(ResultSet row) throws SQLException {
        return new Exchange(
                row.getLong("seq"),
                row.getString("id"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                row.getLong("team_id"),
                row.getLong("membership_id"),
                row.getString("connection_id"),
                row.getString("session"),
                row.getString("node"),
                row.getString("hostname"),
                row.getString("authority"),
                row.getString("visitor_address"),
                row.getString("scheme"),
                row.getString("http_version"),
                row.getString("tls"),
                row.getString("method"),
                row.getString("target"),
                row.getObject("status", Integer.class),
                row.getString("outcome"),
                fields(row.getString("request_headers")),
                fields(row.getString("request_trailers")),
                fields(row.getString("response_headers")),
                fields(row.getString("response_trailers")),
                row.getLong("request_bytes"),
                row.getLong("response_bytes"),
                micros(row, "queued_micros"),
                micros(row, "request_micros"),
                micros(row, "first_byte_micros"),
                row.getLong("duration_micros"),
                row.getString("replay_of"));
    }

    private static List<HeaderField> fields(String json) {
        return JSON.readValue(json, FIELDS).stream()
                .map(pair -> new HeaderField(pair.get(0), pair.get(1)))
                .toList();
    }

    private static @Nullable Long micros(ResultSet row, String column) throws SQLException {
        return row.getObject(column, Long.class);
    }

    private static Frame frame(ResultSet row) throws SQLException {
        return new Frame(
                row.getInt("n"),
                row.getLong("at_micros"),
                row.getString("direction").equals(Direction.TO_VISITOR.text())
                        ? Direction.TO_VISITOR
                        : Direction.TO_UPSTREAM,
                row.getString("kind"),
                row.getBoolean("final"),
                row.getBoolean("compressed"),
                row.getLong("total_bytes"),
                row.getBoolean("truncated"),
                row.getObject("close_code", Integer.class),
                row.getString("event_name"),
                row.getString("event_id"),
                row.getBytes("content"));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
