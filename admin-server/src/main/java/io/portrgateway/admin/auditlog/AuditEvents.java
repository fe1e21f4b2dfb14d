package io.portrgateway.admin.auditlog;

import io.portrgateway.admin.web.ApiFailure;
import jakarta.servlet.http.HttpServletRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the audit trail, newest first. Pages start at a place and not at a number, and every filter has its index, so that a
 * page costs the same with a million events as with ten. Thread-safe.
 */
@Service
class AuditEvents {

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<LinkedHashMap<String, String>> DETAIL = new TypeReference<>() {};
    private static final int EXPORT_PIECE = 1_000;
    private static final int MAX_CHOICES = 200;

    private final JdbcClient database;

    AuditEvents(JdbcClient database) {
        this.database = database;
    }

    /** Whose events: one team's, or everybody's. */
    record Scope(OptionalLong teamId) {

        static Scope team(long teamId) {
            return new Scope(OptionalLong.of(teamId));
        }

        static Scope everything() {
            return new Scope(OptionalLong.empty());
        }
    }

    /** From where a page goes on, and in which direction. */
    record Place(AuditCursor cursor, boolean towardsNewer) {

        /**
         * What a request names: {@code before} or {@code after} a cursor, older events; {@code since} one, newer ones. An
         * {@link ApiFailure} that names the parameter when it is no cursor.
         */
        static Optional<Place> of(HttpServletRequest request) {
            for (String name : List.of("before", "after", "since")) {
                @Nullable String text = request.getParameter(name);
                if (text != null && !text.isEmpty()) {
                    AuditCursor cursor = AuditCursor.parse(text)
                            .orElseThrow(() -> ApiFailure.badRequest(name + ": expected the place of another page"));
                    return Optional.of(new Place(cursor, name.equals("since")));
                }
            }
            return Optional.empty();
        }
    }

    /** One page; the cursors are null where there is nothing more. */
    record Page(
            List<AuditEvent> events,
            @Nullable AuditCursor older,
            @Nullable AuditCursor newer) {}

    Page page(Scope scope, AuditFilter filter, Optional<Place> place, int size) {
        boolean towardsNewer = place.map(Place::towardsNewer).orElse(false);
        List<AuditEvent> found = new ArrayList<>(select(scope, filter, place, size + 1));
        boolean more = found.size() > size;
        if (more) {
            found.removeLast();
        }
        List<AuditEvent> events = towardsNewer ? found.reversed() : found;
        boolean hasOlder = towardsNewer || more;
        boolean hasNewer = towardsNewer ? more : place.isPresent();
        return new Page(
                List.copyOf(events),
                hasOlder && !events.isEmpty() ? events.getLast().cursor() : null,
                hasNewer && !events.isEmpty() ? events.getFirst().cursor() : null);
    }

    /** Gives every event of the filter to the reader; in pieces, so that a slow reader holds no connection meanwhile. */
    long each(Scope scope, AuditFilter filter, Consumer<AuditEvent> reader) {
        long count = 0;
        Optional<Place> place = Optional.empty();
        List<AuditEvent> piece;
        do {
            piece = select(scope, filter, place, EXPORT_PIECE);
            piece.forEach(reader);
            count += piece.size();
            if (!piece.isEmpty()) {
                place = Optional.of(new Place(piece.getLast().cursor(), false));
            }
        } while (piece.size() == EXPORT_PIECE);
        return count;
    }

    /** The actions that occur, by code. */
    List<String> actions(Scope scope) {
        return distinct(scope, "action");
    }

    /** The actors that occur, by name. */
    List<String> actors(Scope scope) {
        return distinct(scope, "actor_label");
    }

    /** The slugs to choose from. */
    List<String> teams() {
        return database.sql("select slug from team order by slug limit :limit")
                .param("limit", MAX_CHOICES)
                .query((row, number) -> row.getString(1))
                .list();
    }

    private List<AuditEvent> select(Scope scope, AuditFilter filter, Optional<Place> place, int limit) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> conditions = new ArrayList<>();
        scope.teamId().ifPresent(team -> {
            conditions.add("e.team_id = :team");
            values.put("team", team);
        });
        if (scope.teamId().isEmpty()) {
            add(
                    conditions,
                    values,
                    "e.team_id = (select id from team where slug = :slug)",
                    "slug",
                    text(filter.team()));
        }
        add(conditions, values, "e.actor_label = :actor", "actor", text(filter.actor()));
        add(conditions, values, "e.action = :action", "action", text(filter.action()));
        add(
                conditions,
                values,
                "e.occurred_at >= :from",
                "from",
                filter.from() == null ? null : Timestamp.from(filter.from()));
        add(conditions, values, "e.occurred_at < :to", "to", filter.to() == null ? null : Timestamp.from(filter.to()));
        add(
                conditions,
                values,
                "e.words @@ to_tsquery('simple', :words)",
                "words",
                filter.textQuery().orElse(null));
        place.ifPresent(at -> {
            conditions.add("(e.occurred_at, e.id) " + (at.towardsNewer() ? ">" : "<") + " (:at, :id)");
            values.put("at", Timestamp.from(at.cursor().occurredAt()));
            values.put("id", at.cursor().id());
        });
        String direction = place.map(Place::towardsNewer).orElse(false) ? "asc" : "desc";
        values.put("limit", limit);
        return database.sql("""
                        select e.id, e.occurred_at, e.actor_id, e.actor_label, e.action, t.slug as team, e.subject,
                               e.detail::text as detail, e.address
                        from audit_event e left join team t on t.id = e.team_id
                        """
                        + (conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions))
                        + " order by e.occurred_at " + direction + ", e.id " + direction + " limit :limit")
                .params(values)
                .query(AuditEvents::row)
                .list();
    }

    private static void add(
            List<String> conditions,
            Map<String, Object> values,
            String condition,
            String name,
            @Nullable Object value) {
        if (value != null) {
            conditions.add(condition);
            values.put(name, value);
        }
    }

    private static @Nullable String text(String value) {
        return value.isEmpty() ? null : value;
    }

    /** Jumps through the index from value to value, instead of reading every row. */
    private List<String> distinct(Scope scope, String column) {
        String team = scope.teamId().isPresent() ? "team_id = :team and " : "";
        return database.sql("""
                        with recursive found(value) as (
                            (select min(%1$s) from audit_event where %2$s true)
                            union all
                            select (select min(%1$s) from audit_event where %2$s %1$s > found.value)
                            from found where found.value is not null
                        )
                        select value from found where value is not null limit :limit
                        """.formatted(column, team))
                .params(
                        scope.teamId().isPresent()
                                ? Map.of("team", scope.teamId().getAsLong(), "limit", MAX_CHOICES)
                                : Map.of("limit", MAX_CHOICES))
                .query((row, number) -> row.getString(1))
                .list();
    }

    private static AuditEvent row(ResultSet row, int number) throws SQLException {
        long actorId = row.getLong("actor_id");
        @Nullable Long actor = row.wasNull() ? null : actorId;
        return new AuditEvent(
                row.getLong("id"),
                row.getTimestamp("occurred_at").toInstant(),
                actor,
                row.getString("actor_label"),
                row.getString("action"),
                row.getString("team"),
                row.getString("subject"),
                JSON.readValue(row.getString("detail"), DETAIL),
                row.getString("address"));
    }
}
