package io.portrgateway.tunnel.transport;

/**
 * How many bytes may wait for one SSH socket. Whatever waits is in front of the next keepalive answer, which portr's
 * client wants within five seconds (portr-protocol 3.6); so the limit is what the path carries in half a second, as far
 * as that is known, and small before it is known.
 *
 * <p>Confined to its event loop.
 */
final class WriteLimit {

    /** A path of 1 Mbit/s carries it in half a second. */
    static final int LEAST_BYTES = 64 << 10;

    private static final long AIM_NANOS = 500_000_000;

    private final int mostBytes;
    private int highBytes;
    private long fullNanos;
    private boolean isFull;

    WriteLimit(int mostBytes) {
        this.mostBytes = Math.max(LEAST_BYTES, mostBytes);
        this.highBytes = Math.min(this.mostBytes, 2 * LEAST_BYTES);
    }

    /** Where writing stops. */
    int highBytes() {
        return highBytes;
    }

    /** Where writing goes on. */
    int lowBytes() {
        return highBytes / 2;
    }

    /** The high mark was passed. */
    void full(long nowNanos) {
        if (!isFull) {
            isFull = true;
            fullNanos = nowNanos;
        }
    }

    /** The low mark was reached; answers whether the marks are others now. */
    boolean drained(long nowNanos) {
        if (!isFull) {
            return false;
        }
        isFull = false;
        long elapsedNanos = Math.max(1, nowNanos - fullNanos);
        double bytesPerNano = (double) (highBytes - lowBytes()) / elapsedNanos;
        double carriedBytes = Math.min(mostBytes, Math.max(LEAST_BYTES, bytesPerNano * AIM_NANOS));
        // Halved or doubled at most, so that one odd measurement does little.
        int wantedBytes = (int) Math.max(highBytes / 2.0, Math.min(highBytes * 2.0, carriedBytes));
        boolean isChanged = wantedBytes != highBytes;
        highBytes = wantedBytes;
        return isChanged;
    }
}
