package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelError;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what of each tunnel's counters has been written, so that each use is added to its row once. Thread-safe.
 */
final class Usage {

    private final ConcurrentMap<Tunnel, Totals> written = new ConcurrentHashMap<>();

    /** Counters of one tunnel as they stood at one time. */
    private record Totals(
            long requestCount, long toVisitorBytes, long toUpstreamBytes, long errorCount, int sessionCount) {
        /** A connection is activated with one session. */
        static final Totals AT_START = new Totals(0, 0, 0, 0, 1);
    }

    /**
     * What is to be added to a connection row.
     *
     * @param sessionCount replaces the old one
     * @param lastError what the newest of the errors was; null without any
     */
    record Delta(
            String connectionId,
            long requestCount,
            long toVisitorBytes,
            long toUpstreamBytes,
            int sessionCount,
            long errorCount,
            @Nullable String lastError) {

        boolean isEmpty() {
            return requestCount == 0 && toVisitorBytes == 0 && toUpstreamBytes == 0 && errorCount == 0;
        }
    }

    /** What is new since the last take; nothing when nothing is, or when the tunnel has ended. */
    Optional<Delta> take(Tunnel tunnel) {
        @Nullable Delta[] taken = new Delta[1];
        written.compute(tunnel, (key, before) -> {
            Totals now = totals(tunnel);
            if (now.sessionCount == 0) {
                // Ended: takeLast has had the rest, or will
                return before;
            }
            Totals old = before == null ? Totals.AT_START : before;
            if (!now.equals(old)) {
                taken[0] = delta(tunnel, old, now);
            }
            return now;
        });
        return Optional.ofNullable(taken[0]);
    }

    /** Undoes a take that could not be written. */
    void giveBack(Tunnel tunnel, Delta delta) {
        written.computeIfPresent(
                tunnel,
                (key, now) -> new Totals(
                        now.requestCount - delta.requestCount,
                        now.toVisitorBytes - delta.toVisitorBytes,
                        now.toUpstreamBytes - delta.toUpstreamBytes,
                        now.errorCount - delta.errorCount,
                        // No tunnel has it: the next take writes the real one
                        0));
    }

    /** What is new at the end of a tunnel without sessions, which is then forgotten. */
    Delta takeLast(Tunnel tunnel) {
        @Nullable Totals before = written.remove(tunnel);
        return delta(tunnel, before == null ? Totals.AT_START : before, totals(tunnel));
    }

    private static Delta delta(Tunnel tunnel, Totals old, Totals now) {
        return new Delta(
                tunnel.id().value(),
                now.requestCount - old.requestCount,
                now.toVisitorBytes - old.toVisitorBytes,
                now.toUpstreamBytes - old.toUpstreamBytes,
                now.sessionCount,
                now.errorCount - old.errorCount,
                tunnel.lastError().map(TunnelError::columnValue).orElse(null));
    }

    private static Totals totals(Tunnel tunnel) {
        return new Totals(
                tunnel.requestCount().sum(),
                tunnel.toVisitorBytes().sum(),
                tunnel.toUpstreamBytes().sum(),
                tunnel.errorCount(),
                tunnel.upstreams().size());
    }
}
