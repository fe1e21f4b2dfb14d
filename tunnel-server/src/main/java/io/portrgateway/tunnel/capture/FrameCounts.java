package io.portrgateway.tunnel.capture;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Frames of one exchange, both directions together. Thread-safe. */
final class FrameCounts {

    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger kept = new AtomicInteger();

    /** Counts one more; answers the number it has. */
    long next() {
        return passed.incrementAndGet();
    }

    long passed() {
        return passed.get();
    }

    /** Takes one of so many places; false when all are taken. */
    boolean keep(int limit) {
        // Beyond the limit it may count further, but not round
        return kept.get() < limit && kept.incrementAndGet() <= limit;
    }
}
