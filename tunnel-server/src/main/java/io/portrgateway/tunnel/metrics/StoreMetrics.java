package io.portrgateway.tunnel.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of the database side. Thread-safe. */
public final class StoreMetrics {

    /** What the database is asked for. */
    public enum Task {
        LOGIN,
        ACQUIRE,
        RELEASE,
        RENEW,
        COUNTERS,
        REVOCATIONS,
        SWEEP,
        PARTITIONS,
        TRAFFIC,
        CAPTURE,
        CAPTURE_RULES,
        CAPTURE_SEAL,
        CAPTURE_DISK,
        RETENTION,
        REPLAYS,
        NODE
    }

    /** How a task ended. */
    public enum Result {
        DONE,
        FAILED,
        UNAVAILABLE
    }

    private final Map<Ending, Timer> tasks = new HashMap<>();

    private record Ending(Task task, Result result) {}

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger up = new AtomicInteger();
    private final AtomicInteger pendingReleases = new AtomicInteger();
    private final Counter refused;
    private final Counter retried;
    private final Counter leasesLost;
    private final Counter revoked;
    private final Counter disconnected;
    private final Counter releasesDropped;

    public StoreMetrics(MeterRegistry registry) {
        for (Task task : Task.values()) {
            for (Result result : Result.values()) {
                tasks.put(
                        new Ending(task, result),
                        Timer.builder("portr.store.task")
                                .description("Time of a question to the database, waiting included")
                                .tag("task", tag(task))
                                .tag("result", tag(result))
                                .register(registry));
            }
        }
        registry.gauge("portr.store.waiting", waiting);
        registry.gauge("portr.store.up", up);
        registry.gauge("portr.store.pending.releases", pendingReleases);
        refused = registry.counter("portr.store.refused");
        retried = registry.counter("portr.store.retried");
        leasesLost = registry.counter("portr.leases.lost");
        revoked = registry.counter("portr.tunnels.cut", "reason", "revoked");
        disconnected = registry.counter("portr.tunnels.cut", "reason", "disconnected");
        releasesDropped = registry.counter("portr.store.releases.dropped");
    }

    /** A task ended after {@code time}, its waiting included. */
    public void taskEnded(Task task, Result result, Duration time) {
        requireNonNull(tasks.get(new Ending(task, result))).record(time);
    }

    /** A task joined or left the queue. */
    public void waitingChanged(int count) {
        waiting.set(count);
    }

    /** The queue was full. */
    public void taskRefused() {
        refused.increment();
    }

    /** A transaction is tried again because another one was faster. */
    public void transactionRetried() {
        retried.increment();
    }

    /** The database became reachable or unreachable. */
    public void upChanged(boolean isUp) {
        up.set(isUp ? 1 : 0);
    }

    /** So many releases wait for the database to come back. */
    public void pendingReleasesChanged(int count) {
        pendingReleases.set(count);
    }

    /** A release was given up because too many wait; its lease runs out by itself. */
    public void releaseDropped() {
        releasesDropped.increment();
    }

    /** A live tunnel lost its name to someone else. */
    public void leaseLost() {
        leasesLost.increment();
    }

    /** Tunnels were cut because their key or membership ended. */
    public void tunnelsRevoked(int count) {
        revoked.increment(count);
    }

    /** Tunnels were cut by a command from the dashboard. */
    public void tunnelsDisconnected(int count) {
        disconnected.increment(count);
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
