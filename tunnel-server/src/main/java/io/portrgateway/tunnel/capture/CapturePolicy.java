package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.CaptureConfig.Mode;
import io.portrgateway.tunnel.registry.Tunnel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is kept of an exchange: the one place that decides. It is what the rules say of its tunnel now, and a rate per
 * tunnel, so that a load test neither fills the disk nor pushes out what other tunnels record. Thread-safe.
 */
final class CapturePolicy {

    /** A page with all its parts is recorded whole: so long may a tunnel have been idle for its burst. */
    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final CurrentRules rules;
    private final long intervalNanos;

    CapturePolicy(CaptureConfig config, CurrentRules rules) {
        this.rules = rules;
        this.intervalNanos = config.ratePerSecond() == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / config.ratePerSecond();
    }

    Mode mode(Tunnel tunnel) {
        Mode mode = rules.now().mode(tunnel.lease());
        boolean hasRoom =
                mode != Mode.FULL || !rules.isFull(tunnel.lease().owner().teamId());
        return hasRoom ? mode : Mode.METADATA;
    }

    /** Counts one exchange of the tunnel; false when it has had enough. */
    boolean admits(Tunnel tunnel, long now) {
        if (intervalNanos == 0) {
            return true;
        }
        AtomicLong paid = tunnel.recordedUntilNanos();
        long until = paid.get();
        long start = until - now > 0 ? until : now;
        // Of two loops that count at once one is refused, at worst: lossy is allowed, waiting is not
        return start - now <= BURST_NANOS && paid.compareAndSet(until, start + intervalNanos);
    }
}
