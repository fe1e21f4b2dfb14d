package io.portrgateway.tunnel.registry;

import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * Port to the public TCP listeners; implemented by the TCP edge. Thread-safe, never blocks.
 *
 * <p>{@link Forwards} calls {@link #listen} and {@link #unlisten} of one port strictly one after the other.
 */
public interface PublicPorts {

    /** Whether a tunnel may ask for this port at all. */
    boolean isInPool(int port);

    /** A port of the pool that no tunnel of this node uses, chosen at random; empty when all are taken. */
    OptionalInt anyFreePort();

    /**
     * Listens on the tunnel's port; completes with false when the port is in use by someone else on this machine. A port
     * that a tunnel with an older lease listens on is handed over without being closed.
     */
    CompletionStage<Boolean> listen(Tunnel tunnel, TcpBinding binding);

    /**
     * Stops listening and ends what is open through it; completes when the port may be bound again. Idempotent; void for
     * a tunnel that does not listen, or whose port was handed over.
     */
    CompletionStage<Void> unlisten(Tunnel tunnel, TcpBinding binding);
}
