package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;
import io.portrgateway.tunnel.capture.RecordedFrame.Event;
import io.portrgateway.tunnel.capture.RecordedFrame.Kind;
import io.portrgateway.tunnel.capture.RecordedFrame.Stream;
import io.portrgateway.tunnel.metrics.CaptureMetrics.FrameDrop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the frames that pass one way of a stream, up to its limits and as far as the queue has room; the others are only
 * counted. Confined to the event loop where they pass, but for {@link #inflation}, which belongs to the queue's reader.
 */
final class FrameLog {

    /** What a frame takes besides its payload, roughly. */
    private static final int FRAME_BYTES = 256;

    static final int CLOSE_CODE_BYTES = 2;

    private final CaptureQueue queue;
    private final Stream stream;
    private final Direction direction;
    private final FrameLimits limits;
    private final FrameCounts counts;
    private final long beganNanos;
    private final @Nullable Inflation inflation;
    private @Nullable BodyTee payload;
    private long keptBytes;
    private boolean gap;

    FrameLog(
            CaptureQueue queue,
            Stream stream,
            Direction direction,
            FrameLimits limits,
            FrameCounts counts,
            long beganNanos,
            @Nullable Inflation inflation) {
        this.queue = queue;
        this.stream = stream;
        this.direction = direction;
        this.limits = limits;
        this.counts = counts;
        this.beganNanos = beganNanos;
        this.inflation = inflation;
    }

    Stream stream() {
        return stream;
    }

    Direction direction() {
        return direction;
    }

    int frameBytes() {
        return limits.frameBytes();
    }

    /** For the queue's reader alone. */
    @Nullable
    Inflation inflation() {
        return inflation;
    }

    /** Whether anything is kept of payloads at all. */
    boolean keepsPayload() {
        return limits.frameBytes() > 0;
    }

    /** A frame begins, of so many bytes at most. */
    void begin(Kind kind, long mostBytes) {
        long room = Math.min(limits.frameBytes(), Math.max(0, limits.directionBytes() - keptBytes));
        // The code of a close frame is kept always
        long wanted = kind == Kind.CLOSE ? Math.max(room, CLOSE_CODE_BYTES) : room;
        payload = new BodyTee(queue, (int) Math.min(mostBytes, wanted));
    }

    /** So many of the buffer's bytes belong to the frame; it stays as it is. */
    void payload(ByteBuf bytes, int from, int byteCount) {
        if (payload != null) {
            payload.add(bytes, from, byteCount);
        }
    }

    /** What began is no frame after all. */
    void discard() {
        if (payload != null) {
            queue.free(payload.heldBytes());
            payload = null;
        }
    }

    /** The frame is complete. */
    void end(Kind kind, boolean last, boolean compressed, int mask, @Nullable Event event) {
        BodyTee ended = payload;
        if (ended == null) {
            return;
        }
        payload = null;
        long number = counts.next();
        boolean wanted = counts.keep(limits.frameCount()) || (kind == Kind.CLOSE && number <= Integer.MAX_VALUE);
        if (wanted && queue.reserveForBody(FRAME_BYTES)) {
            ended.unmask(mask);
            keptBytes += ended.sample().keptBytes();
            queue.offer(new PassedFrame(
                    this,
                    (int) number,
                    TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - beganNanos),
                    kind,
                    last,
                    compressed,
                    compressed && gap,
                    ended.sample(),
                    event,
                    (long) ended.heldBytes() + FRAME_BYTES));
            gap &= !compressed;
        } else {
            queue.free(ended.heldBytes());
            queue.metrics().frameDropped(wanted ? FrameDrop.FULL : FrameDrop.LIMIT, 1);
            gap |= compressed;
        }
    }

    /** The frame is not recorded after all. For the queue's reader alone. */
    void drop(PassedFrame frame, FrameDrop why) {
        queue.free(frame.heldBytes());
        queue.metrics().frameDropped(why, 1);
    }
}
