package io.portrgateway.tunnel.relay;

import io.netty.buffer.ByteBuf;

/**
 * Hears what a relay did. Each method is called on an event loop (bytes on the loop of the channel that was read), so
 * implementations never block. Bytes are shown before they are passed on; they stay as they are, and the relay's.
 */
public interface RelayListener {

    /** Bytes read from the service and handed to the visitor's channel. */
    void toVisitor(ByteBuf bytes);

    /** Bytes read from the visitor and handed to the service's stream. */
    void toUpstream(ByteBuf bytes);

    /** Both channels are closed; called once. */
    void ended(RelayEnd end);
}
