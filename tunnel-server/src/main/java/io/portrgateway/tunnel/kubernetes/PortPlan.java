package io.portrgateway.tunnel.kubernetes;

import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import io.portrgateway.tunnel.kubernetes.Service.Port;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What has to change in the Service. Immutable.
 *
 * <p>A port of the Service is ours when it lies in the pool, is TCP, has the name that we give it and no second entry has
 * its number. All others are left as they are.
 *
 * @param add ports to add
 * @param remove ports of ours to remove
 * @param strangers ports of ours that stay though no tunnel of this node uses them: of another node, or left over
 * @param presentCount ports of ours in the Service after the change
 * @param leftOut ports of tunnels for which there is no room
 */
record PortPlan(
        List<Integer> add, List<Integer> remove, Set<Integer> strangers, int presentCount, List<Integer> leftOut) {

    /** What one node knows, besides the Service. */
    record Wishes(Collection<Integer> wanted, Set<Integer> released, Set<Integer> leftOver) {}

    static PortPlan of(List<Port> present, Wishes wishes, PortRange pool, int maxCount) {
        Map<Integer, Integer> entryCounts = new HashMap<>();
        present.forEach(port -> entryCounts.merge(port.port(), 1, Integer::sum));
        Set<Integer> wanted = new LinkedHashSet<>(wishes.wanted());
        Set<Integer> unused = new TreeSet<>();
        int ours = 0;
        for (Port port : present) {
            if (isOurs(port, pool) && entryCounts.getOrDefault(port.port(), 0) == 1) {
                ours++;
                if (!wanted.contains(port.port())) {
                    unused.add(port.port());
                }
            }
        }
        List<Integer> missing =
                wanted.stream().filter(port -> !entryCounts.containsKey(port)).toList();
        List<Integer> remove = new ArrayList<>();
        unused.stream()
                .filter(port ->
                        wishes.released().contains(port) || wishes.leftOver().contains(port))
                .forEach(remove::add);
        unused.removeAll(Set.copyOf(remove));
        // Where there is no room, what no tunnel of this node uses has to go at once.
        while (ours - remove.size() + missing.size() > maxCount && !unused.isEmpty()) {
            Integer evicted = unused.iterator().next();
            unused.remove(evicted);
            remove.add(evicted);
        }
        int room = Math.max(0, maxCount - (ours - remove.size()));
        List<Integer> add = missing.stream().limit(room).toList();
        return new PortPlan(
                add,
                List.copyOf(remove),
                unused,
                ours - remove.size() + add.size(),
                missing.subList(add.size(), missing.size()));
    }

    int missingCount() {
        return leftOut.size();
    }

    /** The same with at most so many of the ports to add: the rest is for a later change. */
    PortPlan addingAtMost(int count) {
        return count >= add.size()
                ? this
                : new PortPlan(add.subList(0, count), remove, strangers, presentCount - (add.size() - count), leftOut);
    }

    boolean isEmpty() {
        return add.isEmpty() && remove.isEmpty();
    }

    /** The numbers in the Service when the plan is carried out. */
    Set<Integer> after(List<Port> present) {
        Set<Integer> after = present.stream().map(Port::port).collect(Collectors.toSet());
        after.addAll(add);
        after.removeAll(Set.copyOf(remove));
        return after;
    }

    static String nameOf(int port) {
        return "tcp-" + port;
    }

    private static boolean isOurs(Port port, PortRange pool) {
        // the API leaves the protocol out when it is TCP, or writes it
        boolean isTcp = port.protocol() == null || port.protocol().equals("TCP");
        return pool.contains(port.port()) && isTcp && nameOf(port.port()).equals(port.name());
    }
}
