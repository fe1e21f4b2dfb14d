package io.portrgateway.tunnel.kubernetes;

import io.portrgateway.tunnel.config.KubernetesConfig;
import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import io.portrgateway.tunnel.kubernetes.PortPlan.Wishes;
import io.portrgateway.tunnel.metrics.KubernetesMetrics;
import io.portrgateway.tunnel.metrics.KubernetesMetrics.Result;
import io.portrgateway.tunnel.registry.PublicPorts;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds a port to this node's Service while a TCP tunnel listens on it.
 *
 * <p>Stands before the TCP edge: a port opens and closes there first. A client is answered when its port is in the
 * Service too, but waits no longer than a moment, and not at all while the API refuses: its tunnel serves on inside the
 * cluster, and the port follows when the API lets us. The Service is compared with all open tunnels on one virtual thread,
 * once for all changes of a burst, so that each change mends what an earlier one missed.
 *
 * <p>Thread-safe; apart from {@link #close} nothing here blocks.
 */
public final class ServicePorts implements PublicPorts, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServicePorts.class);
    private static final Duration BURST = Duration.ofMillis(20);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int CONFLICT_TRY_COUNT = 5;
    /** Attempts to change the Service on one occasion: enough to find several ports that it does not take. */
    private static final int CHANGE_COUNT = 64;

    private final KubernetesConfig config;
    private final PortRange pool;
    private final PublicPorts edge;
    private final KubernetesMetrics metrics;
    private final BooleanSupplier mayTidy;

    private final PortBook book = new PortBook();
    private final RejectedPorts rejected;
    private final Semaphore changes = new Semaphore(1);
    /** Completes with the next comparison; whoever asks for a port waits for it. */
    private final AtomicReference<CompletableFuture<Void>> next = new AtomicReference<>(new CompletableFuture<>());

    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;
    private volatile String problem = "";

    // of the thread
    private final Map<Integer, Long> strangers = new HashMap<>();
    private Set<Integer> lastSeen = Set.of();
    private Duration pause = FIRST_PAUSE;
    private boolean isFull;
    private Set<Integer> toldFull = Set.of();

    /**
     * @param pool ports that tunnels may have; no other port of the Service is ever touched
     * @param edge opens and closes the ports
     * @param mayTidy whether ports of nobody may be removed: a node that is not ready must leave those of its predecessor
     */
    public ServicePorts(
            KubernetesConfig config,
            PortRange pool,
            PublicPorts edge,
            KubernetesMetrics metrics,
            BooleanSupplier mayTidy) {
        this.config = config;
        this.rejected = new RejectedPorts(book, config.reconcileInterval());
        this.pool = pool;
        this.edge = edge;
        this.metrics = metrics;
        this.mayTidy = mayTidy;
        this.thread = Thread.ofVirtual().name("service-ports").unstarted(this::run);
    }

    /** Compares at once, and from now on. Called once. */
    public void start() {
        thread.start();
    }

    @Override
    public boolean isInPool(int port) {
        return edge.isInPool(port);
    }

    @Override
    public OptionalInt anyFreePort() {
        return edge.anyFreePort();
    }

    @Override
    public CompletionStage<Boolean> listen(Tunnel tunnel, TcpBinding binding) {
        return edge.listen(tunnel, binding)
                .thenCompose(
                        listens -> listens ? shown(tunnel, binding.port()) : CompletableFuture.completedFuture(false));
    }

    @Override
    public CompletionStage<Void> unlisten(Tunnel tunnel, TcpBinding binding) {
        return edge.unlisten(tunnel, binding).whenComplete((done, failure) -> {
            if (book.close(binding.port(), tunnel)) {
                changes.release();
            }
        });
    }

    /**
     * Leaves the Service as it is from now on: what this node still has in it is its successor's to keep or to remove.
     * Blocks for a moment. Idempotent.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        if (thread.getState() != Thread.State.NEW) {
            thread.interrupt();
            try {
                thread.join(LONGEST_WAIT);
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
            }
        }
        next.get().complete(null);
    }

    private CompletionStage<Boolean> shown(Tunnel tunnel, int port) {
        boolean isNew = book.open(port, tunnel);
        // Taken before the thread is woken and after the port is in the book: this comparison sees it.
        CompletableFuture<Void> comparison = next.get();
        if (!isNew || closed.get()) {
            return CompletableFuture.completedFuture(true);
        }
        changes.release();
        return problem.isEmpty()
                ? comparison
                        .thenApply(done -> true)
                        .completeOnTimeout(true, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                : CompletableFuture.completedFuture(true);
    }

    private void run() {
        try (ServiceClient client = new ServiceClient(config)) {
            while (!closed.get()) {
                awaitOccasion();
                CompletableFuture<Void> comparison = next.getAndSet(new CompletableFuture<>());
                try {
                    compare(client);
                } finally {
                    comparison.complete(null);
                }
            }
        } catch (InterruptedException stopped) {
            LOG.debug("kubernetes.stopped service={}", config.service());
        }
    }

    private void awaitOccasion() throws InterruptedException {
        if (problem.isEmpty()) {
            boolean isChange = changes.tryAcquire(config.reconcileInterval().toNanos(), TimeUnit.NANOSECONDS);
            if (isChange) {
                Thread.sleep(BURST);
            }
        } else {
            // However many tunnels come meanwhile: an API that refuses is not asked more often for it.
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
        changes.drainPermits();
    }

    private void compare(ServiceClient client) throws InterruptedException {
        try {
            boolean isChanged = sync(client);
            metrics.synced(isChanged ? Result.CHANGED : Result.UNCHANGED);
            works();
        } catch (ApiException answered) {
            metrics.synced(answered.result());
            fails(answered.result(), answered);
        } catch (IOException | RuntimeException silent) {
            metrics.synced(Result.UNAVAILABLE);
            fails(Result.UNAVAILABLE, silent);
        }
    }

    /**
     * Brings the Service in step, in one change as a rule. When the API does not take the ports of a change, half of them
     * are tried, until the one that it does not take is alone: the others get in.
     */
    private boolean sync(ServiceClient client) throws IOException, InterruptedException {
        boolean isChanged = false;
        int conflictsLeft = CONFLICT_TRY_COUNT - 1;
        int most = Integer.MAX_VALUE;
        for (int change = 0; change < CHANGE_COUNT; change++) {
            Service service = client.read();
            Set<Integer> released = book.released();
            PortPlan whole = PortPlan.of(
                    service.ports(),
                    new Wishes(rejected.without(book.wanted()), released, leftOver()),
                    pool,
                    config.maxPortCount());
            PortPlan plan = whole.addingAtMost(most);
            try {
                if (!plan.isEmpty()) {
                    client.patch(service, plan);
                    isChanged = true;
                    LOG.debug("kubernetes.changed added={} removed={}", plan.add(), plan.remove());
                }
            } catch (ApiException refused) {
                if (refused.result() == Result.CONFLICT && conflictsLeft > 0) {
                    conflictsLeft--;
                } else if (refused.result() == Result.INVALID && !plan.add().isEmpty()) {
                    most = plan.add().size() / 2;
                    if (plan.add().size() == 1) {
                        reject(plan.add().getFirst(), refused);
                        most = Integer.MAX_VALUE;
                    }
                } else {
                    throw refused;
                }
                metrics.synced(refused.result());
                continue;
            }
            book.forget(released);
            lastSeen = plan.after(service.ports());
            remember(whole.strangers());
            metrics.seen(plan.presentCount(), whole.missingCount() + rejected.count());
            full(whole);
            if (plan.add().size() == whole.add().size()) {
                return isChanged;
            }
        }
        // The rest after a pause for whoever else asks the API
        changes.release();
        return isChanged;
    }

    private void reject(int port, ApiException refused) {
        Optional<Tunnel> untold = rejected.add(port);
        metrics.rejected();
        LOG.warn("kubernetes.port_rejected service={} port={} cause={}", config.service(), port, refused.getMessage());
        untold.ifPresent(tunnel ->
                warn(tunnel, port, "is not reachable from outside: the cluster did not accept it; take another port"));
    }

    private static void warn(Tunnel tunnel, int port, String what) {
        tunnel.upstreams().forEach(upstream -> upstream.warn("port " + port + " " + what));
    }

    /** Ports that nobody here used since a whole interval: an earlier run left them, or another node has gone. */
    private Set<Integer> leftOver() {
        long now = System.nanoTime();
        return strangers.entrySet().stream()
                .filter(stranger ->
                        now - stranger.getValue() >= config.reconcileInterval().toNanos())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void remember(Set<Integer> seen) {
        if (!mayTidy.getAsBoolean()) {
            strangers.clear();
            return;
        }
        strangers.keySet().retainAll(seen);
        seen.forEach(port -> strangers.putIfAbsent(port, System.nanoTime()));
    }

    private void full(PortPlan plan) {
        boolean wasFull = isFull;
        isFull = plan.missingCount() > 0;
        if (isFull && !wasFull) {
            LOG.warn(
                    "kubernetes.full service={} max={} left_out={} (PORTR_KUBERNETES_MAX_PORTS)",
                    config.service(),
                    config.maxPortCount(),
                    plan.missingCount());
        }
        Set<Integer> leftOut = Set.copyOf(plan.leftOut());
        leftOut.stream()
                .filter(port -> !toldFull.contains(port))
                .forEach(port -> book.tunnel(port)
                        .ifPresent(tunnel -> warn(
                                tunnel,
                                port,
                                "is not reachable from outside yet: the gateway has no room for more public ports")));
        toldFull = leftOut;
    }

    private void works() {
        if (!problem.isEmpty()) {
            LOG.info("kubernetes.works_again service={}", config.service());
        }
        problem = "";
        pause = FIRST_PAUSE;
    }

    private void fails(Result result, Exception failure) {
        String what = result.name();
        metrics.missing((int)
                book.wanted().stream().filter(port -> !lastSeen.contains(port)).count());
        if (!problem.equals(what)) {
            LOG.warn("kubernetes.failed service={} result={} cause={}", config.service(), what, failure.toString());
        }
        problem = what;
    }
}
