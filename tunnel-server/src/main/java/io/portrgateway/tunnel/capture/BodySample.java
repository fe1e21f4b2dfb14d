package io.portrgateway.tunnel.capture;

import java.util.Arrays;

/**
 * The beginning of a body, byte for byte as it passed, and how long the body was. Immutable as long as nobody writes to
 * the array, which only {@link BodyTee} could.
 */
public final class BodySample {

    public static final BodySample NONE = new BodySample(new byte[0], 0, 0);

    private final byte[] bytes;
    private final int keptBytes;
    private final long totalBytes;

    BodySample(byte[] bytes, int keptBytes, long totalBytes) {
        this.bytes = bytes;
        this.keptBytes = keptBytes;
        this.totalBytes = totalBytes;
    }

    /** A copy of what was kept. */
    public byte[] kept() {
        return Arrays.copyOf(bytes, keptBytes);
    }

    public int keptBytes() {
        return keptBytes;
    }

    /** What passed in all. */
    public long totalBytes() {
        return totalBytes;
    }

    public boolean isTruncated() {
        return keptBytes < totalBytes;
    }
}
