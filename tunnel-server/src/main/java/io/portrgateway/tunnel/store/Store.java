package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.config.ReplayConfig;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.ReplayMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.registry.Accounts;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.Leases;
import io.portrgateway.tunnel.registry.LiveSessions;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.replay.Replays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Everything this server wants of the database, built in one place. The database need not be there: until it is, log-ins
 * fail with a clear message and the store is not ready. Thread-safe.
 */
public final class Store implements AutoCloseable {

    private final StoreConfig config;
    private final StoreMetrics metrics;
    private final TunnelRegistry registry;
    private final Database database;
    private final JdbcAccounts accounts;
    private final JdbcLeases leases;
    private final CompletableFuture<Void> nodeReady = new CompletableFuture<>();
    private final CaptureUpkeep capture = new CaptureUpkeep();
    private volatile @Nullable Upkeep upkeep;
    private volatile @Nullable ExchangeWriter writer;
    private volatile @Nullable ReplayRunner replays;

    /** Opens no connection by itself that the caller would have to wait for. */
    public Store(StoreConfig config, StoreMetrics metrics, TunnelRegistry registry) {
        this.config = config;
        this.metrics = metrics;
        this.registry = registry;
        this.database = new Database(config, metrics);
        this.accounts = new JdbcAccounts(database);
        this.leases = new JdbcLeases(database, config, metrics, registry, nodeReady);
    }

    public Accounts accounts() {
        return accounts;
    }

    public Leases leases() {
        return leases;
    }

    /**
     * Begins the upkeep: registers the node, ends what a previous run left over, then renews leases, writes counters and
     * cuts what has lost its right. Returns at once; called once.
     *
     * @param forwards made of this store's {@link #leases()}
     * @param sessions told when a right ends
     */
    public void start(Forwards forwards, LiveSessions sessions) {
        Upkeep started = new Upkeep(
                database,
                config,
                metrics,
                registry,
                leases,
                forwards,
                new Revocations(registry, forwards, sessions, metrics),
                this::replaysHinted,
                capture,
                nodeReady);
        upkeep = started;
        started.start();
    }

    /**
     * Begins to write what the queue holds, from when the store is ready, and to keep its rules up to date. Returns at
     * once; called once, before {@link #start} where a tunnel must never be recorded against its rules.
     */
    public void write(CaptureQueue queue) {
        capture.keep(queue);
        ExchangeWriter started = new ExchangeWriter(database, config.nodeId(), nodeReady, queue);
        writer = started;
        started.start();
    }

    /** Begins to hand requested replays to whoever sends them, from when the store is ready. Returns at once; called once. */
    public void replay(ReplayConfig settings, ReplayMetrics meters, Replays sender) {
        ReplayRunner started = new ReplayRunner(
                database, config, nodeReady, new ReplayRunner.Work(settings, meters, registry, sender));
        replays = started;
        started.start();
    }

    private void replaysHinted() {
        ReplayRunner running = replays;
        if (running != null) {
            running.wake();
        }
    }

    /** Begins no more replays; those that run are finished. */
    public void drainReplays() {
        ReplayRunner running = replays;
        if (running != null) {
            running.drain();
        }
    }

    /**
     * Whether log-ins may come: true from the first time that the database was reached with the schema this version
     * needs. An outage later does not change it, for live tunnels are served all the same.
     */
    public boolean isReady() {
        Upkeep running = upkeep;
        return running != null && running.isReady();
    }

    /** Why log-ins may not come yet, as a sentence for the readiness check; nothing once {@link #isReady()}. */
    public Optional<String> startProblem() {
        return isReady() ? Optional.empty() : problem().or(() -> Optional.of("the store is starting"));
    }

    /** What is wrong with the database now, as a sentence; nothing when nothing is. */
    public Optional<String> problem() {
        Upkeep running = upkeep;
        return running == null ? Optional.of("the store was not started") : running.problem();
    }

    /**
     * Ends the upkeep, holds the names of this node for their owners and closes the pool. Waits a few seconds at most;
     * idempotent. Sessions should have been closed before.
     */
    @Override
    public void close() {
        Upkeep running = upkeep;
        ExchangeWriter writing = writer;
        ReplayRunner replaying = replays;
        try {
            if (replaying != null) {
                replaying.close(config.statementTimeout());
            }
            if (writing != null) {
                writing.close(config.statementTimeout());
            }
            if (running != null) {
                running.close();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            database.close();
        }
    }
}
