package io.portrgateway.tunnel.ssh;

import java.util.function.LongSupplier;

/**
 * What one stream lets the client send (RFC 4254 section 5.2). Starts small, so that a stalled visitor is cheap, and grows
 * to three times the path's bandwidth-delay product, so that a long path is used fully, as far as the budget allows.
 *
 * <p>Bytes count as received when they arrive and as consumed when the stream's reader has taken them; only consumed ones
 * are offered to the client again. Confined to the session's event loop.
 */
final class ReceiveWindow {

    /** What a stream gets even when the budget is used up. */
    static final int LEAST_BYTES = 64 << 10;

    /** Consumed bytes are offered again a quarter of a window at a time: few adjusts, and three quarters still usable. */
    private static final int ADJUST_FRACTION = 4;

    /** With less than this a doubled window would not be measured as used before it is doubled again. */
    private static final int ROUND_TRIPS_HELD = 3;

    private final WindowBudget budget;
    private final int maxBytes;
    private final LongSupplier nanoClock;
    private final int initialBytes;

    private int windowBytes;
    private long availableBytes;
    private long unconsumedBytes;
    private long releasableBytes;
    private int grownBytes;

    private long receivedBytes;
    private long roundTripNanos = Long.MAX_VALUE;
    private boolean isMeasuring;
    private long markNanos;
    private long markReceivedBytes;
    private long markEdgeBytes;

    ReceiveWindow(WindowBudget budget, int initialBytes, int maxBytes, LongSupplier nanoClock) {
        this.budget = budget;
        this.maxBytes = maxBytes;
        this.nanoClock = nanoClock;
        if (budget.tryReserve(initialBytes)) {
            this.initialBytes = initialBytes;
        } else {
            this.initialBytes = Math.min(initialBytes, LEAST_BYTES);
            budget.reserve(this.initialBytes);
        }
        this.windowBytes = this.initialBytes;
        this.availableBytes = this.initialBytes;
    }

    /** What to advertise when the stream is opened. */
    int initialBytes() {
        return initialBytes;
    }

    /** The present size, of which a part may be in use. */
    int windowBytes() {
        return windowBytes;
    }

    /** Bytes received that nobody has consumed. */
    long unconsumedBytes() {
        return unconsumedBytes;
    }

    /** Notes a time that is at least one round trip, such as that between asking for the stream and the answer. */
    void observeRoundTrip(long nanos) {
        roundTripNanos = Math.min(roundTripNanos, Math.max(1, nanos));
    }

    /** Notes arrived bytes; false when the client sent more than it was allowed to. */
    boolean receive(int bytes) {
        if (bytes > availableBytes) {
            return false;
        }
        availableBytes -= bytes;
        unconsumedBytes += bytes;
        receivedBytes += bytes;
        if (isMeasuring && receivedBytes > markEdgeBytes) {
            measured();
        }
        return true;
    }

    /** Notes consumed bytes; answers by how many the client's window is to be adjusted now, 0 for not yet. */
    int consume(int bytes) {
        unconsumedBytes -= bytes;
        releasableBytes += bytes;
        if (releasableBytes + grownBytes < windowBytes / ADJUST_FRACTION) {
            return 0;
        }
        if (!isMeasuring) {
            isMeasuring = true;
            markNanos = nanoClock.getAsLong();
            markReceivedBytes = receivedBytes;
            markEdgeBytes = receivedBytes + availableBytes;
        }
        int adjustBytes = (int) releasableBytes + grownBytes;
        availableBytes += adjustBytes;
        releasableBytes = 0;
        grownBytes = 0;
        return adjustBytes;
    }

    /** Gives the budget back; the window must not be used any more. */
    void close() {
        budget.release(windowBytes);
        windowBytes = 0;
    }

    /**
     * A byte arrived that the client may send only since the adjust that was marked, so the time since then is at least
     * one round trip; it is close to it when the window is what holds the client back.
     */
    private void measured() {
        isMeasuring = false;
        long elapsedNanos = Math.max(1, nanoClock.getAsLong() - markNanos);
        observeRoundTrip(elapsedNanos);
        double bytesPerNano = (double) (receivedBytes - markReceivedBytes) / elapsedNanos;
        double usefulBytes = ROUND_TRIPS_HELD * bytesPerNano * roundTripNanos;
        boolean isReaderFast = unconsumedBytes <= windowBytes / 2;
        if (usefulBytes > windowBytes && isReaderFast) {
            grow();
        }
    }

    private void grow() {
        int bytes = Math.min(windowBytes, maxBytes - windowBytes);
        if (bytes > 0 && budget.tryReserve(bytes)) {
            windowBytes += bytes;
            grownBytes += bytes;
        }
    }
}
