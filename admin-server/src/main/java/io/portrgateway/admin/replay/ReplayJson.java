package io.portrgateway.admin.replay;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch of replays as the API shows it. Immutable. */
record ReplayJson(
        String id,
        String state,
        int total,
        int waiting,
        int running,
        int done,
        int failed,
        int cancelled,
        @Nullable Double rate,
        boolean edited,
        @JsonProperty("created_by") String createdBy,
        @JsonProperty("created_at") String createdAt,
        List<Item> replays) {

    /** One request of it. Immutable. */
    record Item(
            String state,
            @Nullable String failure,
            String method,
            String target,
            @Nullable String tunnel,
            @JsonProperty("original_id") @Nullable String originalId,
            @JsonProperty("request_id") @Nullable String requestId,
            @Nullable Integer status,
            @JsonProperty("started_at") @Nullable String startedAt,
            @JsonProperty("finished_at") @Nullable String finishedAt) {

        static Item of(Batches.Row row) {
            return new Item(
                    row.state(),
                    row.failure(),
                    row.method(),
                    HeaderLines.shown(row.target()),
                    row.subdomain(),
                    row.originalId(),
                    row.exchangeId(),
                    row.status(),
                    time(row.startedAt()),
                    time(row.finishedAt()));
        }
    }

    ReplayJson {
        replays = List.copyOf(replays);
    }

    static ReplayJson of(Batches.Batch batch, List<Batches.Row> rows) {
        return new ReplayJson(
                batch.id(),
                batch.isFinished() ? "finished" : "running",
                batch.total(),
                batch.waitingCount(),
                batch.runningCount(),
                batch.doneCount(),
                batch.failedCount(),
                batch.cancelledCount(),
                batch.perSecond(),
                batch.edited(),
                batch.owner(),
                String.valueOf(time(batch.createdAt())),
                rows.stream().map(Item::of).toList());
    }

    private static @Nullable String time(@Nullable OffsetDateTime at) {
        return at == null
                ? null
                : at.toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
