package io.portrgateway.tunnel.transport;

import io.netty.buffer.ByteBuf;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One encrypted packet on its way to the socket, and the future of its writing. MINA never touches a packet
 * again that it has written, so it is copied once, when the socket takes it.
 */
final class PacketWrite extends AbstractIoWriteFuture {

    private final Buffer packet;
    private final int offset;
    private final int lengthBytes;
    /** The packet behind this one in the same socket write. */
    @Nullable
    PacketWrite next;

    PacketWrite(Buffer packet) {
        super("packet", null);
        this.packet = packet;
        this.offset = packet.rpos();
        this.lengthBytes = packet.available();
    }

    /** Copies the packet to the end of the chunk; its own array is free then. */
    void copyTo(ByteBuf chunk) {
        chunk.writeBytes(packet.array(), offset, lengthBytes);
        if (packet instanceof PacketBuffer pooled) {
            pooled.release();
        }
    }

    int lengthBytes() {
        return lengthBytes;
    }
}
