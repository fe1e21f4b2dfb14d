package io.portrgateway.tunnel.transport;

import java.net.InetSocketAddress;

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

    /** An admitted connection ended. Called exactly once for each admitted one. */
    void left(InetSocketAddress client);
}
