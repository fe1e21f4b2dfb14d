package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import io.portrgateway.tunnel.metrics.CaptureMetrics.Drop;
import io.portrgateway.tunnel.registry.Tunnel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the recorders of the exchanges that are kept. Thread-safe. */
public final class Capture {

    private final CapturePolicy policy;
    private final CaptureQueue queue;
    private final int bodyBytes;
    private final FrameLimits frameLimits;
    private final FrameLimits frameLimitsOfMetadata;

    public Capture(CaptureConfig config, CaptureQueue queue) {
        this.policy = new CapturePolicy(config, queue.rules());
        this.queue = queue;
        this.bodyBytes = config.bodyBytes();
        this.frameLimits = new FrameLimits(config.frameBytes(), config.frameCount(), config.bodyBytes());
        this.frameLimitsOfMetadata = new FrameLimits(0, config.frameCount(), 0);
    }

    /**
     * A recorder for an exchange through the tunnel; null when it is not recorded.
     *
     * @param request what the visitor sent, made only when it is wanted
     * @param beganNanos when the exchange began, as {@link System#nanoTime()}
     */
    public @Nullable ExchangeRecorder begin(Tunnel tunnel, long beganNanos, Supplier<Request> request) {
        // Most requests of a busy tunnel end here, so this reads no clock and takes no lock
        Mode mode = policy.mode(tunnel);
        if (mode == Mode.OFF) {
            return null;
        }
        if (queue.rules().isPaused()) {
            queue.metrics().dropped(Drop.DISK, 1);
            return null;
        }
        if (!policy.admits(tunnel, beganNanos)) {
            queue.metrics().dropped(Drop.RATE, 1);
            return null;
        }
        return recorder(tunnel, mode, request.get(), beganNanos);
    }

    /**
     * A recorder for a request that is sent again: somebody wants to see what comes of it, so it is recorded whatever the
     * mode and the rate, with its bodies where they are wanted and the disk has room.
     */
    public ExchangeRecorder beginReplay(Tunnel tunnel, long beganNanos, Request request) {
        Mode mode = queue.rules().isPaused() ? Mode.METADATA : policy.mode(tunnel);
        return recorder(tunnel, mode, request, beganNanos);
    }

    private ExchangeRecorder recorder(Tunnel tunnel, Mode mode, Request request, long beganNanos) {
        boolean isFull = mode == Mode.FULL;
        return new ExchangeRecorder(
                queue,
                tunnel.lease(),
                isFull ? bodyBytes : 0,
                isFull ? frameLimits : frameLimitsOfMetadata,
                request,
                beganNanos);
    }
}
