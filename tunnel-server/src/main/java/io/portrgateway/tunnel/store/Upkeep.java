package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics.Result;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does with the database all the time, one after the other on one virtual thread: renew leases, write
 * counters, look for revocations, sweep after dead nodes. When the database goes away it connects again and begins with
 * the renewal, so that live tunnels keep their names.
 */
final class Upkeep {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private static final String UNREACHABLE = "the database cannot be reached: ";
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(250);
    private static final Duration PARTITION_INTERVAL = Duration.ofHours(6);
    private static final int PARTITION_DAYS_AHEAD = 3;
    private static final Duration RETENTION_INTERVAL = Duration.ofHours(1);
    private static final Duration TRAFFIC_INTERVAL = Duration.ofHours(1);
    /** On which channel a task's occasion is told. */
    private static final Map<Task, String> HINTS =
            Map.of(Task.REVOCATIONS, NodeLink.COMMANDS, Task.CAPTURE_RULES, NodeLink.CAPTURE_RULES);

    private static final int RENEWAL_BATCH_COUNT = 2000;
    private static final int RELEASE_BATCH_COUNT = 500;

    private final Database database;
    private final StoreConfig config;
    private final StoreMetrics metrics;
    private final TunnelRegistry registry;
    private final JdbcLeases leases;
    private final Forwards forwards;
    private final Revocations revocations;
    private final Runnable replaysHinted;
    private final CaptureUpkeep capture;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Job> jobs;
    private final Thread thread;

    private final CompletableFuture<Void> nodeReady;

    private volatile String problem = "the database was not reached yet";

