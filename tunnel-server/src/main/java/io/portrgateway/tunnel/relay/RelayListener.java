package io.portrgateway.tunnel.relay;

/**
 * Hears what a relay did. Each method is called on an event loop (byte counts on the loop of the channel that was read),
 * so implementations never block.
 */
public interface RelayListener {

    /** Bytes read from the service and handed to the visitor's channel. */
    void toVisitor(int byteCount);

    /** Bytes read from the visitor and handed to the service's stream. */
    void toUpstream(int byteCount);

    /** Both channels are closed; called once. */
    void ended(RelayEnd end);
}
