package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.team.Member;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Finds what was sent again and what came of it. A reader sees their own batches and those of their team, but none that went
 * into another member's private tunnel. Thread-safe.
 */
@Component
class Batches {

    private static final String VISIBLE = """
            b.team_id = :team and (b.membership_id = :me or not exists (
                select from replay v left join connection vc on vc.id = v.connection_id
                where v.batch_id = b.id and vc.membership_id is distinct from :me
                and (vc.id is null or exists (
                    select from tunnel_capture p where p.membership_id = vc.membership_id
                    and p.subdomain = vc.subdomain and p.private))))
            """;

    private static final String SELECT = """
            select b.id, u.email as owner, b.total, b.per_second, b.edited, b.created_at, b.cancelled_at,
                   s.waiting_count, s.running_count, s.done_count, s.failed_count, s.cancelled_count,
                   f.method, f.target, f.subdomain, f.original_id
            from replay_batch b
            join membership m on m.id = b.membership_id
            join app_user u on u.id = m.user_id
            cross join lateral (
                select count(*) filter (where r.state = 'waiting') as waiting_count,
                       count(*) filter (where r.state = 'running') as running_count,
                       count(*) filter (where r.state = 'done') as done_count,
                       count(*) filter (where r.state = 'failed') as failed_count,
                       count(*) filter (where r.state = 'cancelled') as cancelled_count
                from replay r where r.batch_id = b.id) s
            left join lateral (
                select r.method, r.target, c.subdomain, r.original_id
                from replay r left join connection c on c.id = r.connection_id
                where r.batch_id = b.id order by r.position limit 1) f on true
            where
            """;

    private final JdbcClient database;

    Batches(JdbcClient database) {
        this.database = database;
    }

    /** What was asked for together; method, target, tunnel and original are those of its first request. Immutable. */
    record Batch(
            String id,
            String owner,
            int total,
            @Nullable Double perSecond,
            boolean edited,
            OffsetDateTime createdAt,
            @Nullable OffsetDateTime cancelledAt,
            int waitingCount,
            int runningCount,
            int doneCount,
            int failedCount,
            int cancelledCount,
            String method,
            String target,
            @Nullable String subdomain,
            @Nullable String originalId) {

        boolean isFinished() {
            return waitingCount + runningCount == 0;
        }

        String subject() {
            int query = target.indexOf('?');
            return method + " " + (query < 0 ? target : target.substring(0, query));
        }
    }

    /**
     * One request of a batch. What is known of the two exchanges is there once they are recorded, and only where the reader
     * may see them. Immutable.
     */
    record Row(
            int position,
            String method,
            String target,
            @Nullable String subdomain,
            String state,
            @Nullable String failure,
            @Nullable Integer status,
            @Nullable OffsetDateTime notBefore,
            @Nullable OffsetDateTime startedAt,
            @Nullable OffsetDateTime finishedAt,
            boolean recorded,
            @Nullable String exchangeId,
            @Nullable Long responseBytes,
            @Nullable Long durationMicros,
            @Nullable String originalId,
            @Nullable Integer originalStatus,
            @Nullable Long originalResponseBytes,
            @Nullable Long originalDurationMicros) {}

    Optional<Batch> find(Member reader, String id) {
        return database.sql(SELECT + VISIBLE + " and b.id = :id")
                .params(of(reader))
                .param("id", id)
                .query(new DataClassRowMapper<Batch>(Batch.class))
                .optional();
    }

    /** Newest first. */
    List<Batch> page(Member reader, int size, long offset) {
        return database.sql(SELECT + VISIBLE + " order by b.created_at desc, b.id desc limit :size offset :offset")
                .params(of(reader))
                .param("size", size)
                .param("offset", offset)
                .query(new DataClassRowMapper<Batch>(Batch.class))
                .list();
    }

    long count(Member reader) {
        return database.sql("select count(*) from replay_batch b where " + VISIBLE)
                .params(of(reader))
                .query(Long.class)
                .single();
    }

    /** In the order of sending. */
    List<Row> rows(Member reader, Batch batch) {
        return database.sql("""
                        select r.position, r.method, r.target, c.subdomain, r.state, r.failure,
                               coalesce(r.status, made.status) as status, r.not_before, r.started_at, r.finished_at,
                               r.exchange_id is not null as recorded, made.id as exchange_id, made.response_bytes,
                               made.duration_micros, original.id as original_id, original.status as original_status,
                               original.response_bytes as original_response_bytes,
                               original.duration_micros as original_duration_micros
                        from replay r
                        left join connection c on c.id = r.connection_id
                        left join lateral (
                            select e.id, e.status, e.response_bytes, e.duration_micros from exchange e
                            where e.id = r.exchange_id and e.started_at = r.exchange_started_at and %1$s) made on true
                        left join lateral (
                            select e.id, e.status, e.response_bytes, e.duration_micros from exchange e
                            where e.id = r.original_id and e.started_at = r.original_started_at and %1$s) original on true
                        where r.batch_id = :batch order by r.position
                        """.formatted(Exchanges.VISIBLE))
                .params(of(reader))
                .param("batch", batch.id())
                .query(new DataClassRowMapper<Row>(Row.class))
                .list();
    }

    private static Map<String, Object> of(Member reader) {
        return Map.of("team", reader.teamId(), "me", reader.membershipId());
    }
}
