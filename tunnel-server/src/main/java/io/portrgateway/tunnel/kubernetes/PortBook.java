package io.portrgateway.tunnel.kubernetes;

import io.portrgateway.tunnel.registry.Tunnel;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which ports the tunnels of this node use, and which they gave back since the Service was last changed. Holds each port
 * of the pool once at most. Thread-safe, never blocks; one port's changes come one after the other.
 */
final class PortBook {

    private final ConcurrentMap<Integer, Entry> open = new ConcurrentHashMap<>();
    private final Set<Integer> released = ConcurrentHashMap.newKeySet();
    private final AtomicLong sequence = new AtomicLong();

    private record Entry(Tunnel tunnel, long number) {}

    /** Answers whether the port was unused before; otherwise the tunnel took it over. */
    boolean open(int port, Tunnel tunnel) {
        boolean isNew = open.put(port, new Entry(tunnel, sequence.incrementAndGet())) == null;
        released.remove(port);
        return isNew;
    }

    /** Answers whether the port is unused now; void when another tunnel took it over. */
    boolean close(int port, Tunnel tunnel) {
        Entry entry = open.get(port);
        if (entry == null || entry.tunnel() != tunnel || !open.remove(port, entry)) {
            return false;
        }
        released.add(port);
        return true;
    }

    /** Ports in use, those in use for longest first. */
    List<Integer> wanted() {
        return open.entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> entry.getValue().number()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The tunnel that uses the port. */
    Optional<Tunnel> tunnel(int port) {
        return Optional.ofNullable(open.get(port)).map(Entry::tunnel);
    }

    /** Ports given back and not yet {@link #forget forgotten}. */
    Set<Integer> released() {
        return Set.copyOf(released);
    }

    /** The Service has none of these any more. */
    void forget(Collection<Integer> gone) {
        gone.forEach(released::remove);
    }
}
