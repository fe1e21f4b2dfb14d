package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.config.ReplayConfig;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.ReplayMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics.Task;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.replay.Replay;
import io.portrgateway.tunnel.replay.ReplayResult;
import io.portrgateway.tunnel.replay.Replays;
import io.portrgateway.tunnel.store.ReplaySql.Due;
import io.portrgateway.tunnel.store.ReplaySql.Ended;
import io.portrgateway.tunnel.store.ReplaySql.Room;
import io.portrgateway.tunnel.store.ReplaySql.Taken;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes rows of the replay table whose tunnel this node serves, has them sent, and writes what came of them: on one
 * virtual thread, in rounds of one transaction each. A row is never taken twice: what this node or another one lost sight
 * of is given up. Results come from any thread and wake it.
 */
final class ReplayRunner {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayRunner.class);

    /** Between rounds that only wait for the database to come back, or for the last replays to be cut. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Database database;
    private final StoreConfig config;
    private final CompletableFuture<Void> nodeReady;
    private final Work work;
    private final Thread thread;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Queue<Ended> news = new ConcurrentLinkedQueue<>();

    /** Confined to the thread. */
    private final Map<String, Running> running = new HashMap<>();

    private final List<Ended> unwritten = new ArrayList<>();
    private long sweptNanos;
    private boolean swept;

    private volatile boolean draining;
    private volatile boolean closing;

    /** What is to be done, with what. */
    record Work(ReplayConfig config, ReplayMetrics metrics, TunnelRegistry registry, Replays sender) {}

    private record Running(TunnelId tunnelId, int bodyBytes) {}

    /**
     * What a round found.
     *
     * @param next when the next row is due; null when none is soon
     */
    private record Round(List<Taken> taken, @Nullable Duration next) {}

    ReplayRunner(Database database, StoreConfig config, CompletableFuture<Void> nodeReady, Work work) {
        this.database = database;
        this.config = config;
        this.nodeReady = nodeReady;
        this.work = work;
        this.thread = Thread.ofVirtual().name("store-replays").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Looks now. Any thread, never waits. */
    void wake() {
        wakeUps.release();
    }

    /** Takes nothing more. */
    void drain() {
        draining = true;
    }

    /** Writes what has ended, gives the rest up and ends the thread. */
    void close(Duration longest) throws InterruptedException {
        draining = true;
        closing = true;
        wake();
        if (thread.isAlive()) {
            thread.join(longest);
        }
    }

    private void run() {
        try {
            nodeReady.thenRun(this::wake);
            Duration pause = work.config().interval();
            while (!closing) {
                await(pause);
                if (nodeReady.isDone()) {
                    pause = round();
                }
            }
            if (nodeReady.isDone()) {
                finish();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(Duration longest) throws InterruptedException {
        if (wakeUps.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            wakeUps.drainPermits();
        }
    }

    /** Those that still run are being cut; each tells. */
    private void finish() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + config.statementTimeout().toNanos() / 2;
        collect();
        while (running.size() > unwritten.size() && System.nanoTime() - deadlineNanos < 0) {
            await(PAUSE);
            collect();
        }
        List<Ended> last = new ArrayList<>(unwritten);
        running.keySet().stream()
                .filter(id -> last.stream().noneMatch(ended -> ended.id().equals(id)))
                .toList()
                .forEach(id -> last.add(new Ended(id, ReplayResult.refused(ReplayResult.NODE_LOST))));
        if (!last.isEmpty()) {
            ask(connection -> {
                ReplaySql.end(connection, config.nodeId(), last);
                return true;
            });
        }
    }

    /** One look; answers how long the next one may wait. */
    private Duration round() {
        collect();
        boolean sweeps = !swept
                || System.nanoTime() - sweptNanos >= work.config().interval().toNanos();
        Optional<Round> done = ask(connection -> {
            ReplaySql.end(connection, config.nodeId(), unwritten);
            if (sweeps) {
                sweep(connection);
            }
            return draining ? new Round(List.of(), null) : take(connection);
        });
        if (done.isEmpty()) {
            return PAUSE;
        }
        if (sweeps) {
            swept = true;
            sweptNanos = System.nanoTime();
        }
        unwritten.forEach(ended -> running.remove(ended.id()));
        unwritten.clear();
        done.get().taken().forEach(this::begin);
        work.metrics().runningChanged(running.size());
        Duration longest = work.config().interval();
        @Nullable Duration next = done.get().next();
        return next != null && next.compareTo(longest) < 0 ? next : longest;
    }

    private void collect() {
        @Nullable Ended ended;
        while ((ended = news.poll()) != null) {
            unwritten.add(ended);
        }
    }

    private void sweep(Connection connection) throws SQLException {
        int offline = ReplaySql.failOffline(connection, work.config().offlineGrace());
        int lost = ReplaySql.failLost(connection, config, running.keySet());
        if (offline > 0) {
            work.metrics().ended(ReplayResult.OFFLINE, offline);
        }
        if (lost > 0) {
            work.metrics().ended(ReplayResult.NODE_LOST, lost);
            LOG.warn("replays lost count={}", lost);
        }
    }

    private Round take(Connection connection) throws SQLException {
        Map<String, Running> still = new HashMap<>(running);
        unwritten.forEach(ended -> still.remove(ended.id()));
        Map<TunnelId, Integer> busy = new HashMap<>();
        still.values().forEach(one -> busy.merge(one.tunnelId(), 1, Integer::sum));
        int free = work.config().totalCount() - still.size();
        long freeBytes = work.config().memoryBytes()
                - still.values().stream().mapToLong(Running::bodyBytes).sum();
        List<Taken> taken = new ArrayList<>();
        @Nullable Duration next = null;
        for (Due due : ReplaySql.due(connection, config.nodeId(), work.config().interval())) {
            if (due.millis() > 0) {
                next = next == null ? Duration.ofMillis(due.millis()) : next;
                continue;
            }
            int room = Math.min(free, work.config().perTunnelCount() - busy.getOrDefault(due.tunnelId(), 0));
            if (room > 0 && freeBytes > 0 && find(due.tunnelId()).isPresent()) {
                List<Taken> more = ReplaySql.take(
                        connection,
                        config.nodeId(),
                        work.config().bodyBytes(),
                        due.tunnelId(),
                        new Room(room, freeBytes));
                free -= more.size();
                freeBytes -= more.stream().mapToLong(Taken::bodyBytes).sum();
                taken.addAll(more);
            }
        }
        return new Round(taken, next);
    }

    private Optional<Tunnel> find(TunnelId id) {
        return work.registry().all().stream()
                .filter(tunnel -> tunnel.id().equals(id))
                // A tunnel for TCP has no requests: it is told apart where it is sent
                .min((a, b) -> Boolean.compare(
                        b.lease().binding() instanceof HttpBinding, a.lease().binding() instanceof HttpBinding));
    }

    private void begin(Taken taken) {
        long beganNanos = System.nanoTime();
        running.put(taken.id(), new Running(taken.tunnelId(), taken.bodyBytes()));
        @Nullable Replay replay = taken.replay();
        Optional<Tunnel> tunnel = find(taken.tunnelId());
        if (replay == null) {
            told(
                    taken.id(),
                    beganNanos,
                    ReplayResult.refused(taken.refusal() == null ? ReplayResult.INVALID : taken.refusal()));
        } else if (tunnel.isEmpty()) {
            told(taken.id(), beganNanos, ReplayResult.refused(ReplayResult.OFFLINE));
        } else {
            send(replay, tunnel.get(), beganNanos);
        }
    }

    private void send(Replay replay, Tunnel tunnel, long beganNanos) {
        try {
            work.sender().send(replay, tunnel, result -> told(replay.id(), beganNanos, result));
        } catch (RuntimeException bug) {
            LOG.error("replay not sent replay={}", replay.id(), bug);
            told(replay.id(), beganNanos, ReplayResult.refused(ReplayResult.INTERNAL));
        }
    }

    private void told(String id, long beganNanos, ReplayResult result) {
        String word = result.failure() == null ? "done" : result.failure();
        work.metrics().sent(word, Duration.ofNanos(System.nanoTime() - beganNanos));
        LOG.info("replay.ended replay={} result={} status={}", id, word, result.status());
        news.add(new Ended(id, result));
        wake();
    }

    private <T> Optional<T> ask(Database.Work<T> question) {
        try {
            return Optional.of(database.submit(Task.REPLAYS, question).join());
        } catch (CompletionException failure) {
            // The database's side has told of it
            LOG.debug("replays not looked for reason={}", failure.getMessage());
            return Optional.empty();
        }
    }
}
