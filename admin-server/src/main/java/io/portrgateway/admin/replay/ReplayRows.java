package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.Ulid;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes what tunnel-server is to send. Thread-safe. */
@Component
class ReplayRows {

    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient database;
    private final InstantSource clock;

    ReplayRows(JdbcClient database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** One request on its way into one tunnel. */
    record Dispatch(ReplayRequest request, Targets.Target target) {}

    /** Stores a batch in the order given and answers its id; part of the caller's transaction. */
    String insert(Member by, List<Dispatch> dispatches, ReplayWish wish) {
        String batch = Ulid.at(clock.instant());
        database.sql("""
                        insert into replay_batch (id, team_id, membership_id, total, per_second, edited)
                        values (:id, :team, :me, :total, :rate, :edited)
                        """)
                .param("id", batch)
                .param("team", by.teamId())
                .param("me", by.membershipId())
                .param("total", dispatches.size())
                .param("rate", wish.perSecond() == 0 ? null : wish.perSecond(), Types.REAL)
                .param("edited", wish.edited())
                .update();
        for (int position = 0; position < dispatches.size(); position++) {
            insert(by, batch, position, dispatches.get(position), wish);
        }
        database.sql("notify portr_replay").update();
        return batch;
    }

    private void insert(Member by, String batch, int position, Dispatch dispatch, ReplayWish wish) {
        ReplayRequest request = dispatch.request();
        ReplayRequest.@Nullable Origin origin = request.origin();
        @Nullable Instant originStart = origin == null ? null : origin.startedAt();
        database.sql("""
                        insert into replay (id, batch_id, position, team_id, membership_id, connection_id, original_id,
                                            original_started_at, method, target, headers, trailers, body, not_before)
                        values (:id, :batch, :position, :team, :me, :connection, :original, :originalStart, :method,
                                :target, cast(:headers as jsonb), cast(:trailers as jsonb), :body,
                                now() + make_interval(secs => :delay))
                        """)
                .param("id", Ulid.at(clock.instant()))
                .param("batch", batch)
                .param("position", position)
                .param("team", by.teamId())
                .param("me", by.membershipId())
                .param("connection", dispatch.target().connectionId())
                .param("original", origin == null ? null : origin.id(), Types.VARCHAR)
                .param(
                        "originalStart",
                        originStart == null ? null : originStart.atOffset(ZoneOffset.UTC),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .param("method", request.method())
                .param("target", request.target())
                .param("headers", fields(request.headers()))
                .param("trailers", fields(request.trailers()))
                .param("body", request.body())
                .param("delay", delaySeconds(position, wish))
                .update();
    }

    /** Without a rate a microsecond apart, so that the order of time is the order of positions. */
    private static double delaySeconds(int position, ReplayWish wish) {
        return wish.perSecond() == 0 ? position / 1_000_000.0 : position / wish.perSecond();
    }

    private static String fields(List<HeaderField> fields) {
        return JSON.writeValueAsString(fields.stream()
                .map(field -> List.of(field.name(), field.value()))
                .toList());
    }

    /** Takes back what no node has begun; how many that were. Part of the caller's transaction. */
    int cancel(String batch) {
        int cancelled = database.sql("""
                        update replay set state = 'cancelled', finished_at = now()
                        where batch_id = :batch and state = 'waiting'
                        """).param("batch", batch).update();
        if (cancelled > 0) {
            database.sql("update replay_batch set cancelled_at = now() where id = :batch")
                    .param("batch", batch)
                    .update();
            database.sql("notify portr_replay").update();
        }
        return cancelled;
    }

    /** Removes at most so many batches that are older than this, with their rows; how many. */
    int removeBefore(Instant oldest, int piece) {
        List<String> old = database.sql(
                        "select id from replay_batch where created_at < :oldest order by created_at limit :piece")
                .param("oldest", oldest.atOffset(ZoneOffset.UTC))
                .param("piece", piece)
                .query((row, number) -> row.getString(1))
                .list();
        if (!old.isEmpty()) {
            database.sql("delete from replay where batch_id in (:old)")
                    .param("old", old)
                    .update();
            database.sql("delete from replay_batch where id in (:old)")
                    .param("old", old)
                    .update();
        }
        return old.size();
    }
}
