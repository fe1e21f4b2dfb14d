package io.portrgateway.tunnel.capture;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is stored of each team in the days that are kept: as the database says from time to time, and what this node has
 * added since. Thread-safe; reading takes no lock.
 */
public final class TeamUsage {

    private volatile Map<Long, Long> bytes = new ConcurrentHashMap<>();

    TeamUsage() {}

    /** What the database says of all nodes. */
    public void become(Map<Long, Long> stored) {
        bytes = new ConcurrentHashMap<>(stored);
    }

    /** This node has stored more of these teams. */
    public void add(Map<Long, Long> stored) {
        stored.forEach((team, more) -> bytes.merge(team, more, Long::sum));
    }

    long bytes(long teamId) {
        return bytes.getOrDefault(teamId, 0L);
    }
}
