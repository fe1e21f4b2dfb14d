package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.metrics.CaptureMetrics;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Drop;
import io.portrgateway.tunnel.metrics.CaptureMetrics.FrameDrop;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where records leave the event loops: bounded in bytes, those of running exchanges included. What does not fit is
 * dropped and counted. Nothing leaves it with its secrets. Thread-safe; only {@link #take} and {@link #takeFrames} are
 * for one thread.
 */
public final class CaptureQueue {

    /** What a record takes besides its fields and bodies, roughly. */
    private static final int RECORD_BYTES = 1024;

    private final long limitBytes;
    private final CurrentRules rules;
    private final CaptureMetrics metrics;
    private final Queue<RecordedExchange> records = new ConcurrentLinkedQueue<>();
    private final FrameQueue frames = new FrameQueue();
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile boolean closed;

    public CaptureQueue(CaptureConfig config, CaptureMetrics metrics) {
        this.limitBytes = config.queueBytes();
        this.rules = new CurrentRules(config);
        this.metrics = metrics;
        metrics.watchHeldBytes(heldBytes);
        metrics.watchPause(rules, current -> current.isPaused() ? 1 : 0);
    }

    /** By which exchanges are recorded; the writer's side keeps them up to date. */
    public CurrentRules rules() {
        return rules;
    }

    public CaptureMetrics metrics() {
        return metrics;
    }

    /** Takes room for a part of a body; false when there is too little, and then none is taken. */
    boolean reserveForBody(long byteCount) {
        // The last eighth is for heads: a few large bodies must not cost the others their rows
        return reserve(byteCount, limitBytes - limitBytes / 8);
    }

    /** Gives room back. */
    void free(long byteCount) {
        heldBytes.addAndGet(-byteCount);
    }

    private boolean reserve(long byteCount, long most) {
        if (heldBytes.addAndGet(byteCount) > most) {
            heldBytes.addAndGet(-byteCount);
            return false;
        }
        return true;
    }

    /** Takes the record over, or drops it. Its bodies have their room already. Never waits. */
    void offer(RecordedExchange record) {
        long headBytes = headBytes(record);
        if (closed || !reserve(headBytes, limitBytes)) {
            heldBytes.addAndGet(-record.heldBytes());
            metrics.dropped(closed ? Drop.CLOSED : Drop.FULL, 1);
            return;
        }
        records.add(record.holding(record.heldBytes() + headBytes));
    }

    /**
     * Takes over the first row of a stream that goes on; false when there is no room for it and for its end. Its bodies stay
     * the recorder's. Never waits.
     */
    boolean open(RecordedExchange record) {
        long headBytes = headBytes(record);
        if (closed || !reserve(2 * headBytes, limitBytes)) {
            return false;
        }
        records.add(record.holding(headBytes));
        return true;
    }

    /** Takes over the end of what was opened, for which there is room already. Never waits. */
    void end(RecordedExchange opened, RecordedExchange end) {
        long headBytes = headBytes(end);
        heldBytes.addAndGet(headBytes - headBytes(opened));
        RecordedExchange held = end.holding(end.heldBytes() + headBytes);
        if (closed) {
            dropped(List.of(held), Drop.CLOSED);
        } else {
            records.add(held);
        }
    }

    private static long headBytes(RecordedExchange record) {
        return RECORD_BYTES
                + 2L * record.request().target().length()
                + record.request().headers().heldBytes()
                + record.response().headers().heldBytes()
                + record.response().trailers().heldBytes()
                + record.response().requestTrailers().heldBytes();
    }

    /** Takes a frame over, whose room is taken already. Never waits. */
    void offer(PassedFrame frame) {
        if (closed) {
            free(frame.heldBytes());
            metrics.frameDropped(FrameDrop.CLOSED, 1);
        } else {
            frames.add(frame);
        }
    }

    /** No frame of the stream will come any more. */
    void ended(Inflation inflation) {
        frames.end(inflation);
    }

    /**
     * The oldest records without their secrets, at most so many and, but for the first, at most so many bytes. They take
     * up room until {@link #written} or {@link #dropped}.
     */
    public List<RecordedExchange> take(int maxCount, long maxBytes) {
        List<RecordedExchange> batch = new ArrayList<>();
        long batchBytes = 0;
        while (batch.size() < maxCount && batchBytes < maxBytes) {
            @Nullable RecordedExchange record = records.poll();
            if (record == null) {
                break;
            }
            batchBytes += record.heldBytes();
            batch.add(rules.now().redaction(record.lease().owner().teamId()).apply(record));
        }
        return batch;
    }

    /**
     * The oldest frames, inflated and without their secrets, in the order in which they were complete. The same thread as
     * {@link #take}; they take up room until {@link #framesWritten} or {@link #framesDropped}.
     */
    public List<RecordedFrame> takeFrames(int maxCount, long maxBytes) {
        return frames.take(rules, maxCount, maxBytes);
    }

    /** The frames are in the database. */
    public void framesWritten(List<RecordedFrame> batch) {
        batch.forEach(frame -> free(frame.heldBytes()));
        metrics.framesWritten(batch.size());
    }

    /** The frames could not be written and are given up. */
    public void framesDropped(List<RecordedFrame> batch, FrameDrop why) {
        batch.forEach(frame -> free(frame.heldBytes()));
        metrics.frameDropped(why, batch.size());
    }

    /** The records are in the database. */
    public void written(List<RecordedExchange> batch, long nanos) {
        free(batch);
        metrics.written(batch.size(), nanos);
    }

    /** The records could not be written and are given up. */
    public void dropped(List<RecordedExchange> batch, Drop why) {
        free(batch);
        metrics.dropped(why, batch.size());
    }

    /** Drops what comes from now on. What is there can still be taken. */
    public void close() {
        closed = true;
    }

    private void free(List<RecordedExchange> batch) {
        batch.forEach(record -> free(record.heldBytes()));
    }
}
