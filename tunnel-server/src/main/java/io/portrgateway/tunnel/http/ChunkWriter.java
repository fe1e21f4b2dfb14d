package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;

/** Writes body parts in chunked framing. Stateless. */
final class ChunkWriter {

    private static final byte[] LINE_END = {'\r', '\n'};

    /** Up to this size one copy is cheaper than three entries in a gathering write. */
    private static final int COPIED_BYTES = 4096;

    private static final int FRAME_BYTES = 12;

    private ChunkWriter() {}

    /** Appends the part as one chunk if there is room for it; the part stays the caller's. */
    static boolean append(ByteBuf to, ByteBuf part) {
        int size = part.readableBytes();
        if (to.writableBytes() < size + FRAME_BYTES) {
            return false;
        }
        if (size > 0) {
            ByteBufUtil.writeAscii(to, Integer.toHexString(size));
            to.writeBytes(LINE_END).writeBytes(part).writeBytes(LINE_END);
        }
        return true;
    }

    /** Writes the part as one chunk; takes the buffer over. An empty part writes nothing: it would end the body. */
    static void write(ChannelOutboundInvoker out, ChannelPromise promise, ByteBufAllocator allocator, ByteBuf part) {
        int size = part.readableBytes();
        if (size == 0) {
            part.release();
            return;
        }
        ByteBuf frame = allocator.buffer(size <= COPIED_BYTES ? size + FRAME_BYTES : FRAME_BYTES);
        ByteBufUtil.writeAscii(frame, Integer.toHexString(size));
        frame.writeBytes(LINE_END);
        if (size <= COPIED_BYTES) {
            frame.writeBytes(part).writeBytes(LINE_END);
            part.release();
            out.write(frame, promise);
        } else {
            out.write(frame, promise);
            out.write(part, promise);
            out.write(Unpooled.wrappedBuffer(LINE_END), promise);
        }
    }
}
