package io.portrgateway.admin.connection;

import io.portrgateway.admin.connection.ConnectionFilter.Cursor;
import io.portrgateway.admin.connection.ConnectionFilter.Sort;
import io.portrgateway.admin.connection.ConnectionFilter.State;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Finds connections of a team. Pages are found by their first row and not by a number, so that the last page costs what the
 * first does; what there is in all is counted up to {@value #COUNT_LIMIT}. Thread-safe.
 */
@Component
final class ConnectionSearch {

    /** More are not counted: nobody pages through them. */
    static final int COUNT_LIMIT = 1000;

    private static final int MATCHING_MEMBERS = 1000;

    private static final String COLUMNS = """
            c.id, c.type, c.subdomain, c.port, c.status, c.origin, c.membership_id, m.role, u.id as user_id, u.email,
            u.first_name, u.last_name, c.client_address, c.client_software, c.node, c.close_reason, c.last_error,
            c.last_error_at, c.error_count, c.session_count, c.request_count, c.to_visitor_bytes, c.to_upstream_bytes,
            c.last_request_at, c.created_at, c.started_at, c.closed_at
            """;

    private static final String OWNER =
            " join membership m on m.id = c.membership_id join app_user u on u.id = m.user_id ";

    private final JdbcClient database;
    private final InstantSource clock;

    ConnectionSearch(JdbcClient database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * One page. Immutable.
     *
     * @param next where the next page begins, if there is one
     * @param previous where the previous page ends, if there is one
     * @param count of all that match, up to {@link #COUNT_LIMIT}
     */
    record Found(List<ConnectionRow> rows, Optional<Cursor> next, Optional<Cursor> previous, int count) {}

    /** A statement and its parameters. Immutable. */
    record Statement(String sql, Map<String, Object> parameters) {}

    Found find(long teamId, ConnectionFilter filter, int size) {
        List<ConnectionRow> rows = new ArrayList<>(query(page(teamId, filter, size + 1)));
        boolean backward = filter.cursor.map(cursor -> !cursor.forward()).orElse(false);
        boolean more = rows.size() > size;
        if (more) {
            rows.removeLast();
        }
        if (backward) {
            rows = rows.reversed();
        }
        boolean hasNext = backward || more;
        boolean hasPrevious = backward ? more : filter.cursor.isPresent();
        int count = hasNext || hasPrevious ? count(teamId, filter) : rows.size();
        return new Found(
                List.copyOf(rows),
                hasNext && !rows.isEmpty() ? Optional.of(cursor(filter.sort, rows.getLast(), true)) : Optional.empty(),
                hasPrevious && !rows.isEmpty()
                        ? Optional.of(cursor(filter.sort, rows.getFirst(), false))
                        : Optional.empty(),
                count);
    }

    /** The connection with this id, if it is of the team. */
    Optional<ConnectionRow> byId(long teamId, String id) {
        return database.sql(
                        "select " + COLUMNS + " from connection c" + OWNER + "where c.id = :id and c.team_id = :team")
                .param("id", id)
                .param("team", teamId)
                .query(new DataClassRowMapper<ConnectionRow>(ConnectionRow.class))
                .optional();
    }

    /** The team's connections of the same name or port, newest first, without this one. */
    List<ConnectionRow> sameName(long teamId, ConnectionRow row, int limit) {
        Map<String, Object> parameters = new HashMap<>(Map.of("team", teamId, "id", row.id(), "limit", limit));
        String same;
        if (row.subdomain() != null) {
            same = "type = 'http' and subdomain = :subdomain";
            parameters.put("subdomain", row.subdomain());
        } else if (row.port() != null) {
            same = "type = 'tcp' and port = :port";
            parameters.put("port", row.port());
        } else {
            return List.of();
        }
        String inner = "select * from connection where team_id = :team and " + same
                + " and id <> :id order by created_at desc, id desc limit :limit";
        return query(new Statement(
                "select " + COLUMNS + " from (" + inner + ") c" + OWNER + "order by c.created_at desc, c.id desc",
                parameters));
    }

    /** A page by its number, as the API has it: newest first, all or the live ones. */
    List<ConnectionRow> numbered(long teamId, boolean liveOnly, int page, int size) {
        String inner = "select id from connection where team_id = :team"
                + (liveOnly ? " and status = 'active'" : "")
                + " order by created_at desc, id desc limit :limit offset :offset";
        return query(new Statement(
                "select " + COLUMNS + " from (" + inner + ") page join connection c on c.id = page.id" + OWNER
                        + "order by c.created_at desc, c.id desc",
                Map.of("team", teamId, "limit", size, "offset", (page - 1L) * size)));
    }

    long countAll(long teamId, boolean liveOnly) {
        return database.sql("select count(*) from connection where team_id = :team"
                        + (liveOnly ? " and status = 'active'" : ""))
                .param("team", teamId)
                .query(Long.class)
                .single();
    }

    /** The statement of one page, at most {@code limit} rows, away from its cursor. */
    Statement page(long teamId, ConnectionFilter filter, int limit) {
        Map<String, Object> parameters = new HashMap<>();
        String where = where(teamId, filter, parameters);
        boolean backward = filter.cursor.map(cursor -> !cursor.forward()).orElse(false);
        boolean descending = (filter.sort != Sort.OLDEST) != backward;
        String key = key(filter.sort);
        filter.cursor.ifPresent(cursor -> {
            parameters.put("key", keyValue(filter.sort, cursor.key()));
            parameters.put("keyId", cursor.id());
        });
        String place = filter.cursor.isPresent()
                ? " and (" + key + ", c.id) " + (descending ? "<" : ">") + " (:key, :keyId)"
                : "";
        String direction = descending ? " desc" : "";
        String order = " order by " + key + direction + ", c.id" + direction + " limit :limit";
        parameters.put("limit", limit);
        String some = "select c.* from connection c where " + where + place;
        String inner = isByTime(filter.sort) || filter.state != State.ALL
                ? some + status(filter.state) + order
                // past ones by their index, the few others by sorting them
                : "select c.* from ((" + some + " and c.status = 'closed'" + order + ") union all (" + some
                        + " and c.status in ('active', 'reserved')" + order + ")) c" + order;
        return new Statement("select " + COLUMNS + " from (" + inner + ") c" + OWNER + order, parameters);
    }

    private int count(long teamId, ConnectionFilter filter) {
        Map<String, Object> parameters = new HashMap<>();
        String where = where(teamId, filter, parameters) + status(filter.state);
        parameters.put("limit", COUNT_LIMIT + 1);
        return database.sql("select count(*) from (select 1 from connection c where " + where + " limit :limit) found")
                .params(parameters)
                .query(Integer.class)
                .single();
    }

    private List<ConnectionRow> query(Statement statement) {
        return database.sql(statement.sql())
                .params(statement.parameters())
                .query(new DataClassRowMapper<ConnectionRow>(ConnectionRow.class))
                .list();
    }

    private String where(long teamId, ConnectionFilter filter, Map<String, Object> parameters) {
        StringBuilder where = new StringBuilder("c.team_id = :team");
        parameters.put("team", teamId);
        filter.kind.ifPresent(kind -> {
            where.append(" and c.type = :type");
            parameters.put("type", ConnectionFilter.text(kind));
        });
        filter.origin.ifPresent(origin -> {
            where.append(" and c.origin = :origin");
            parameters.put("origin", ConnectionFilter.text(origin));
        });
        filter.member.ifPresent(member -> {
            where.append(" and c.membership_id = :member");
            parameters.put("member", member);
        });
        filter.since(clock.instant()).ifPresent(since -> {
            where.append(" and c.created_at >= :since");
            parameters.put("since", utc(since));
        });
        filter.until.ifPresent(until -> {
            where.append(" and c.created_at < :until");
            parameters.put("until", utc(until));
        });
        if (!filter.text.isEmpty()) {
            where.append(" and (c.subdomain like :like or c.client_address like :like or c.port::text like :like"
                    + " or c.id = :exactId or c.membership_id = any (:members))");
            parameters.put("like", like(filter.text));
            parameters.put("exactId", filter.text.toUpperCase(Locale.ROOT));
            parameters.put("members", members(teamId, filter.text));
        }
        return where.toString();
    }

    /** The few members whose name or e-mail address has the text in it; asked apart, so that no row needs a join for it. */
    private Long[] members(long teamId, String text) {
        return database.sql("""
                        select m.id from membership m join app_user u on u.id = m.user_id
                        where m.team_id = :team
                          and (u.email like :like or lower(concat_ws(' ', u.first_name, u.last_name)) like :like)
                        limit :limit
                        """)
                .param("team", teamId)
                .param("like", like(text))
                .param("limit", MATCHING_MEMBERS)
                .query(Long.class)
                .list()
                .toArray(Long[]::new);
    }

    private static String like(String text) {
        String literal = text.toLowerCase(Locale.ROOT)
                .replace("\\", "\\\\")
                .replace("%", "\\%")
                .replace("_", "\\_");
        return "%" + literal + "%";
    }

    private static String status(State state) {
        return state == State.ALL ? "" : " and c.status = '" + state.column + "'";
    }

    private static boolean isByTime(Sort sort) {
        return sort == Sort.NEWEST || sort == Sort.OLDEST;
    }

    private static String key(Sort sort) {
        return switch (sort) {
            case NEWEST, OLDEST -> "c.created_at";
            case REQUESTS -> "c.request_count";
            case TRAFFIC -> "(c.to_visitor_bytes + c.to_upstream_bytes)";
        };
    }

    private static Object keyValue(Sort sort, long key) {
        return isByTime(sort)
                ? utc(Instant.ofEpochSecond(Math.floorDiv(key, 1_000_000L), Math.floorMod(key, 1_000_000L) * 1000L))
                : (Object) key;
    }

    private static Cursor cursor(Sort sort, ConnectionRow row, boolean forward) {
        long key = switch (sort) {
            case NEWEST, OLDEST ->
                row.createdAt().toEpochSecond() * 1_000_000L + row.createdAt().getNano() / 1000;
            case REQUESTS -> row.requestCount();
            case TRAFFIC -> row.toVisitorBytes() + row.toUpstreamBytes();
        };
        return new Cursor(key, row.id(), forward);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
