package io.portrgateway.tunnel.registry;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Opens and closes tunnels: lease, route and public port in this order, and undone in reverse when a step fails.
 *
 * <p>What happens to one name on this node happens strictly one after the other, however many sessions ask at once: two
 * sessions of one pool cannot displace each other while both are being opened, and giving a lease back cannot hit a
 * session that joins it in the same instant.
 *
 * <p>Thread-safe, never blocks; stages complete on any thread, and exceptionally only when the database cannot be asked.
 */
public final class Forwards {

    private static final int ANY_PORT_ATTEMPT_COUNT = 16;

    private final TunnelRegistry registry;
    private final Leases leases;
    private final PublicPorts ports;
    private final PerName perName = new PerName();

    public Forwards(TunnelRegistry registry, Leases leases, PublicPorts ports) {
        this.registry = registry;
        this.leases = leases;
        this.ports = ports;
    }

    /**
     * Opens a tunnel for a connection that was reserved through the API, or adds the session to its pool. The caller
     * closes the tunnel when its session ended before it saw the answer.
     */
    public CompletionStage<ForwardResult> open(
            TunnelId tunnelId, Owner owner, Binding binding, Client client, Upstream upstream) {
        return open(binding, upstream, () -> leases.acquire(tunnelId, owner, binding, client));
    }

    /** Opens a tunnel for a plain {@code ssh -R <name or port>:…}; makes its connection row. */
    public CompletionStage<ForwardResult> openForSsh(Owner owner, Binding binding, Client client, Upstream upstream) {
        return open(binding, upstream, () -> leases.acquireForSsh(owner, binding, client));
    }

    /** Opens a tunnel on any free port of the pool ({@code ssh -R 0:…}); the result's binding tells which. */
    public CompletionStage<ForwardResult> openOnAnyPort(Owner owner, Client client, Upstream upstream) {
        return openOnAnyPort(owner, client, upstream, ANY_PORT_ATTEMPT_COUNT);
    }

    /**
     * Takes the session out of the tunnel; with the last one the tunnel ends and its lease is given back, or held for
     * its owner when the session was lost. Idempotent.
     */
    public CompletionStage<Void> close(Tunnel tunnel, Upstream upstream, CloseReason reason) {
        return perName.run(
                tunnel.lease().binding(), () -> registry.leave(tunnel, upstream) ? end(tunnel, reason) : done());
    }

    /** Ends the tunnel and each of its sessions, for a reason that is not the client's. */
    public CompletionStage<Void> cut(Tunnel tunnel, CloseReason reason) {
        return perName.run(tunnel.lease().binding(), () -> {
            boolean wasLive = !tunnel.upstreams().isEmpty();
            registry.remove(tunnel).forEach(upstream -> upstream.close(reason));
            return wasLive ? end(tunnel, reason) : done();
        });
    }

    private CompletionStage<ForwardResult> open(
            Binding binding, Upstream upstream, Supplier<CompletionStage<LeaseResult>> lease) {
        if (binding instanceof TcpBinding(int port) && !ports.isInPool(port)) {
            return refused("port " + port + " is outside the range this gateway offers");
        }
        return perName.run(
                binding,
                () -> lease.get().thenCompose(result -> switch (result) {
                    case LeaseResult.Refused(String message) -> refused(message);
                    case LeaseResult.Granted(Lease granted) -> serve(granted, upstream);
                }));
    }

    private CompletionStage<ForwardResult> openOnAnyPort(
            Owner owner, Client client, Upstream upstream, int attemptsLeft) {
        OptionalInt port = ports.anyFreePort();
        if (port.isEmpty() || attemptsLeft == 0) {
            return refused("no TCP port is free on this gateway; close a tunnel or ask for a larger range");
        }
        TcpBinding binding = new TcpBinding(port.getAsInt());
        return open(binding, upstream, () -> acquireUnused(owner, binding, client))
                .thenCompose(result -> switch (result) {
                    case ForwardResult.Opened opened -> CompletableFuture.completedFuture(opened);
                    case ForwardResult.Refused refused ->
                        upstream.isOpen()
                                ? openOnAnyPort(owner, client, upstream, attemptsLeft - 1)
                                : CompletableFuture.completedFuture(refused);
                });
    }

    /** "Any port" must not take over a port that the same member asked for in the same instant. */
    private CompletionStage<LeaseResult> acquireUnused(Owner owner, TcpBinding binding, Client client) {
        return registry.find(binding).isPresent()
                ? CompletableFuture.completedFuture(new LeaseResult.Refused("port " + binding.port() + " is in use"))
                : leases.acquireForSsh(owner, binding, client);
    }

    private CompletionStage<ForwardResult> serve(Lease lease, Upstream upstream) {
        return registry.join(lease, upstream)
                .map(joined -> {
                    joined.displaced().forEach(older -> older.close(CloseReason.TAKEN_OVER));
                    CompletionStage<ForwardResult> served =
                            joined.isNew() ? listen(joined.tunnel()) : opened(joined.tunnel());
                    return served.thenCompose(
                            result -> endReplaced(joined).thenCompose(done -> confirm(result, upstream)));
                })
                .orElseGet(() -> refused(CloseReason.TAKEN_OVER.sentence()));
    }

    /** The replaced tunnel's connection row is closed by now, but its last counters are not written. */
    private CompletionStage<Void> endReplaced(TunnelRegistry.Joined joined) {
        Tunnel replaced = joined.replaced();
        return replaced == null ? done() : end(replaced, CloseReason.TAKEN_OVER);
    }

    private CompletionStage<ForwardResult> listen(Tunnel tunnel) {
        return switch (tunnel.lease().binding()) {
            case HttpBinding http -> opened(tunnel);
            case TcpBinding tcp ->
                ports.listen(tunnel, tcp)
                        .exceptionally(failure -> false)
                        .thenCompose(listening -> listening ? opened(tunnel) : undo(tunnel, tcp));
        };
    }

    private CompletionStage<ForwardResult> undo(Tunnel tunnel, TcpBinding binding) {
        registry.remove(tunnel);
        return leases.release(tunnel, CloseReason.CLIENT)
                .thenCompose(done -> refused("port " + binding.port() + " is in use"));
    }

    /** A session that died while the database was asked has nobody left who would close its tunnel. */
    private CompletionStage<ForwardResult> confirm(ForwardResult result, Upstream upstream) {
        if (!(result instanceof ForwardResult.Opened(Tunnel tunnel)) || upstream.isOpen()) {
            return CompletableFuture.completedFuture(result);
        }
        CompletionStage<Void> ended = registry.leave(tunnel, upstream) ? end(tunnel, CloseReason.LOST) : done();
        return ended.thenCompose(done -> refused("the session ended before the tunnel was open"));
    }

    private CompletionStage<Void> end(Tunnel tunnel, CloseReason reason) {
        CompletionStage<Void> unlistened = switch (tunnel.lease().binding()) {
            case HttpBinding http -> done();
            case TcpBinding tcp -> ports.unlisten(tunnel, tcp).exceptionally(failure -> null);
        };
        return unlistened.thenCompose(done -> leases.release(tunnel, reason));
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private static CompletionStage<ForwardResult> opened(Tunnel tunnel) {
        return CompletableFuture.completedFuture(new ForwardResult.Opened(tunnel));
    }

    private static CompletionStage<ForwardResult> refused(String message) {
        return CompletableFuture.completedFuture(new ForwardResult.Refused(message));
    }
}
