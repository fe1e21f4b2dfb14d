package io.portrgateway.tunnel.capture;

import java.util.Arrays;

/**
 * The beginning of a body, byte for byte as it passed or without its secrets, and how long the body was. Immutable as
 * long as nobody writes to the array, which only {@link BodyTee} could.
 */
public final class BodySample {

    public static final BodySample NONE = new BodySample(new byte[0], 0, 0, false);

    private final byte[] bytes;
    private final int keptBytes;
    private final long totalBytes;
    private final boolean truncated;

    /** As it passed. */
    BodySample(byte[] bytes, int keptBytes, long totalBytes) {
        this(bytes, keptBytes, totalBytes, keptBytes < totalBytes);
    }

    private BodySample(byte[] bytes, int keptBytes, long totalBytes, boolean truncated) {
        this.bytes = bytes;
        this.keptBytes = keptBytes;
        this.totalBytes = totalBytes;
        this.truncated = truncated;
    }

    /** The same body with other bytes in the place of what was kept. */
    BodySample changed(byte[] other) {
        return new BodySample(other, other.length, totalBytes, truncated);
    }

    /** The same body with nothing kept of it but its size. */
    public BodySample withheld() {
        return new BodySample(new byte[0], 0, totalBytes, totalBytes > 0);
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
        return truncated;
    }
}
