package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.capture.RecordedFrame.Kind;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import io.portrgateway.tunnel.metrics.CaptureMetrics.FrameDrop;
import io.portrgateway.tunnel.registry.Lease;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Frames between the event loops and the reader of {@link CaptureQueue}, who inflates them here. Thread-safe; only
 * {@link #take} is for one thread.
 */
final class FrameQueue {

    private sealed interface Entry {}

    private record Passed(PassedFrame frame) implements Entry {}

    private record Ended(Inflation inflation) implements Entry {}

    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();

    void add(PassedFrame frame) {
        entries.add(new Passed(frame));
    }

    void end(Inflation inflation) {
        entries.add(new Ended(inflation));
    }

    /**
     * The oldest frames, at most so many and, but for the first, at most so many bytes, as far as the rules of now allow: a
     * stream may go on for days after somebody has said that it is not to be recorded.
     */
    List<RecordedFrame> take(CurrentRules current, int maxCount, long maxBytes) {
        CaptureRules rules = current.now();
        List<RecordedFrame> batch = new ArrayList<>();
        long batchBytes = 0;
        while (batch.size() < maxCount && batchBytes < maxBytes) {
            @Nullable Entry entry = entries.poll();
            switch (entry) {
                case null -> {
                    return batch;
                }
                case Ended(Inflation inflation) -> inflation.close();
                case Passed(PassedFrame passed) -> {
                    // Also one that is not wanted, because later ones may refer to it
                    RecordedFrame frame = recorded(passed, rules);
                    if (rules.mode(frame.stream().lease()) == Mode.OFF) {
                        passed.log().drop(passed, FrameDrop.OFF);
                    } else if (current.isPaused()) {
                        passed.log().drop(passed, FrameDrop.DISK);
                    } else {
                        batchBytes += frame.heldBytes() + frame.content().keptBytes();
                        batch.add(frame);
                    }
                }
            }
        }
        return batch;
    }

    private static RecordedFrame recorded(PassedFrame frame, CaptureRules rules) {
        Lease lease = frame.log().stream().lease();
        boolean isFull = rules.mode(lease) == Mode.FULL;
        @Nullable Inflation inflation = frame.log().inflation();
        @Nullable
        BodySample inflated = frame.compressed() && inflation != null
                ? inflation.inflate(frame, frame.log().frameBytes())
                : null;
        BodySample plain = inflated == null ? content(frame) : inflated;
        boolean isWhole =
                frame.last() && frame.kind() != Kind.CONTINUATION && (!frame.compressed() || inflated != null);
        BodySample content = isFull ? rules.redaction(lease.owner().teamId()).text(plain, isWhole) : plain.withheld();
        return new RecordedFrame(
                frame.log().stream(),
                frame.number(),
                frame.atMicros(),
                frame.log().direction(),
                frame.kind(),
                frame.last(),
                frame.compressed(),
                inflated != null,
                frame.payload().totalBytes(),
                frame.payload().isTruncated() || content.isTruncated(),
                closeCode(frame),
                isFull ? frame.event() : null,
                content,
                frame.heldBytes());
    }

    private static BodySample content(PassedFrame frame) {
        if (frame.kind() != Kind.CLOSE || frame.payload().keptBytes() < FrameLog.CLOSE_CODE_BYTES) {
            return frame.payload();
        }
        byte[] kept = frame.payload().kept();
        byte[] reason = Arrays.copyOfRange(kept, FrameLog.CLOSE_CODE_BYTES, kept.length);
        return new BodySample(reason, reason.length, frame.payload().totalBytes() - FrameLog.CLOSE_CODE_BYTES);
    }

    private static @Nullable Integer closeCode(PassedFrame frame) {
        if (frame.kind() != Kind.CLOSE || frame.payload().keptBytes() < FrameLog.CLOSE_CODE_BYTES) {
            return null;
        }
        byte[] kept = frame.payload().kept();
        return (kept[0] & 0xFF) << 8 | (kept[1] & 0xFF);
    }
}
