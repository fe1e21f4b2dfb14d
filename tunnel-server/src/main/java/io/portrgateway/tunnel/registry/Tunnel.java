package io.portrgateway.tunnel.registry;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One host name or TCP port bound to the sessions of one client. Thread-safe: reading takes no lock; members change
 * under this object's monitor, held for a few instructions.
 */
public final class Tunnel {

    private final Lease lease;
    private volatile List<Upstream> upstreams;

    private final LongAdder requestCount = new LongAdder();
    private final LongAdder toVisitorBytes = new LongAdder();
    private final LongAdder toUpstreamBytes = new LongAdder();
    private final LongAdder errorCount = new LongAdder();
    private volatile @Nullable TunnelError lastError;
    private final AtomicLong recordedUntilNanos = new AtomicLong(System.nanoTime());

    Tunnel(Lease lease, Upstream first) {
        this.lease = lease;
        this.upstreams = List.of(first);
    }

    public Lease lease() {
        return lease;
    }

    public TunnelId id() {
        return lease.tunnelId();
    }

    /** The sessions that serve this tunnel; empty once it is closed. */
    public List<Upstream> upstreams() {
        return upstreams;
    }

    /**
     * The open session with the least in flight that is not among {@code tried}; on a tie one on {@code preferred}, so
     * that no thread hop is needed.
     */
    public Optional<Upstream> pick(EventLoop preferred, Collection<Upstream> tried) {
        @Nullable Upstream best = null;
        int bestLoad = Integer.MAX_VALUE;
        for (Upstream candidate : upstreams) {
            if (!candidate.isOpen() || tried.contains(candidate)) {
                continue;
            }
            int load = candidate.inFlight();
            if (load < bestLoad || (load == bestLoad && candidate.eventLoop() == preferred)) {
                best = candidate;
                bestLoad = load;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Requests or TCP connections that visitors began. */
    public LongAdder requestCount() {
        return requestCount;
    }

    /** Payload bytes sent to visitors. */
    public LongAdder toVisitorBytes() {
        return toVisitorBytes;
    }

    /** Payload bytes sent to the service. */
    public LongAdder toUpstreamBytes() {
        return toUpstreamBytes;
    }

    /** Until when, as {@link System#nanoTime()}, what was recorded of this tunnel has used up its rate. */
    public AtomicLong recordedUntilNanos() {
        return recordedUntilNanos;
    }

    /** A visitor got nothing of the service. Any thread. */
    public void failed(TunnelError error) {
        lastError = error;
        errorCount.increment();
    }

    /** How often {@link #failed} was told. */
    public long errorCount() {
        return errorCount.sum();
    }

    /** What failed last; nothing while nothing did. */
    public Optional<TunnelError> lastError() {
        return Optional.ofNullable(lastError);
    }

    synchronized boolean add(Upstream upstream) {
        if (upstreams.isEmpty()) {
            return false;
        }
        if (!upstreams.contains(upstream)) {
            List<Upstream> more = new ArrayList<>(upstreams);
            more.add(upstream);
            upstreams = List.copyOf(more);
        }
        return true;
    }

    /** Removes the session; answers whether it was the last one, which closes the tunnel. */
    synchronized boolean remove(Upstream upstream) {
        if (upstreams.isEmpty()) {
            return false;
        }
        List<Upstream> fewer = new ArrayList<>(upstreams);
        fewer.remove(upstream);
        upstreams = List.copyOf(fewer);
        return upstreams.isEmpty();
    }

    /** Closes the tunnel; answers the sessions it had. */
    synchronized List<Upstream> clear() {
        List<Upstream> had = upstreams;
        upstreams = List.of();
        return had;
    }
}
