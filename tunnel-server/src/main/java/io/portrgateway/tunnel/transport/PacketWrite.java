package io.portrgateway.tunnel.transport;

import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.jspecify.annotations.Nullable;

/**
 * One encrypted packet on its way to the socket, and the future of its writing. MINA gives each packet its own array and
 * never touches it again, so it is not copied before the socket takes it.
 */
final class PacketWrite extends AbstractIoWriteFuture {

    private final byte[] packet;
    private final int offset;
    private final int lengthBytes;
    /** The packet behind this one in the same socket write. */
    @Nullable
    PacketWrite next;

    PacketWrite(byte[] packet, int offset, int lengthBytes) {
        super("packet", null);
        this.packet = packet;
        this.offset = offset;
        this.lengthBytes = lengthBytes;
    }

    byte[] packet() {
        return packet;
    }

    int offset() {
        return offset;
    }

    int lengthBytes() {
        return lengthBytes;
    }
}
