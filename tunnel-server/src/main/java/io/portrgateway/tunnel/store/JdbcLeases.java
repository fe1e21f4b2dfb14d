package io.portrgateway.tunnel.store;

import com.github.f4b6a3.ulid.UlidCreator;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.Client;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.LeaseResult;
import io.portrgateway.tunnel.registry.Leases;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.store.LeaseRules.Claim;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Leases as rows. A release that cannot be written waits in memory until the database is back, up to a bound; what is
 * beyond it runs out with its lease. Thread-safe.
 */
final class JdbcLeases implements Leases {

    private static final int PENDING_LIMIT = 20_000;

    private final Database database;
    private final StoreConfig config;
    private final StoreMetrics metrics;
    private final Acquisition acquisition;
    private final CompletableFuture<Void> nodeReady;
    private final Usage usage = new Usage();
    private final ConcurrentLinkedQueue<Release> pending = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pendingCount = new AtomicInteger();

    /** A lease to be given back, with the last of its counters. */
    record Release(Lease lease, CloseReason reason, Usage.Delta delta) {}

    /**
     * Leases of this node.
     *
     * @param nodeReady completes when what a previous run of this node left over is dealt with; until then no name is
     *     given, for it would be taken for a left-over
     */
    JdbcLeases(
            Database database,
            StoreConfig config,
            StoreMetrics metrics,
            TunnelRegistry registry,
            CompletableFuture<Void> nodeReady) {
        this.nodeReady = nodeReady;
        this.database = database;
        this.config = config;
        this.metrics = metrics;
        this.acquisition = new Acquisition(config, registry);
    }

    @Override
    public CompletionStage<LeaseResult> acquire(TunnelId tunnelId, Owner owner, Binding binding, Client client) {
        Claim claim = new Claim(tunnelId, owner, binding, client);
        return whenReady()
                .thenCompose(ready -> database.submit(Task.ACQUIRE, connection -> acquisition.run(connection, claim)));
    }

    @Override
    public CompletionStage<LeaseResult> acquireForSsh(Owner owner, Binding binding, Client client) {
        TunnelId tunnelId = new TunnelId(UlidCreator.getUlid().toString());
        Claim claim = new Claim(tunnelId, owner, binding, client);
        return whenReady()
                .thenCompose(ready -> database.submit(Task.ACQUIRE, connection -> {
                    if (!LeaseSql.isMember(connection, owner)) {
                        return new LeaseResult.Refused(
                                owner.publicKey() == null
                                        ? CloseReason.REVOKED.sentence()
                                        : CloseReason.KEY_REMOVED.sentence());
                    }
                    Acquisition.insertSshConnection(connection, claim);
                    return acquisition.run(connection, claim);
                }));
    }

    private CompletableFuture<Void> whenReady() {
        return nodeReady.isDone()
                ? nodeReady
                : nodeReady.copy().orTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Void> release(Tunnel tunnel, CloseReason reason) {
        Release release = new Release(tunnel.lease(), reason, usage.takeLast(tunnel));
        return database.submit(Task.RELEASE, connection -> write(connection, release))
                .handle((done, failure) -> {
                    if (failure != null) {
                        keep(release);
                    }
                    return null;
                });
    }

    @Override
    public CompletionStage<Collection<Lease>> renew(Collection<Lease> leases) {
        List<Lease> asked = List.copyOf(leases);
        return database.submit(Task.RENEW, connection -> {
            Collection<Lease> lost = LeaseSql.renew(connection, config, asked);
            LeaseSql.reopen(
                    connection,
                    asked.stream().filter(lease -> !lost.contains(lease)).toList());
            return lost;
        });
    }

    /** The release that has waited longest; nothing when none waits. Called on the upkeep thread. */
    Optional<Release> firstPending() {
        return Optional.ofNullable(pending.peek());
    }

    /** Writes a release; in a transaction of the caller's. */
    boolean write(Connection connection, Release release) throws SQLException {
        LeaseSql.release(connection, config, release);
        return true;
    }

    /** Forgets the release that {@link #firstPending()} answered. Called on the upkeep thread. */
    void dropFirstPending() {
        pending.remove();
        metrics.pendingReleasesChanged(pendingCount.decrementAndGet());
    }

    /** Adds what is new of the tunnels' counters to their rows; called on the upkeep thread, in a transaction. */
    void writeCounters(Connection connection, Collection<Tunnel> tunnels) throws SQLException {
        List<Tunnel> changed = new ArrayList<>();
        List<Usage.Delta> deltas = new ArrayList<>();
        for (Tunnel tunnel : tunnels) {
            usage.take(tunnel).ifPresent(delta -> {
                changed.add(tunnel);
                deltas.add(delta);
            });
        }
        if (deltas.isEmpty()) {
            return;
        }
        try {
            LeaseSql.addCounters(connection, deltas);
            Traffic.add(connection, deltas);
            connection.commit();
        } catch (SQLException failure) {
            for (int index = 0; index < deltas.size(); index++) {
                usage.giveBack(changed.get(index), deltas.get(index));
            }
            throw failure;
        }
    }

    private void keep(Release release) {
        if (pendingCount.incrementAndGet() > PENDING_LIMIT) {
            pendingCount.decrementAndGet();
            metrics.releaseDropped();
            return;
        }
        pending.add(release);
        metrics.pendingReleasesChanged(pendingCount.get());
    }
}
