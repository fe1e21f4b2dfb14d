package io.portrgateway.tunnel.transport;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * A large packet's buffer whose array is used again once {@link WriteQueue} has copied the packet out of it. A fresh array
 * per packet would be zeroed, would be cold in the processor's cache, and would push everything else out of it.
 *
 * <p>Taken and given back on an event loop; an array that is given back elsewhere, or to a full pool, is left to the
 * garbage collector. Whoever writes the packet must not touch it afterwards, which MINA does not.
 */
public final class PacketBuffer extends ByteArrayBuffer {

    /** Room for 32 KiB of channel data and all that MINA puts around it: header, padding, MAC or tag. */
    private static final int ARRAY_BYTES = (32 << 10) + 512;

    private static final int POOLED_COUNT = 64;
    private static final FastThreadLocal<ArrayDeque<byte[]>> POOL = new FastThreadLocal<>() {
        @Override
        protected ArrayDeque<byte[]> initialValue() {
            return new ArrayDeque<>(POOLED_COUNT);
        }
    };

    private boolean isReleased;

    private PacketBuffer(byte[] array) {
        super(array, 0, array.length, false);
    }

    /** An empty buffer for a packet of at most 32 KiB of channel data. On an event loop. */
    public static PacketBuffer take() {
        // The one given back last is still in the cache.
        byte[] array = POOL.get().pollLast();
        return new PacketBuffer(array == null ? new byte[ARRAY_BYTES] : array);
    }

    /** The packet was copied out. Idempotent. */
    void release() {
        if (isReleased) {
            return;
        }
        isReleased = true;
        ArrayDeque<byte[]> pool = POOL.get();
        if (array().length == ARRAY_BYTES && pool.size() < POOLED_COUNT) {
            pool.addLast(array());
        }
    }
}
