package io.portrgateway.tunnel.registry;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Ports 30001 to 30010 without sockets. Thread-safe. */
public final class FakePorts implements PublicPorts {

    private final Map<Integer, Tunnel> listening = new HashMap<>();
    private final Set<Integer> foreign = new HashSet<>();

    /** Lets somebody else on the machine have the port. */
    public synchronized void occupy(int port) {
        foreign.add(port);
    }

    /** The tunnel that listens on the port, or null. */
    public synchronized Tunnel listener(int port) {
        return listening.get(port);
    }

    @Override
    public boolean isInPool(int port) {
        return port >= 30001 && port <= 30010;
    }

    @Override
    public synchronized OptionalInt anyFreePort() {
        return IntStream.rangeClosed(30001, 30010)
                .filter(port -> !listening.containsKey(port) && !foreign.contains(port))
                .findFirst();
    }

    @Override
    public synchronized CompletionStage<Boolean> listen(Tunnel tunnel, TcpBinding binding) {
        Tunnel present = listening.get(binding.port());
        if (foreign.contains(binding.port())
                || (present != null && present.lease().epoch() > tunnel.lease().epoch())) {
            return CompletableFuture.completedFuture(false);
        }
        listening.put(binding.port(), tunnel);
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public synchronized CompletionStage<Void> unlisten(Tunnel tunnel, TcpBinding binding) {
        listening.remove(binding.port(), tunnel);
        return CompletableFuture.completedFuture(null);
    }
}
