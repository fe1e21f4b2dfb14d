package io.portrgateway.tunnel.transport;

import io.netty.channel.ChannelHandler;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Decides on an accepted connection before any SSH state exists for it, so that a flood costs one socket at a time.
 *
 * <p>Called on event loops; must not block.
 */
public interface ConnectionGate {

    /** A gate that lets everybody in. */
    ConnectionGate OPEN = new ConnectionGate() {
        @Override
        public boolean admit(InetSocketAddress client) {
            return true;
        }

        @Override
        public void left(InetSocketAddress client) {
            // nobody counts
        }
    };

    /** Whether the connection may go on; a refused one is closed at once and never reported as {@link #left}. */
    boolean admit(InetSocketAddress client);

    /** What a new listening socket gets as its last handlers, such as one that counts failures to accept. */
    default List<ChannelHandler> listenerHandlers() {
        return List.of();
    }

    /** An admitted connection ended. Called exactly once for each admitted one. */
    void left(InetSocketAddress client);
}
