package io.portrgateway.tunnel.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.nio.channels.ClosedChannelException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Packets waiting for a socket. Any thread adds; the event loop drains them into few large buffers and flushes once, so
 * that many small packets cost one system call.
 *
 * <p>Bounded by its users: bulk data stops while {@link #waitingBytes} or the socket's own buffer is high; control
 * packets are few and always taken.
 */
final class WriteQueue {

    /** Large enough that a system call per chunk does not matter, small enough for the allocator's fast path. */
    private static final int CHUNK_BYTES = 128 << 10;

    private final Channel channel;
    private final Runnable drainedListener;
    private final Queue<PacketWrite> packets = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private final Runnable drainTask = this::drain;
    private boolean isPushing;

    WriteQueue(Channel channel, Runnable drainedListener) {
        this.channel = channel;
        this.drainedListener = drainedListener;
    }

    /** Adds a packet; with {@code isDrainComing} the caller is on the loop and calls {@link #drain} itself. */
    void add(PacketWrite write, boolean isDrainComing) {
        waitingBytes.addAndGet(write.lengthBytes());
        packets.add(write);
        if (!isDrainComing && !isScheduled.get() && isScheduled.compareAndSet(false, true)) {
            channel.eventLoop().execute(drainTask);
        }
    }

    /** Bytes added and not yet given to the socket. Any thread. */
    long waitingBytes() {
        return waitingBytes.get();
    }

    /** Gives everything to the socket and flushes once, then tells the listener. On the event loop. */
    void drain() {
        isScheduled.set(false);
        push();
        drainedListener.run();
    }

    /**
     * Gives a full chunk to the socket in the middle of a batch, while its bytes are still in the processor's cache and so
     * that the client can begin with it. On the event loop; {@link #drain} still comes.
     */
    void pushFullChunk() {
        if (waitingBytes.get() >= CHUNK_BYTES && !isPushing) {
            push();
        }
    }

    /** Whether what the socket says now is heard in the middle of a batch. */
    boolean isPushing() {
        return isPushing;
    }

    private void push() {
        PacketWrite write = packets.poll();
        if (write == null) {
            return;
        }
        isPushing = true;
        try {
            while (write != null) {
                write = writeChunk(write);
            }
            channel.flush();
        } finally {
            isPushing = false;
        }
    }

    /** Writes one chunk that starts with the packet; answers the packet that did not fit into it. */
    private @Nullable PacketWrite writeChunk(PacketWrite first) {
        if (!channel.isOpen()) {
            waitingBytes.addAndGet(-first.lengthBytes());
            first.setValue(new ClosedChannelException());
            return packets.poll();
        }
        long wantedBytes = Math.min(CHUNK_BYTES, waitingBytes.get());
        ByteBuf chunk = channel.alloc().directBuffer(Math.max(first.lengthBytes(), (int) wantedBytes));
        PacketWrite last = first;
        PacketWrite next = first;
        while (next != null && next.lengthBytes() <= chunk.writableBytes()) {
            next.copyTo(chunk);
            if (next != first) {
                last.next = next;
                last = next;
            }
            next = packets.poll();
        }
        waitingBytes.addAndGet(-chunk.readableBytes());
        channel.write(chunk).addListener((ChannelFutureListener) written -> complete(first, written));
        return next;
    }

    private static void complete(PacketWrite first, ChannelFuture written) {
        Object value = written.isSuccess() ? (Object) true : written.cause();
        for (PacketWrite write = first; write != null; write = write.next) {
            write.setValue(value);
        }
    }
}
