package io.portrgateway.tunnel.tcp;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.portrgateway.tunnel.config.TcpConfig;
import io.portrgateway.tunnel.metrics.TcpMetrics;
import io.portrgateway.tunnel.registry.PublicPorts;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The public TCP ports: exactly one listener per open TCP tunnel, on a port of the pool, and none else.
 *
 * <p>A listener that a newer lease of the same port asks for is handed over to the newer tunnel without being closed, so
 * no visitor finds the port shut meanwhile. Thread-safe, never blocks.
 */
public final class TcpEdge implements PublicPorts {

    private final PortPool pool;
    private final TcpSetup setup;
    private final ConcurrentMap<Integer, PortListener> listeners = new ConcurrentHashMap<>();
    /** Closed ports whose visitors may still be connected while the server drains. */
    private final Set<PortListener> draining = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean stopping = new AtomicBoolean();

    /**
     * @param loops the loops that serve the SSH sessions: a visitor is served on the loop of its session
     * @param channelClass a server channel that fits the loops and accepts socket channels
     */
    public TcpEdge(
            TcpConfig config, TcpMetrics metrics, EventLoopGroup loops, Class<? extends ServerChannel> channelClass) {
        this.pool = new PortPool(config.ports());
        this.setup = new TcpSetup(
                config,
                metrics,
                loops,
                new ReflectiveChannelFactory<>(channelClass),
                new VisitorCaps(config.maxConnectionCount(), config.maxPerAddressCount()));
    }

    @Override
    public boolean isInPool(int port) {
        return pool.contains(port);
    }

    @Override
    public OptionalInt anyFreePort() {
        return pool.anyFree(listeners::containsKey);
    }

    @Override
    public CompletionStage<Boolean> listen(Tunnel tunnel, TcpBinding binding) {
        if (stopping.get() || !isInPool(binding.port())) {
            return refused();
        }
        PortListener fresh = new PortListener(binding.port(), tunnel, setup, listeners);
        PortListener present = listeners.putIfAbsent(binding.port(), fresh);
        if (present == null) {
            return fresh.bind();
        }
        return switch (present.handOver(tunnel)) {
            case DONE -> present.bound();
            case OWNED_BY_NEWER -> refused();
            // The port is free again in a moment; whoever asks now is its next owner.
            case CLOSING -> present.closed().thenCompose(closed -> listen(tunnel, binding));
        };
    }

    @Override
    public CompletionStage<Void> unlisten(Tunnel tunnel, TcpBinding binding) {
        if (stopping.get()) {
            // The ports are closed already, and visitors may finish with their session until stop().
            return CompletableFuture.completedFuture(null);
        }
        PortListener listener = listeners.get(binding.port());
        return listener == null ? CompletableFuture.completedFuture(null) : listener.release(tunnel);
    }

    /** Listeners now open or about to open. */
    public int listenerCount() {
        return listeners.size();
    }

    /** Visitors now connected. */
    public int visitorCount() {
        Set<PortListener> all = new HashSet<>(listeners.values());
        all.addAll(draining);
        return all.stream().mapToInt(PortListener::visitorCount).sum();
    }

    /** Opens no further port and accepts no further visitor; those connected stay. Idempotent. */
    public void stopAccepting() {
        stopping.set(true);
        draining.addAll(listeners.values());
        draining.forEach(PortListener::stopAccepting);
    }

    /** Closes every port and every visitor; the stage completes when the ports are closed. Idempotent. */
    public CompletionStage<Void> stop() {
        stopAccepting();
        return CompletableFuture.allOf(draining.stream()
                .map(PortListener::close)
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletionStage<Boolean> refused() {
        setup.metrics().listenRefused();
        return CompletableFuture.completedFuture(false);
    }
}
