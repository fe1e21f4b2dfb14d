package io.portrgateway.tunnel.capture;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Copies the beginning of one body to the heap, up to a limit and as far as the queue has room for it. Once a part did
 * not fit, the rest is only counted, so that what is kept has no gaps. Confined to the visitor's event loop.
 */
final class BodyTee {

    private static final int SMALLEST_BYTES = 256;

    private final CaptureQueue queue;
    private final int limitBytes;
    private byte[] bytes = {};
    private int keptBytes;
    private long totalBytes;
    private boolean full;

    BodyTee(CaptureQueue queue, int limitBytes) {
        this.queue = queue;
        this.limitBytes = limitBytes;
        this.full = limitBytes == 0;
    }

    /** Takes a copy; the part stays as it is. */
    void add(ByteBuf part) {
        add(part, part.readerIndex(), part.readableBytes());
    }

    /** Takes a copy of so many bytes; the buffer stays as it is. */
    void add(ByteBuf part, int from, int partBytes) {
        totalBytes += partBytes;
        if (full) {
            return;
        }
        int wantedBytes = Math.min(partBytes, limitBytes - keptBytes);
        if (!hasRoomFor(keptBytes + wantedBytes)) {
            full = true;
            queue.metrics().bodyCut();
            return;
        }
        part.getBytes(from, bytes, keptBytes, wantedBytes);
        keptBytes += wantedBytes;
        full = keptBytes == limitBytes;
    }

    private boolean hasRoomFor(int neededBytes) {
        if (neededBytes <= bytes.length) {
            return true;
        }
        int capacity = Math.min(limitBytes, Math.max(neededBytes, Math.max(SMALLEST_BYTES, 2 * bytes.length)));
        return grow(capacity) || grow(neededBytes);
    }

    private boolean grow(int capacity) {
        if (!queue.reserveForBody(capacity - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }

    /** Takes the mask of a WebSocket's frame off (RFC 6455, section 5.3). At the end, once. */
    void unmask(int mask) {
        for (int i = 0; mask != 0 && i < keptBytes; i++) {
            bytes[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
        }
    }

    /** What the queue has reserved for this body. */
    int heldBytes() {
        return bytes.length;
    }

    BodySample sample() {
        return totalBytes == 0 ? BodySample.NONE : new BodySample(bytes, keptBytes, totalBytes);
    }
}
