package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.capture.CaptureRules;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Cut;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Drop;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes recorded exchanges to the database, batch after batch on one virtual thread. While the database is away the
 * batch at hand waits, the queue fills, and what comes then is dropped there.
 */
final class ExchangeWriter {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeWriter.class);

    /** Looked at so often: no event loop has to wake anybody, and a row is seen well within half a second. */
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int BATCH_COUNT = 500;
    private static final long BATCH_BYTES = 8L << 20;
    private static final int PARTITION_DAYS_AHEAD = 3;
    private static final String NO_PARTITION = "23514";

    private final Database database;
    private final String nodeId;
    private final CompletableFuture<Void> nodeReady;
    private final CaptureQueue queue;
    private final Sealing sealing;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private enum Result {
        DONE,
        /** The database cannot now. */
        LATER,
        /** The database will never. */
        WRONG
    }

    ExchangeWriter(Database database, String nodeId, CompletableFuture<Void> nodeReady, CaptureQueue queue) {
        this.database = database;
        this.nodeId = nodeId;
        this.nodeReady = nodeReady;
        this.queue = queue;
        this.sealing = new Sealing(database);
        this.thread = Thread.ofVirtual().name("store-exchanges").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Writes what is there, where that is possible at once, and ends the thread. */
    void close(Duration longest) throws InterruptedException {
        queue.close();
        closing.countDown();
        if (thread.isAlive()) {
            thread.join(longest);
        }
    }

    private void run() {
        while (!isClosing()) {
            pause(INTERVAL);
            if (nodeReady.isDone()) {
                writeBatches();
            }
        }
        writeBatches();
    }

    private void writeBatches() {
        boolean more = true;
        while (more) {
            List<RecordedExchange> batch = queue.take(BATCH_COUNT, BATCH_BYTES);
            // A trickle waits for the next look, or each exchange would be a transaction of its own
            more = batch.size() == BATCH_COUNT || (isClosing() && !batch.isEmpty());
            if (!batch.isEmpty()) {
                write(batch);
            }
        }
    }

    private void write(List<RecordedExchange> batch) {
        long start = System.nanoTime();
        Duration pause = INTERVAL;
        for (int attempt = 1; ; attempt++) {
            switch (attempt(batch, attempt)) {
                case DONE -> {
                    queue.written(batch, System.nanoTime() - start);
                    return;
                }
                case WRONG -> {
                    giveUp(batch);
                    return;
                }
                case LATER -> {
                    if (isClosing()) {
                        queue.dropped(batch, Drop.CLOSED);
                        return;
                    }
                    pause(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
            }
        }
    }

    /** One record that does not fit must not take the others with it. */
    private void giveUp(List<RecordedExchange> batch) {
        if (batch.size() == 1) {
            LOG.warn("exchange given up tunnel={}", batch.getFirst().lease().tunnelId());
            queue.dropped(batch, Drop.FAILED);
        } else {
            batch.forEach(record -> write(List.of(record)));
        }
    }

    private Result attempt(List<RecordedExchange> batch, int attempt) {
        AtomicInteger runs = new AtomicInteger(attempt);
        CaptureRules rules = queue.rules().now();
        try {
            boolean isSealed = batch.stream().anyMatch(record -> rules.isEncrypted(teamId(record)));
            @Nullable DataKey key = isSealed ? sealing.key() : null;
            List<RecordedExchange> wanted = batch.stream()
                    .map(record -> allowed(record, rules.isEncrypted(teamId(record)) && key == null, attempt))
                    .toList();
            ExchangeUsage stored = database.submit(
                            Task.CAPTURE,
                            connection -> ExchangeSql.insert(
                                    connection,
                                    nodeId,
                                    wanted,
                                    record -> rules.isEncrypted(teamId(record)) ? key : null,
                                    runs.getAndIncrement() > 1))
                    .join();
            queue.rules().usage().add(stored.byTeam());
            return Result.DONE;
        } catch (CompletionException failure) {
            return result(failure.getCause(), attempt);
        }
    }

    private static long teamId(RecordedExchange record) {
        return record.lease().owner().teamId();
    }

    /** What may be stored of the record. */
    private RecordedExchange allowed(RecordedExchange record, boolean isWithoutKey, int attempt) {
        Response response = record.response();
        boolean hasBody = response.requestBody().keptBytes() + response.body().keptBytes() > 0;
        if (isWithoutKey) {
            count(Cut.NO_SEAL_KEY, attempt);
            return record.withoutContents();
        }
        if (hasBody && queue.rules().isFull(teamId(record))) {
            count(Cut.TEAM_BYTES, attempt);
            return record.withoutBodies();
        }
        return record;
    }

    private void count(Cut why, int attempt) {
        if (attempt == 1) {
            queue.metrics().cut(why, 1);
        }
    }

    private Result result(@Nullable Throwable failure, int attempt) {
        String state = failure != null && failure.getCause() instanceof SQLException sql
                ? String.valueOf(sql.getSQLState())
                : "";
        if (state.equals(NO_PARTITION) && attempt == 1) {
            return ensurePartitions();
        }
        // Data exceptions and violated constraints do not pass with time
        return state.startsWith("22") || state.startsWith("23") ? Result.WRONG : Result.LATER;
    }

    private Result ensurePartitions() {
        try {
            database.submit(
                            Task.PARTITIONS,
                            connection -> ExchangeSql.ensurePartitions(connection, PARTITION_DAYS_AHEAD))
                    .join();
        } catch (CompletionException failure) {
            LOG.debug("partitions not made reason={}", failure.getMessage());
        }
        return Result.LATER;
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void pause(Duration time) {
        try {
            closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ended) {
            closing.countDown();
        }
    }
}
