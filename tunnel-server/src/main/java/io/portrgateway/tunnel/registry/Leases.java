package io.portrgateway.tunnel.registry;

import java.util.Collection;
import java.util.concurrent.CompletionStage;

/**
 * Port to the database facts about who serves what. Implementations never block the caller; the stages complete on a
 * thread of theirs, so a caller on an event loop hops back by itself.
 */
public interface Leases {

    /**
     * Takes the name of {@code binding} for {@code tunnelId} and marks the connection active.
     *
     * <p>The same tunnel id on the same node joins its own lease (same epoch). The same membership takes its own name
     * over (a higher epoch, the older connection is closed as {@code taken_over}). A name that another membership serves,
     * holds for its grace time or has reserved is refused, and so is a connection that was itself taken over while its
     * successor lives. Completes exceptionally only when the database cannot be asked.
     */
    CompletionStage<LeaseResult> acquire(TunnelId tunnelId, Owner owner, Binding binding, Client client);

    /**
     * {@link #acquire} for a plain SSH forward, which has no reservation made through the API: makes its connection row
     * too, in the same transaction, so that a refused forward leaves no row behind.
     */
    CompletionStage<LeaseResult> acquireForSsh(Owner owner, Binding binding, Client client);

    /**
     * Gives the tunnel's lease back, closes its connection and writes its last counters; only the counters when a newer
     * epoch owns the name by now. Never completes exceptionally: what cannot be written now is written later, or runs
     * out with the lease.
     */
    CompletionStage<Void> release(Tunnel tunnel, CloseReason reason);

    /** Extends the leases of this node; answers those that are lost (a newer epoch exists, or the row is gone). */
    CompletionStage<Collection<Lease>> renew(Collection<Lease> leases);
}
