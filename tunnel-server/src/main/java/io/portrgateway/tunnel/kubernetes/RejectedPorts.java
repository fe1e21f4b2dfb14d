package io.portrgateway.tunnel.kubernetes;

import io.portrgateway.tunnel.registry.Tunnel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ports that the API did not take, so that they keep no other port out; each is tried again after a while, or for another
 * tunnel. Confined to the thread that compares.
 */
final class RejectedPorts {

    private final Map<Integer, Rejection> rejected = new HashMap<>();
    /** Whose client knows of it. */
    private final Map<Integer, Tunnel> told = new HashMap<>();

    private final PortBook book;
    private final long pauseNanos;

    private record Rejection(Tunnel tunnel, long atNanos) {}

    RejectedPorts(PortBook book, Duration pause) {
        this.book = book;
        this.pauseNanos = pause.toNanos();
    }

    /** Notes the port; answers its tunnel when this is the first time that it is noted for it. */
    Optional<Tunnel> add(int port) {
        Optional<Tunnel> tunnel = book.tunnel(port);
        tunnel.ifPresent(user -> rejected.put(port, new Rejection(user, System.nanoTime())));
        return tunnel.filter(user -> told.put(port, user) != user);
    }

    /** The ports in use that may be in the Service now, those in use for longest first. */
    List<Integer> without(List<Integer> wanted) {
        long now = System.nanoTime();
        told.entrySet().removeIf(entry -> !isUsed(entry.getKey(), entry.getValue()));
        rejected.entrySet()
                .removeIf(entry -> now - entry.getValue().atNanos() >= pauseNanos
                        || !isUsed(entry.getKey(), entry.getValue().tunnel()));
        return wanted.stream().filter(port -> !rejected.containsKey(port)).toList();
    }

    private boolean isUsed(int port, Tunnel tunnel) {
        return book.tunnel(port).filter(user -> user == tunnel).isPresent();
    }

    int count() {
        return rejected.size();
    }
}
