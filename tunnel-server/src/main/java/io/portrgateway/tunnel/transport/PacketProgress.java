package io.portrgateway.tunnel.transport;

import io.netty.buffer.ByteBuf;

/**
 * Tells the socket how many bytes the SSH session needs to complete its current packet.
 *
 * <p>MINA moves everything behind a decoded packet to the front of its buffer, packet by packet; given exactly one packet
 * at a time there is nothing to move, which saves about four copies of each byte of a large read.
 */
@FunctionalInterface
public interface PacketProgress {

    /** All that there is: no packet boundary is known. */
    PacketProgress UNKNOWN = received -> Integer.MAX_VALUE;

    /**
     * How many bytes of {@code received} to hand over next; at least 1, may be more than it has. Only looks: never moves
     * the reader index. Called on the session's event loop.
     */
    int wantedBytes(ByteBuf received);
}
