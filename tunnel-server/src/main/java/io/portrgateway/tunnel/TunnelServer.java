package io.portrgateway.tunnel;

import io.portrgateway.tunnel.StartException.Kind;
import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.config.ServerConfig;
import io.portrgateway.tunnel.http.HttpEdge;
import io.portrgateway.tunnel.kubernetes.ServicePorts;
import io.portrgateway.tunnel.metrics.CaptureMetrics;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import io.portrgateway.tunnel.metrics.KubernetesMetrics;
import io.portrgateway.tunnel.metrics.Metrics;
import io.portrgateway.tunnel.metrics.ReplayMetrics;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.metrics.StoreMetrics;
import io.portrgateway.tunnel.metrics.TcpMetrics;
import io.portrgateway.tunnel.ops.OpsServer;
import io.portrgateway.tunnel.ops.Readiness;
import io.portrgateway.tunnel.registry.Forwards;
import io.portrgateway.tunnel.registry.PublicPorts;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.ssh.HostKey;
import io.portrgateway.tunnel.ssh.SshFrontend;
import io.portrgateway.tunnel.store.Store;
import io.portrgateway.tunnel.tcp.TcpEdge;
import io.portrgateway.tunnel.transport.EventLoops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running tunnel-server: everything is made, started, drained and stopped here, by constructor calls in the order of
 * dependence. Thread-safe; {@link #start} and {@link #close} block and are not for event loops.
 */
public final class TunnelServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TunnelServer.class);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final long CUT_MILLIS = 2_000;

    private final ServerConfig config;
    private final Readiness readiness = new Readiness();
    private final Metrics metrics;
    private final EventLoops loops;
    private final Store store;
    private final CaptureQueue exchanges;
    private final TcpEdge tcp;
    private final HttpEdge http;
    private final SshFrontend ssh;
    private final OpsServer ops;
    private final Forwards forwards;
    private final Optional<ServicePorts> servicePorts;
    private final AtomicBoolean closed = new AtomicBoolean();

    private volatile List<InetSocketAddress> httpAddresses = List.of();
    private Optional<InetSocketAddress> opsAddress = Optional.empty();

    private TunnelServer(ServerConfig config) throws StartException {
        this.config = config;
        TunnelRegistry registry = new TunnelRegistry();
        this.metrics = new Metrics(config.store().nodeId(), version());
        this.loops = new EventLoops(config.transport());
        this.store = new Store(config.store(), new StoreMetrics(metrics.registry()), registry);
        this.exchanges = new CaptureQueue(config.capture(), new CaptureMetrics(metrics.registry()));
        this.tcp = new TcpEdge(
                config.tcp(), new TcpMetrics(metrics.registry()), loops.group(), loops.serverChannelClass());
        this.servicePorts = servicePorts(config, tcp);
        this.forwards = new Forwards(
                registry,
                store.leases(),
                servicePorts.<PublicPorts>map(ports -> ports).orElse(tcp));
        this.http = new HttpEdge(
                config.http(),
                loops.group(),
                loops.group(),
                loops.serverChannelClass(),
                registry,
                new HttpMetrics(metrics.registry()),
                new Capture(config.capture(), exchanges));
        this.ssh = new SshFrontend(
                config.ssh(),
                config.transport(),
                config.urls(),
                hostKey(config),
                loops,
                store.accounts(),
                forwards,
                new SshMetrics(metrics.registry()));
        this.ops = new OpsServer(config.ops(), readiness, metrics::scrape);
    }

    /**
     * Starts a server on the given settings and returns once its ports are open; it is ready a little later, when the
     * database was reached ({@link #awaitReady}).
     *
     * @param environment the settings, as environment variables
     */
    public static TunnelServer start(Map<String, String> environment) throws StartException {
        ServerConfig.Reading reading = ServerConfig.read(environment);
        if (!reading.problems().isEmpty()) {
            throw new StartException(Kind.SETTINGS, "wrong settings:\n  " + String.join("\n  ", reading.problems()));
        }
        TunnelServer server = new TunnelServer(reading.config());
        try {
            server.open();
        } catch (StartException | RuntimeException failed) {
            server.close();
            throw failed;
        }
        return server;
    }

    private void open() throws StartException {
        readiness.add("database", () -> store.isReady() ? Optional.empty() : store.problem());
        readiness.add("ssh", () -> ssh.isListening() ? Optional.empty() : Optional.of("SSH does not listen"));
        readiness.add("http", () -> httpAddresses.isEmpty() ? Optional.of("HTTP does not listen") : Optional.empty());
        try {
            opsAddress = Optional.of(ops.start());
        } catch (IOException inUse) {
            throw new StartException(Kind.LISTEN, "PORTR_OPS_PORT: " + sentence(inUse));
        }
        try {
            ssh.start();
        } catch (IOException inUse) {
            throw new StartException(Kind.LISTEN, "PORTR_SSH_PORT: " + sentence(inUse));
        }
        try {
            httpAddresses = http.start();
        } catch (IOException inUse) {
            throw new StartException(Kind.LISTEN, sentence(inUse));
        }
        store.write(exchanges);
        // Last, because it ends what a previous run of this node left over: not before the ports prove that it is over.
        store.start(forwards, ssh);
        store.replay(
                config.replay(),
                new ReplayMetrics(metrics.registry()),
                http.replays(config.replay().timeout(), config.urls().scheme()));
        servicePorts.ifPresent(ServicePorts::start);
        LOG.info("server.listening ssh={} http={} ops={}", ssh.address(), httpAddresses, opsAddress.get());
    }

    private Optional<ServicePorts> servicePorts(ServerConfig config, PublicPorts edge) {
        return config.kubernetes().isOn()
                ? Optional.of(new ServicePorts(
                        config.kubernetes(),
                        config.tcp().ports(),
                        edge,
                        new KubernetesMetrics(metrics.registry()),
                        readiness::isReady))
                : Optional.empty();
    }

    private static HostKey hostKey(ServerConfig config) throws StartException {
        try {
            return HostKey.load(config.ssh());
        } catch (IOException unusable) {
            throw new StartException(Kind.LISTEN, sentence(unusable));
        }
    }

    /**
     * Waits until the server is ready.
     *
     * @throws StartException when the database does not become usable within the configured time
     */
    public void awaitReady() throws StartException, InterruptedException {
        long deadlineNanos = System.nanoTime() + config.ops().startTimeout().toNanos();
        while (!readiness.isReady()) {
            if (System.nanoTime() - deadlineNanos >= 0) {
                throw new StartException(Kind.DATABASE, problem());
            }
            if (closed.get()) {
                return;
            }
            Thread.sleep(POLL);
        }
        LOG.info("server.ready millis={}", sinceProcessStart().toMillis());
        OpenFiles.problem(config.tcp().ports()).ifPresent(problem -> LOG.warn("server.few_files {}", problem));
        metrics.bindJvm();
    }

    private static Duration sinceProcessStart() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(started -> Duration.between(started, Instant.now()))
                .orElse(Duration.ZERO);
    }

    private String problem() {
        return readiness.findings().stream()
                .flatMap(finding -> finding.problem().stream())
                .findFirst()
                .orElse("not ready in time");
    }

    /** Where SSH clients connect. */
    public InetSocketAddress sshAddress() {
        return ssh.address();
    }

    /** Where visitors connect: plain HTTP first, then HTTPS when there is a certificate. */
    public List<InetSocketAddress> httpAddresses() {
        return httpAddresses;
    }

    /** The private port. */
    public InetSocketAddress opsAddress() {
        return opsAddress.orElseThrow(() -> new IllegalStateException("ops: not listening (expected: started)"));
    }

    public boolean isReady() {
        return readiness.isReady();
    }

    /**
     * Stops in order: not ready, no new sessions, no new TCP visitors, sessions closed at a steady pace while requests in
     * flight finish, then the rest is cut, leases are given back, sockets and threads end. Idempotent.
     */
    public void stop() {
        if (closed.getAndSet(true)) {
            return;
        }
        readiness.stopping();
        LOG.info("server.draining grace={}", config.ops().shutdownGrace());
        long deadlineNanos = System.nanoTime() + config.ops().shutdownGrace().toNanos();
        // First: the clients come back to the next node, whose ports this one must not remove any more.
        servicePorts.ifPresent(ServicePorts::close);
        store.drainReplays();
        ssh.stopAccepting();
        tcp.stopAccepting();
        // Visitors are still let in while sessions leave one after the other: most of their tunnels are still here.
        await(ssh.drain().toCompletableFuture(), config.ops().shutdownGrace());
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        http.drain(left).awaitUninterruptibly(left.toMillis() + CUT_MILLIS);
        release();
        LOG.info("server.stopped");
    }

    /** Stops at once: what is in flight is cut. Leases are given back all the same. Idempotent. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            readiness.stopping();
            release();
        }
    }

    private void release() {
        servicePorts.ifPresent(ServicePorts::close);
        http.close();
        await(tcp.stop().toCompletableFuture(), Duration.ofMillis(CUT_MILLIS));
        ssh.close();
        store.close();
        loops.close();
        ops.close();
        metrics.close();
    }

    private static void await(CompletableFuture<?> stage, Duration longest) {
        stage.completeOnTimeout(null, longest.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null)
                .join();
    }

    private static String sentence(IOException failure) {
        String what = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        String why = cause == null ? "" : String.valueOf(cause.getMessage());
        return what.contains(why) ? what : what + ": " + why;
    }

    static String version() {
        String version = TunnelServer.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Starts the server on the settings of the environment and serves until the process is told to stop. */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(new CommandLine(System.out, System.err).run(arguments));
    }
}
