package io.portrgateway.admin.replay;

import io.portrgateway.admin.web.Format;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch as pages show it. Immutable.
 *
 * @param state the class of the status dot
 * @param settled how many need nothing more
 * @param rate null without one
 */
record BatchView(
        String id,
        String method,
        String target,
        @Nullable String tunnel,
        @Nullable String originalId,
        String owner,
        int total,
        int settled,
        int done,
        int failed,
        int cancelled,
        int waiting,
        String stateText,
        String state,
        boolean finished,
        boolean edited,
        @Nullable String rate,
        Instant createdAt) {

    static BatchView of(Batches.Batch batch) {
        boolean finished = batch.isFinished();
        return new BatchView(
                batch.id(),
                batch.method(),
                HeaderLines.shown(batch.target()),
                batch.subdomain(),
                batch.originalId(),
                batch.owner(),
                batch.total(),
                batch.total() - batch.waitingCount() - batch.runningCount(),
                batch.doneCount(),
                batch.failedCount(),
                batch.cancelledCount(),
                batch.waitingCount(),
                stateText(batch),
                !finished ? "warn" : batch.failedCount() > 0 ? "bad" : batch.doneCount() > 0 ? "good" : "",
                finished,
                batch.edited(),
                rate(batch.perSecond()),
                batch.createdAt().toInstant());
    }

    /** Percent of it that needs nothing more. */
    public int percent() {
        return settled * 100 / total;
    }

    private static String stateText(Batches.Batch batch) {
        if (!batch.isFinished()) {
            return batch.doneCount() + batch.failedCount() + batch.runningCount() == 0 ? "Waiting" : "Under way";
        }
        if (batch.doneCount() == batch.total()) {
            return "Answered";
        }
        if (batch.cancelledCount() == batch.total()) {
            return "Cancelled";
        }
        return batch.failedCount() == batch.total()
                ? "Failed"
                : batch.failedCount() > 0 ? batch.failedCount() + " failed" : batch.cancelledCount() + " cancelled";
    }

    static @Nullable String rate(@Nullable Double perSecond) {
        return perSecond == null
                ? null
                : String.format(Locale.ROOT, "%.2f", perSecond).replaceFirst("\\.?0+$", "") + " per second";
    }

    /** One request of it; the difference to the original in words, null while there is nothing to compare. */
    record Row(
            int number,
            String method,
            String target,
            @Nullable String tunnel,
            String stateText,
            String state,
            @Nullable String reason,
            @Nullable Integer status,
            @Nullable String duration,
            @Nullable String size,
            @Nullable String requestId,
            boolean recording,
            @Nullable String originalId,
            @Nullable Integer originalStatus,
            @Nullable String difference,
            boolean same,
            @Nullable Instant dueAt) {

        /** How long its record may be on its way. */
        private static final Duration PATIENCE = Duration.ofSeconds(15);

        static Row of(Batches.Row row, Format format, Instant now) {
            boolean comparable = row.exchangeId() != null && row.originalId() != null;
            @Nullable OffsetDateTime finished = row.finishedAt();
            boolean recording = row.recorded()
                    && row.exchangeId() == null
                    && finished != null
                    && finished.toInstant().plus(PATIENCE).isAfter(now);
            @Nullable OffsetDateTime due = row.notBefore();
            @Nullable Long duration = row.durationMicros();
            @Nullable Long size = row.responseBytes();
            return new Row(
                    row.position() + 1,
                    row.method(),
                    HeaderLines.shown(row.target()),
                    row.subdomain(),
                    ReplayText.state(row.state()),
                    ReplayText.dot(row.state()),
                    ReplayText.failure(row.failure()),
                    row.status(),
                    duration == null ? null : milliseconds(duration),
                    size == null ? null : format.bytes(size),
                    row.exchangeId(),
                    recording,
                    row.originalId(),
                    row.originalStatus(),
                    comparable ? difference(row, format) : null,
                    comparable && isSame(row),
                    row.state().equals("waiting") && due != null ? due.toInstant() : null);
        }

        private static boolean isSame(Batches.Row row) {
            return Objects.equals(row.status(), row.originalStatus())
                    && Objects.equals(row.responseBytes(), row.originalResponseBytes());
        }

        private static String difference(Batches.Row row, Format format) {
            if (!Objects.equals(row.status(), row.originalStatus())) {
                return "was " + (row.originalStatus() == null ? "not answered" : row.originalStatus());
            }
            if (isSame(row)) {
                return "same status and size";
            }
            Long before = row.originalResponseBytes();
            return "same status, was " + format.bytes(before == null ? 0 : before);
        }

        static String milliseconds(long micros) {
            return micros < 10_000_000
                    ? String.format(Locale.ROOT, micros < 10_000 ? "%.1f ms" : "%.0f ms", micros / 1000.0)
                    : String.format(Locale.ROOT, "%.1f s", micros / 1_000_000.0);
        }
    }
}
