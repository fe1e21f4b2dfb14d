package io.portrgateway.tunnel.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Tells how long an exchange has made no progress. Events only count; the clock is read once per tick, because reading it
 * for every event would cost more. Confined to the visitor's event loop.
 */
final class Progress {

    private long events;
    private long seenEvents = -1;
    private long seenPendingBytes;
    private long sinceNanos;

    void event() {
        events++;
    }

    /** For how long nothing has happened, not even on the way to a slow visitor; called once per tick. */
    long quietNanos(long nowNanos, long pendingBytes) {
        if (events != seenEvents || pendingBytes < seenPendingBytes) {
            seenEvents = events;
            sinceNanos = nowNanos;
        }
        seenPendingBytes = pendingBytes;
        return nowNanos - sinceNanos;
    }

    /** Bytes that were written to the channel and are still on their way. */
    static long pendingBytes(Channel channel) {
        @Nullable ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }
}
