package io.portrgateway.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.web.Ulid;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts exchanges into the database as tunnel-server would have recorded them, and says so as it would. */
final class Recorded {

    private static final Set<String> JSON =
            Set.of("request_headers", "request_trailers", "response_headers", "response_trailers");
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final Gateway gateway;

    Recorded(Gateway gateway) {
        this.gateway = gateway;
    }

    /** One exchange that is being made up; its id when it is stored. */
    final class Draft {

        private final Map<String, Object> row = new LinkedHashMap<>();
        private final Map<Direction, Body> bodies = new LinkedHashMap<>();
        private final List<Object[]> frames = new ArrayList<>();
        private final long membershipId;
        private Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);

        private record Body(byte[] content, long totalBytes) {}

        private Draft(long membershipId, String subdomain, String method, String target, int status) {
            this.membershipId = membershipId;
            row.put("connection_id", "01TUNNEL000000000000000001");
            row.put("node", "node");
            row.put("hostname", subdomain + ".tunnels.example");
            row.put("authority", subdomain + ".tunnels.example");
            row.put("visitor_address", "192.0.2.7");
            row.put("scheme", "https");
            row.put("http_version", "1.1");
            row.put("method", method);
            row.put("target", target);
            row.put("status", status == 0 ? null : status);
            row.put("outcome", "completed");
            row.put("queued_micros", 300L);
            row.put("request_micros", 500L);
            row.put("first_byte_micros", 12_000L);
            row.put("duration_micros", 15_000L);
            row.put("session", "session-1");
        }

        Draft ago(Duration ago) {
            startedAt = Instant.now().minus(ago).truncatedTo(ChronoUnit.MICROS);
            return this;
        }

        /** Any column of the table. */
        Draft with(String column, @Nullable Object value) {
            row.put(column, value);
            return this;
        }

        /** Name and value in turn. */
        Draft requestHeaders(String... fields) {
            return with("request_headers", json(fields));
        }

        /** Name and value in turn. */
        Draft responseHeaders(String... fields) {
            return with("response_headers", json(fields));
        }

        Draft request(String body) {
            return body(Direction.TO_UPSTREAM, body.getBytes(UTF_8));
        }

        Draft response(String body) {
            return body(Direction.TO_VISITOR, body.getBytes(UTF_8));
        }

        Draft body(Direction direction, byte[] content) {
            return body(direction, content, content.length);
        }

        /** A body of which only the beginning was kept. */
        Draft body(Direction direction, byte[] kept, long totalBytes) {
            bodies.put(direction, new Body(kept, totalBytes));
            return with(direction == Direction.TO_UPSTREAM ? "request_bytes" : "response_bytes", totalBytes);
        }

        /** A frame or event; the first has the number 1. */
        Draft frame(Direction direction, String kind, String content) {
            frames.add(new Object[] {direction.text(), kind, content.getBytes(UTF_8)});
            return this;
        }

        /** Stores it in one transaction of its own and tells who listens. */
        String add() {
            String id = Ulid.at(startedAt);
            OffsetDateTime started = startedAt.atOffset(ZoneOffset.UTC);
            String columns = String.join(", ", row.keySet());
            String values = row.keySet().stream()
                    .map(column -> JSON.contains(column) ? "cast(:" + column + " as jsonb)" : ":" + column)
                    .collect(Collectors.joining(", "));
            bodies.forEach((direction, body) -> gateway.sql()
                    .sql("""
                            insert into exchange_body (exchange_id, started_at, team_id, direction, total_bytes, truncated,
                                                       content)
                            select ?, ?, m.team_id, ?, ?, ?, ? from membership m where m.id = ?
                            """)
                    .params(
                            id,
                            started,
                            direction.text(),
                            body.totalBytes(),
                            body.content().length < body.totalBytes(),
                            body.content(),
                            membershipId)
                    .update());
            for (int i = 0; i < frames.size(); i++) {
                gateway.sql()
                        .sql("""
                                insert into exchange_frame (exchange_id, started_at, team_id, n, at_micros, direction, kind,
                                                            total_bytes, truncated, content)
                                select ?, ?, m.team_id, ?, ?, ?, ?, length(c.content), false, c.content
                                from membership m, (select cast(? as bytea) as content) c where m.id = ?
                                """)
                        .params(
                                id,
                                started,
                                i + 1,
                                1000L * (i + 1),
                                frames.get(i)[0],
                                frames.get(i)[1],
                                frames.get(i)[2],
                                membershipId)
                        .update();
            }
            gateway.sql()
                    .sql("insert into exchange (id, started_at, team_id, membership_id, words, " + columns
                            + ") select :id, :started, m.team_id, m.id, array_to_tsvector(cast(:words as text[])), "
                            + values
                            + " from membership m where m.id = :membership")
                    .params(row)
                    .param("id", id)
                    .param("started", started)
                    .param("words", words())
                    .param("membership", membershipId)
                    .update();
            gateway.sql()
                    .sql("select pg_notify('portr_exchange', m.team_id::text) from membership m where m.id = ?")
                    .param(membershipId)
                    .query()
                    .listOfRows();
            return id;
        }

        private String[] words() {
            Set<String> words = new TreeSet<>();
            List<String> texts = new ArrayList<>();
            texts.add(String.valueOf(row.get("target")));
            JSON.forEach(column -> texts.add(String.valueOf(row.getOrDefault(column, ""))));
            bodies.values().forEach(body -> texts.add(new String(body.content(), UTF_8)));
            texts.forEach(text -> words.addAll(List.of(NO_WORD.split(text.toLowerCase(Locale.ROOT)))));
            words.remove("");
            return words.toArray(String[]::new);
        }
    }

    /** An exchange of the member's name; status 0 for none. */
    Draft of(long membershipId, String subdomain, String method, String target, int status) {
        return new Draft(membershipId, subdomain, method, target, status);
    }

    private static String json(String... fields) {
        List<List<String>> pairs = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            pairs.add(List.of(fields[i], latin(fields[i + 1])));
        }
        return Gateway.JSON.writeValueAsString(pairs);
    }

    /** One character per byte, as the tables have it. */
    private static String latin(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }
}
