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
            e.response_bytes, e.queued_micros, e.request_micros, e.first_byte_micros, e.duration_micros, e.frame_count,
            e.replay_of, e.sealed_by, e.sealed_heads
            """;

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<List<String>>> FIELDS = new TypeReference<>() {};

    private static final TypeReference<List<List<List<String>>>> FIELD_LISTS = new TypeReference<>() {};

    private final JdbcClient database;
    private final Unsealing unsealing;

    Exchanges(JdbcClient database, Unsealing unsealing) {
        this.database = database;
        this.unsealing = unsealing;
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
                .optional()
                .map(this::open);
    }

    /**
     * The exchange with its fields, where they are encrypted and can be read. For whoever reads {@link #COLUMNS} by themselves
     * and wants the fields; {@link #find} does it already.
     */
    public Exchange open(Exchange exchange) {
        SealedHeads sealed = exchange.sealed();
        if (sealed == null) {
            return exchange;
        }
        return unsealing
                .open(sealed.dataKeyId(), Unsealing.heads(exchange.id()), sealed.heads())
                .map(json -> exchange.readable(JSON.readValue(json, FIELD_LISTS).stream()
                        .map(Exchanges::fields)
                        .toList()))
                .orElse(exchange);
    }

    /** The body that went this way; nothing when none passed, none was kept, or it is encrypted and its key is missing. */
    public Optional<StoredBody> body(Exchange exchange, Direction direction) {
        return database.sql("""
                        select content, total_bytes, truncated, sealed_by from exchange_body
                        where exchange_id = :id and started_at = :started and direction = :direction
                        """)
                .param("id", exchange.id())
                .param("started", time(exchange.startedAt()))
                .param("direction", direction.text())
                .query((row, number) -> body(row, Unsealing.body(exchange.id(), direction)))
                .optional()
                .flatMap(body -> body);
    }

    private Optional<StoredBody> body(ResultSet row, String purpose) throws SQLException {
        long totalBytes = row.getLong("total_bytes");
        boolean truncated = row.getBoolean("truncated");
        return content(row, purpose).map(content -> new StoredBody(content, totalBytes, truncated));
    }

    /** What was kept; nothing when it is encrypted and cannot be read. */
    private Optional<byte[]> content(ResultSet row, String purpose) throws SQLException {
        byte[] content = row.getBytes("content");
        String dataKeyId = row.getString("sealed_by");
        return dataKeyId == null ? Optional.of(content) : unsealing.open(dataKeyId, purpose, content);
    }

    /**
     * At most so many frames or events, in order, those after the given number. One that is encrypted and whose key is missing
     * has no content, and is truncated.
     */
    public List<Frame> frames(Exchange exchange, int after, int limit) {
        return database.sql("""
                        select n, at_micros, direction, kind, final, compressed, inflated, total_bytes, truncated,
                            close_code, event_name, event_id, content, sealed_by
                        from exchange_frame
                        where exchange_id = :id and started_at = :started and n > :after order by n limit :limit
                        """)
                .param("id", exchange.id())
                .param("started", time(exchange.startedAt()))
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> frame(exchange, row))
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
                row.getObject("frame_count", Long.class),
                row.getString("replay_of"),
                sealed(row));
    }

    private static @Nullable SealedHeads sealed(ResultSet row) throws SQLException {
        String dataKeyId = row.getString("sealed_by");
        byte[] heads = row.getBytes("sealed_heads");
        return dataKeyId == null || heads == null ? null : new SealedHeads(dataKeyId, heads);
    }

    private static List<HeaderField> fields(String json) {
        return fields(JSON.readValue(json, FIELDS));
    }

    private static List<HeaderField> fields(List<List<String>> pairs) {
        return pairs.stream()
                .map(pair -> new HeaderField(pair.get(0), pair.get(1)))
                .toList();
    }

    private static @Nullable Long micros(ResultSet row, String column) throws SQLException {
        return row.getObject(column, Long.class);
    }

    private Frame frame(Exchange exchange, ResultSet row) throws SQLException {
        Optional<byte[]> content = content(row, Unsealing.frame(exchange.id(), row.getInt("n")));
        return new Frame(
                row.getInt("n"),
                row.getLong("at_micros"),
                row.getString("direction").equals(Direction.TO_VISITOR.text())
                        ? Direction.TO_VISITOR
                        : Direction.TO_UPSTREAM,
                row.getString("kind"),
                row.getBoolean("final"),
                row.getBoolean("compressed"),
                row.getBoolean("inflated"),
                row.getLong("total_bytes"),
                row.getBoolean("truncated") || content.isEmpty(),
                row.getObject("close_code", Integer.class),
                row.getString("event_name"),
                row.getString("event_id"),
                content.orElse(new byte[0]));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
