package io.portrgateway.tunnel.ssh;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes clients may be allowed to send ahead of slow visitors: one budget per session inside one per node, so
 * that neither one client nor all of them can fill the memory. Thread-safe.
 */
final class WindowBudget {

    private final long limitBytes;
    private final @Nullable WindowBudget outer;
    private final AtomicLong reservedBytes = new AtomicLong();

    WindowBudget(long limitBytes, @Nullable WindowBudget outer) {
        this.limitBytes = limitBytes;
        this.outer = outer;
    }

    /** Reserves all of it or nothing. */
    boolean tryReserve(long bytes) {
        if (reservedBytes.addAndGet(bytes) <= limitBytes && (outer == null || outer.tryReserve(bytes))) {
            return true;
        }
        reservedBytes.addAndGet(-bytes);
        return false;
    }

    /** Reserves beyond the limit if need be: for the little without which a stream cannot work. */
    void reserve(long bytes) {
        reservedBytes.addAndGet(bytes);
        if (outer != null) {
            outer.reserve(bytes);
        }
    }

    void release(long bytes) {
        reservedBytes.addAndGet(-bytes);
        if (outer != null) {
            outer.release(bytes);
        }
    }

    long reservedBytes() {
        return reservedBytes.get();
    }
}