    Upkeep(
            Database database,
            StoreConfig config,
            StoreMetrics metrics,
            TunnelRegistry registry,
            JdbcLeases leases,
            Forwards forwards,
            Revocations revocations,
            Runnable replaysHinted,
            CaptureUpkeep capture,
            CompletableFuture<Void> nodeReady) {
        this.database = database;
        this.config = config;
        this.metrics = metrics;
        this.registry = registry;
        this.leases = leases;
        this.forwards = forwards;
        this.revocations = revocations;
        this.replaysHinted = replaysHinted;
        this.capture = capture;
        this.nodeReady = nodeReady;
        Duration beat = config.leaseTtl().dividedBy(3);
        this.jobs = List.of(
                new Job(Task.RENEW, beat, this::renew),
                new Job(Task.RELEASE, RECONNECT_PAUSE, this::writePending),
                new Job(Task.REVOCATIONS, config.revocationInterval(), this::lookForRevocations),
                new Job(Task.CAPTURE_RULES, config.captureRulesInterval(), capture::readRules),
                new Job(Task.CAPTURE_DISK, config.captureDiskInterval(), capture::keepWithinDisk),
                new Job(Task.COUNTERS, config.counterInterval(), this::writeCounters),
                new Job(Task.NODE, beat, this::beat),
                new Job(Task.SWEEP, beat, this::sweep),
                new Job(Task.PARTITIONS, PARTITION_INTERVAL, this::ensurePartitions),
                new Job(Task.RETENTION, RETENTION_INTERVAL, this::dropOldExchanges),
                new Job(Task.TRAFFIC, TRAFFIC_INTERVAL, this::pruneTraffic));
        this.thread = Thread.ofVirtual().name("store-upkeep").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** True from the first time that the database was reached with a fitting schema; an outage does not change it. */
    boolean isReady() {
        return nodeReady.isDone();
    }

    /** Why it is not ready yet, or what is wrong now; empty when nothing is. */
    Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    /** Ends the thread, and gives the leases of this node back to be held for their owners. */
    void close() throws InterruptedException {
        closing.countDown();
        if (!thread.isAlive()) {
            return;
        }
        thread.join(config.statementTimeout().plus(config.connectTimeout()));
    }

    private void run() {
        while (!isClosing()) {
            try (NodeLink link = openLink()) {
                if (isFit(link)) {
                    database.cameUp();
                    serve(link);
                }
            } catch (SQLException failure) {
                problemIs(UNREACHABLE + Database.rootMessage(failure));
            } catch (RuntimeException bug) {
                LOG.error("upkeep failed", bug);
            }
            pause();
        }
    }

    private NodeLink openLink() throws SQLException {
        try {
            return NodeLink.open(database);
        } catch (SQLException failure) {
            // The pool would find out too, but only after a wait
            database.wentDown(failure);
            throw failure;
        }
    }

    private boolean isFit(NodeLink link) throws SQLException {
        Optional<String> schemaProblem = link.transact(SchemaCheck::problem);
        if (schemaProblem.isPresent()) {
            problemIs(schemaProblem.get());
            return false;
        }
        // After an outage the server may not have noticed yet that the old connection, which had the lock, is gone
        if (!link.lockNodeId(config) && !isReady()) {
            problemIs("another tunnel-server runs with the node id " + config.nodeId() + "; set PORTR_NODE_ID");
            return false;
        }
        return true;
    }

    private void serve(NodeLink link) throws SQLException {
        if (!isReady()) {
            int leftOver = link.transact(connection -> {
                NodeRow.insert(connection, config.nodeId());
                OpenExchanges.endOwn(connection, config.nodeId());
                return LeaseSql.holdAllOfNode(connection, config, CloseReason.LOST);
            });
            // Before the first tunnel opens, so that nothing is recorded of one that says no
            capture.readRules(link);
            LOG.info("node registered node={} leftOver={}", config.nodeId(), leftOver);
            nodeReady.complete(null);
        }
        problemIs("");
        jobs.forEach(Job::makeDue);
        while (!isClosing()) {
            for (Job job : jobs) {
                job.runIfDue(link);
            }
            Set<String> hints = link.awaitHints(untilNextJob());
            jobs.stream().filter(job -> hints.contains(HINTS.get(job.task))).forEach(Job::makeDue);
            if (hints.contains(NodeLink.REPLAYS)) {
                replaysHinted.run();
            }
        }
        writePending(link);
        writeCounters(link);
        link.transact(connection -> {
            NodeRow.delete(connection, config.nodeId());
            return LeaseSql.holdAllOfNode(connection, config, CloseReason.SHUTDOWN);
        });
    }

    private Duration untilNextJob() {
        // Short enough to notice the end of the server
        long nanos = TimeUnit.MILLISECONDS.toNanos(200);
        for (Job job : jobs) {
            nanos = Math.min(nanos, job.nanosUntilDue());
        }
        return Duration.ofNanos(Math.max(nanos, 0));
    }

    private void renew(NodeLink link) throws SQLException {
        List<Lease> mine = registry.all().stream().map(Tunnel::lease).toList();
        for (int from = 0; from < mine.size(); from += RENEWAL_BATCH_COUNT) {
            List<Lease> batch = mine.subList(from, Math.min(from + RENEWAL_BATCH_COUNT, mine.size()));
            Collection<Lease> lost = link.transact(connection -> LeaseSql.renew(connection, config, batch));
            lost.forEach(this::cut);
            // Apart, because the renewal must stand even when a row cannot be opened again
            List<Lease> kept =
                    batch.stream().filter(lease -> !lost.contains(lease)).toList();
            link.transact(connection -> LeaseSql.reopen(connection, kept));
        }
    }

    private void cut(Lease lease) {
        registry.find(lease.binding())
                .filter(tunnel -> tunnel.lease().equals(lease))
                .ifPresent(tunnel -> {
                    metrics.leaseLost();
                    LOG.warn(
                            "lease lost tunnel={} name={}",
                            lease.tunnelId(),
                            lease.binding().leaseName());
                    forwards.cut(tunnel, CloseReason.EXPIRED);
                });
    }

    private void writePending(NodeLink link) throws SQLException {
        for (int count = 0; count < RELEASE_BATCH_COUNT; count++) {
            Optional<JdbcLeases.Release> release = leases.firstPending();
            if (release.isEmpty()) {
                return;
            }
            try {
                link.transact(connection -> leases.write(connection, release.get()));
            } catch (SQLException failure) {
                if (Database.isBroken(failure) || !link.isUsable()) {
                    throw failure;
                }
                LOG.error(
                        "release given up lease={}",
                        release.get().lease().binding().leaseName(),
                        failure);
                metrics.releaseDropped();
            }
            leases.dropFirstPending();
        }
    }

    private void lookForRevocations(NodeLink link) throws SQLException {
        link.transact(connection -> {
            revocations.look(connection);
            return true;
        });
    }

    private void writeCounters(NodeLink link) throws SQLException {
        Collection<Tunnel> tunnels = registry.all();
        link.transact(connection -> {
            leases.writeCounters(connection, tunnels);
            return true;
        });
    }

    private void sweep(NodeLink link) throws SQLException {
        int closed = link.transact(connection -> LeaseSql.sweep(connection, config));
        if (closed > 0) {
            LOG.info("connections of dead nodes closed count={}", closed);
        }
        link.transact(connection -> OpenExchanges.endOfDeadNodes(connection, config));
    }

    private void ensurePartitions(NodeLink link) throws SQLException {
        link.transact(connection -> ExchangeSql.ensurePartitions(connection, PARTITION_DAYS_AHEAD));
    }

    /** One day at a time, because each locks the tables for a moment. */
    private void dropOldExchanges(NodeLink link) throws SQLException {
        int dropped;
        do {
            dropped =
                    link.transact(connection -> ExchangeSql.dropOldestDay(connection, config.exchangeRetentionDays()));
        } while (dropped > 0 && !isClosing());
        link.transact(connection -> ExchangeSql.dropDataKeys(connection, config.exchangeRetentionDays()));
    }

    private void pruneTraffic(NodeLink link) throws SQLException {
        link.transact(connection -> Traffic.prune(connection, config.trafficRetention()));
    }

    private void beat(NodeLink link) throws SQLException {
        if (!link.lockNodeId(config)) {
            LOG.warn("node id in use by another process node={}", config.nodeId());
        }
        link.transact(connection -> NodeRow.beat(connection, config.nodeId()));
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void pause() {
        try {
            closing.await(RECONNECT_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ended) {
            closing.countDown();
        }
    }

    private void problemIs(String now) {
        String before = problem;
        problem = now;
        // Of an outage the pool's side tells, once, whoever noticed it first
        if (!now.isEmpty() && !now.equals(before) && !now.startsWith(UNREACHABLE)) {
            LOG.warn("database not usable problem=\"{}\"", now);
        }
    }

    /** Something done again and again. A failure that leaves the connection whole is logged, and tried again next time. */
    private final class Job {

        private final Task task;
        private final long intervalNanos;
        private final Step step;
        private long dueNanos = System.nanoTime();

        Job(Task task, Duration interval, Step step) {
            this.task = task;
            this.intervalNanos = interval.toNanos();
            this.step = step;
        }

        void makeDue() {
            dueNanos = System.nanoTime();
        }

        long nanosUntilDue() {
            return dueNanos - System.nanoTime();
        }

        void runIfDue(NodeLink link) throws SQLException {
            long start = System.nanoTime();
            if (dueNanos - start > 0) {
                return;
            }
            dueNanos = start + intervalNanos;
            try {
                step.run(link);
                metrics.taskEnded(task, Result.DONE, Duration.ofNanos(System.nanoTime() - start));
            } catch (SQLException failure) {
                metrics.taskEnded(task, Result.FAILED, Duration.ofNanos(System.nanoTime() - start));
                if (Database.isBroken(failure) || !link.isUsable()) {
                    throw failure;
                }
                LOG.error("upkeep step failed task={}", task, failure);
            }
        }
    }

    /** One job's work. */
    @FunctionalInterface
    private interface Step {
        void run(NodeLink link) throws SQLException;
    }
}
