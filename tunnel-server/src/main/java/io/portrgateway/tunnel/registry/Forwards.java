package io.portrgateway.tunnel.registry;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Opens and closes tunnels: lease, route and public port in this order, and undone in reverse when a step fails.
 *
 * <p>Thread-safe, never blocks; stages complete on any thread, and exceptionally only when the database cannot be asked.
 */
public final class Forwards {

    private static final int ANY_PORT_ATTEMPT_COUNT = 16;

    private final TunnelRegistry registry;
    private final Leases leases;
    private final PublicPorts ports;

    public Forwards(TunnelRegistry registry, Leases leases, PublicPorts ports) {
        this.registry = registry;
        this.leases = leases;
        this.ports = ports;
    }

    /** Opens a tunnel for a connection that was reserved through the API, or adds the session to its pool. */
    public CompletionStage<ForwardResult> open(
            TunnelId tunnelId, Owner owner, Binding binding, String clientAddress, Upstream upstream) {
        if (binding instanceof TcpBinding(int port) && !ports.isInPool(port)) {
            return refused("port " + port + " is outside the range this gateway offers");
        }
        return leases.acquire(tunnelId, owner, binding, clientAddress).thenCompose(result -> switch (result) {
            case LeaseResult.Refused(String message) -> refused(message);
            case LeaseResult.Granted(Lease lease) -> serve(lease, upstream);
        });
    }

    /** Opens a tunnel for a plain {@code ssh -R <name or port>:…}; makes its connection row. */
    public CompletionStage<ForwardResult> openForSsh(
            Owner owner, Binding binding, String clientAddress, Upstream upstream) {
        if (binding instanceof TcpBinding(int port) && !ports.isInPool(port)) {
            return refused("port " + port + " is outside the range this gateway offers");
        }
        return leases.createForSsh(owner, binding, clientAddress)
                .thenCompose(tunnelId -> open(tunnelId, owner, binding, clientAddress, upstream));
    }

    /** Opens a tunnel on any free port of the pool ({@code ssh -R 0:…}); the result's binding tells which. */
    public CompletionStage<ForwardResult> openOnAnyPort(Owner owner, String clientAddress, Upstream upstream) {
        return openOnAnyPort(owner, clientAddress, upstream, ANY_PORT_ATTEMPT_COUNT);
    }

    /**
     * Takes the session out of the tunnel; with the last one the tunnel ends and its lease is given back, or held for
     * its owner when the session was lost.
     */
    public CompletionStage<Void> close(Tunnel tunnel, Upstream upstream, CloseReason reason) {
        if (!registry.leave(tunnel, upstream)) {
            return CompletableFuture.completedFuture(null);
        }
        return end(tunnel, reason);
    }

    /** Ends the tunnel and each of its sessions, for a reason that is not the client's. */
    public CompletionStage<Void> cut(Tunnel tunnel, CloseReason reason) {
        registry.remove(tunnel).forEach(upstream -> upstream.close(reason));
        return end(tunnel, reason);
    }

    private CompletionStage<ForwardResult> openOnAnyPort(
            Owner owner, String clientAddress, Upstream upstream, int attemptsLeft) {
        OptionalInt port = ports.anyFreePort();
        if (port.isEmpty() || attemptsLeft == 0) {
            return refused("no TCP port is free on this gateway; close a tunnel or ask for a larger range");
        }
        return openForSsh(owner, new TcpBinding(port.getAsInt()), clientAddress, upstream)
                .thenCompose(result -> switch (result) {
                    case ForwardResult.Opened opened -> CompletableFuture.completedFuture(opened);
                    case ForwardResult.Refused refused ->
                        openOnAnyPort(owner, clientAddress, upstream, attemptsLeft - 1);
                });
    }

    private CompletionStage<ForwardResult> serve(Lease lease, Upstream upstream) {
        return registry.join(lease, upstream)
                .map(joined -> {
                    joined.displaced().forEach(older -> older.close(CloseReason.TAKEN_OVER));
                    return joined.isNew() ? listen(joined.tunnel()) : opened(joined.tunnel());
                })
                .orElseGet(() -> refused(CloseReason.TAKEN_OVER.sentence()));
    }

    private CompletionStage<ForwardResult> listen(Tunnel tunnel) {
        return switch (tunnel.lease().binding()) {
            case HttpBinding http -> opened(tunnel);
            case TcpBinding tcp ->
                ports.listen(tunnel, tcp).thenCompose(listening -> listening ? opened(tunnel) : undo(tunnel, tcp));
        };
    }

    private CompletionStage<ForwardResult> undo(Tunnel tunnel, TcpBinding binding) {
        registry.remove(tunnel);
        return leases.release(tunnel.lease(), CloseReason.CLIENT)
                .thenCompose(done -> refused("port " + binding.port() + " is in use"));
    }

    private CompletionStage<Void> end(Tunnel tunnel, CloseReason reason) {
        CompletionStage<Void> unlistened = switch (tunnel.lease().binding()) {
            case HttpBinding http -> CompletableFuture.completedFuture(null);
            case TcpBinding tcp -> ports.unlisten(tunnel, tcp);
        };
        return unlistened.thenCompose(done -> leases.release(tunnel.lease(), reason));
    }

    private static CompletionStage<ForwardResult> opened(Tunnel tunnel) {
        return CompletableFuture.completedFuture(new ForwardResult.Opened(tunnel));
    }

    private static CompletionStage<ForwardResult> refused(String message) {
        return CompletableFuture.completedFuture(new ForwardResult.Refused(message));
    }
}
