package io.portrgateway.tunnel.registry;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The route table of this node: which tunnel serves a host name or a TCP port. Thread-safe; a look-up is one map read.
 *
 * <p>A route is owned by its lease: it is removed only by the lease it was made for, so a late close of a dead session
 * cannot remove its successor's route.
 */
public final class TunnelRegistry {

    private final ConcurrentMap<Binding, Tunnel> routes = new ConcurrentHashMap<>();

    /** The tunnel behind a host name. */
    public Optional<Tunnel> find(Hostname hostname) {
        return Optional.ofNullable(routes.get(new HttpBinding(hostname)));
    }

    /** The tunnel behind any binding. */
    public Optional<Tunnel> find(Binding binding) {
        return Optional.ofNullable(routes.get(binding));
    }

    /** All live tunnels; a weakly consistent view. */
    public Collection<Tunnel> all() {
        return List.copyOf(routes.values());
    }

    /**
     * What {@link #join} did.
     *
     * @param displaced the sessions of an older lease, which must be closed
     * @param replaced the tunnel of that older lease, whose port and last counters are still to be dealt with
     */
    public record Joined(
            Tunnel tunnel,
            boolean isNew,
            List<Upstream> displaced,
            @Nullable Tunnel replaced) {}

    /**
     * Makes the session serve the lease's name: a further session of the same lease joins the tunnel, a newer epoch
     * replaces it. Answers nothing when a newer epoch already serves the name.
     */
    public Optional<Joined> join(Lease lease, Upstream upstream) {
        while (true) {
            Tunnel made = new Tunnel(lease, upstream);
            Tunnel present = routes.putIfAbsent(lease.binding(), made);
            if (present == null) {
                return Optional.of(new Joined(made, true, List.of(), null));
            }
            if (present.lease().epoch() > lease.epoch()) {
                return Optional.empty();
            }
            if (present.lease().epoch() == lease.epoch()
                    && present.id().equals(lease.tunnelId())
                    && present.add(upstream)) {
                return Optional.of(new Joined(present, false, List.of(), null));
            }
            if (routes.replace(lease.binding(), present, made)) {
                return Optional.of(new Joined(made, true, present.clear(), present));
            }
        }
    }

    /** Takes the session out of the tunnel; answers whether the tunnel ended with it. */
    public boolean leave(Tunnel tunnel, Upstream upstream) {
        if (!tunnel.remove(upstream)) {
            return false;
        }
        routes.remove(tunnel.lease().binding(), tunnel);
        return true;
    }

    /** Ends the tunnel; answers the sessions it had. */
    public List<Upstream> remove(Tunnel tunnel) {
        routes.remove(tunnel.lease().binding(), tunnel);
        return tunnel.clear();
    }
}
