package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.capture.CaptureRules;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.capture.RecordedFrame;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Cut;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Drop;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import io.portrgateway.tunnel.store.CaptureBatch.Extent;
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
    private static final int MOST_FRAME_BATCHES = 300;
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
            // First, so that a stream whose row says that it is over has all its frames
            writeFrames();
            // A trickle waits for the next look, or each exchange would be a transaction of its own
            more = batch.size() == BATCH_COUNT || (isClosing() && !batch.isEmpty());
            if (!batch.isEmpty()) {
                write(new CaptureBatch.Exchanges(queue, batch));
            }
        }
    }

    /** What is there now; the number of rounds is for the case that new ones come as fast as they are written. */
    private void writeFrames() {
        List<RecordedFrame> batch = queue.takeFrames(BATCH_COUNT, BATCH_BYTES);
        for (int rounds = 1; !batch.isEmpty(); rounds++) {
            write(new CaptureBatch.Frames(queue, batch));
            batch = rounds < MOST_FRAME_BATCHES ? queue.takeFrames(BATCH_COUNT, BATCH_BYTES) : List.of();
        }
    }

    private void write(CaptureBatch batch) {
        long start = System.nanoTime();
        Duration pause = INTERVAL;
        for (int attempt = 1; ; attempt++) {
            switch (attempt(batch, attempt)) {
                case DONE -> {
                    batch.written(System.nanoTime() - start);
                    return;
                }
                case WRONG -> {
                    giveUp(batch);
                    return;
                }
                case LATER -> {
                    if (isClosing()) {
                        batch.dropped(Drop.CLOSED);
                        return;
                    }
                    pause(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                }
            }
        }
    }

    /** One record that does not fit must not take the others with it. */
    private void giveUp(CaptureBatch batch) {
        List<? extends CaptureBatch> parts = batch.parts();
        if (parts.size() == 1) {
            LOG.warn("exchange given up tunnel={}", batch.tunnelId());
            batch.dropped(Drop.FAILED);
        } else {
            parts.forEach(this::write);
        }
    }

    private Result attempt(CaptureBatch batch, int attempt) {
        AtomicInteger runs = new AtomicInteger(attempt);
        CaptureRules rules = queue.rules().now();
        try {
            boolean isSealed = batch.teamIds().stream().anyMatch(rules::isEncrypted);
            @Nullable DataKey key = isSealed ? sealing.key() : null;
            CaptureBatch wanted = batch.reduced(teamId -> extent(teamId, rules, key), extent -> count(extent, attempt));
            ExchangeUsage stored = database.submit(
                            Task.CAPTURE,
                            connection -> wanted.insert(
                                    connection,
                                    nodeId,
                                    teamId -> rules.isEncrypted(teamId) ? key : null,
                                    runs.getAndIncrement() > 1))
                    .join();
            queue.rules().usage().add(stored.byTeam());
            return Result.DONE;
        } catch (CompletionException failure) {
            return result(failure.getCause(), attempt);
        }
    }

    /** What may be stored of what a team has. */
    private Extent extent(long teamId, CaptureRules rules, @Nullable DataKey key) {
        if (rules.isEncrypted(teamId) && key == null) {
            return Extent.WITHOUT_CONTENTS;
        }
        return queue.rules().isFull(teamId) ? Extent.WITHOUT_BODIES : Extent.ALL;
    }

    private void count(Extent extent, int attempt) {
        if (attempt == 1) {
            queue.metrics().cut(extent == Extent.WITHOUT_CONTENTS ? Cut.NO_SEAL_KEY : Cut.TEAM_BYTES, 1);
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
