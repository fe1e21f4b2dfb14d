package io.portrgateway.tunnel.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Leases in memory, with the same rules for one node: the same connection joins, the same membership takes over, another
 * is refused. Answers at once, or when told to. Thread-safe.
 */
public final class FakeLeases implements Leases {

    private final Map<Binding, Lease> held = new HashMap<>();
    private final List<String> releases = new ArrayList<>();
    private final List<Runnable> postponed = new ArrayList<>();
    private boolean postpones;
    private long epoch;
    private int sshCount;

    /** From now on answers wait for {@link #answer()}. */
    public synchronized void postpone() {
        postpones = true;
    }

    /** Gives the answers that wait, and from now on at once. */
    public void answer() {
        List<Runnable> waiting;
        synchronized (this) {
            postpones = false;
            waiting = List.copyOf(postponed);
            postponed.clear();
        }
        waiting.forEach(Runnable::run);
    }

    /** What is held now, by its lease. */
    public synchronized Optional<Lease> holder(Binding binding) {
        return Optional.ofNullable(held.get(binding));
    }

    /** Each release as {@code <epoch> <reason>}, in order. */
    public synchronized List<String> releases() {
        return List.copyOf(releases);
    }

    @Override
    public CompletionStage<LeaseResult> acquire(TunnelId tunnelId, Owner owner, Binding binding, Client client) {
        CompletableFuture<LeaseResult> answer = new CompletableFuture<>();
        run(() -> answer.complete(grant(tunnelId, owner, binding)));
        return answer;
    }

    @Override
    public synchronized CompletionStage<LeaseResult> acquireForSsh(Owner owner, Binding binding, Client client) {
        return acquire(new TunnelId(String.format("%026d", ++sshCount)), owner, binding, client);
    }

    @Override
    public CompletionStage<Void> release(Tunnel tunnel, CloseReason reason) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        run(() -> {
            synchronized (this) {
                releases.add(tunnel.lease().epoch() + " " + reason);
                held.remove(tunnel.lease().binding(), tunnel.lease());
            }
            answer.complete(null);
        });
        return answer;
    }

    @Override
    public CompletionStage<Collection<Lease>> renew(Collection<Lease> leases) {
        return CompletableFuture.completedFuture(List.of());
    }

    private synchronized LeaseResult grant(TunnelId tunnelId, Owner owner, Binding binding) {
        Lease present = held.get(binding);
        if (present != null && !present.owner().isSameMembership(owner)) {
            return new LeaseResult.Refused("in use");
        }
        if (present != null && present.tunnelId().equals(tunnelId)) {
            return new LeaseResult.Granted(present);
        }
        Lease lease = new Lease(tunnelId, binding, owner, ++epoch);
        held.put(binding, lease);
        return new LeaseResult.Granted(lease);
    }

    private void run(Runnable action) {
        synchronized (this) {
            if (postpones) {
                postponed.add(action);
                return;
            }
        }
        action.run();
    }
}
