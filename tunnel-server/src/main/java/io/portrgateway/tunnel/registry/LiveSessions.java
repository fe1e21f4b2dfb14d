package io.portrgateway.tunnel.registry;

import java.util.Collection;
import java.util.function.Predicate;

/**
 * Port to the sessions that are logged in on this node, with or without tunnels; implemented by the SSH side. Asked by
 * whoever learns that a right has ended. Thread-safe, never blocks.
 */
public interface LiveSessions {

    /** The owners of all logged-in sessions, each at least once; a weakly consistent view. */
    Collection<Owner> owners();

    /**
     * Ends every session whose owner matches, with the reason in words. Their tunnels have been cut already where
     * {@link Forwards} knew them; what is left ends as with any closed session. Idempotent.
     */
    void end(Predicate<Owner> which, CloseReason reason);
}
