package io.portrgateway.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A whole gateway: PostgreSQL, admin-server and tunnel-server as child processes.
 *
 * <p>Started once, by one thread; {@link #stop} may come from any thread at any time, also in the middle of the start.
 * Whatever was started is ended in reverse order: tunnel-server (it gives its leases back), admin-server, PostgreSQL.
 */
final class Gateway {

    private static final Duration READY_PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(40);

    private final GatewaySettings settings;
    private final Consumer<String> progress;
    private final CompletableFuture<String> failure = new CompletableFuture<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Runnable> endings = new ArrayDeque<>();
    private volatile boolean stopping;
    private volatile List<Long> serverPids = List.of();

    /**
     * A gateway that is not started yet.
     *
     * @param progress gets one line for each step, for people
     */
    Gateway(GatewaySettings settings, Consumer<String> progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /** Starts something that {@link #stop} has to end. */
    private interface Starter<T> {
        T start() throws StartException;
    }

    /** Starts everything and waits until both servers are ready. After a failure, {@link #stop} cleans up. */
    Bootstrap start() throws StartException {
        settings.ports().requireFree(settings.bindAddress());
        DataDirectory data = begin(() -> DataDirectory.open(settings.data()), DataDirectory::close);
        Guard guard = begin(Guard::start, Guard::close);
        Path bootstrapOutput = data.path().resolve("bootstrap.json");
        try {
            Files.deleteIfExists(bootstrapOutput);
        } catch (IOException failed) {
            throw new StartException(bootstrapOutput + " cannot be removed: " + failed, failed);
        }
        startServers(data, guard, bootstrapOutput);
        return Bootstrap.read(bootstrapOutput);
    }

    /**
     * Runs a command of admin-server on the database of this gateway, which must not be up, and answers its exit code. The
     * command's streams are those of this process. {@link #stop} cleans up.
     */
    int run(List<String> arguments, Map<String, String> variables) throws StartException {
        DataDirectory data = begin(() -> DataDirectory.open(settings.data()), DataDirectory::close);
        Guard guard = begin(Guard::start, Guard::close);
        Optional<Database> external = settings.externalDatabase();
        Database database = external.isPresent() ? external.get() : startDatabase(data, guard);
        List<String> command = new ArrayList<>(ServerCommand.of(settings.home(), "admin-server", List.of()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment()
                .putAll(ServerEnvironment.admin(
                        settings, data, database, data.path().resolve("bootstrap.json")));
        builder.environment().putAll(variables);
        try {
            Process process = builder.start();
            guard.watchServer(process.pid());
            return process.waitFor();
        } catch (IOException failed) {
            throw new StartException("admin-server cannot be started: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted");
        }
    }

    private Database startDatabase(DataDirectory data, Guard guard) throws StartException {
        PostgresServer server = PostgresServer.prepare(data, progress);
        Child postgres = begin(server::start, child -> child.stop(Child.Signal.INT, STOP_PATIENCE));
        guard.watchDatabase(postgres.pid());
        server.awaitReady(postgres);
        return server.database();
    }

    /** Completes with one line when a child ends by itself. */
    CompletableFuture<String> failure() {
        return failure;
    }

    /** The process ids of tunnel-server and admin-server, in this order; empty before they were started. */
    List<Long> serverPids() {
        return serverPids;
    }

    /** Whether {@link #stop} was called: failures after that are its effects. */
    boolean isStopping() {
        return stopping;
    }

    /** Ends everything that was started and waits for it. Idempotent. */
    void stop() {
        stopping = true;
        lock.lock();
        try {
            while (!endings.isEmpty()) {
                endings.pop().run();
            }
        } finally {
            lock.unlock();
        }
    }

    // The JVMs start while the database does, except for the very first time: then it has no roles to log in with.
    private void startServers(DataDirectory data, Guard guard, Path bootstrapOutput) throws StartException {
        Optional<Database> external = settings.externalDatabase();
        if (external.isPresent()) {
            progress.accept("Using the database of PORTR_DB_URL");
            external.get().requireReachable();
            Child admin = startAdmin(data, guard, external.get(), bootstrapOutput);
            awaitServers(admin, startTunnel(data, guard, external.get()));
            return;
        }
        PostgresServer server = PostgresServer.prepare(data, progress);
        Child postgres = begin(server::start, child -> child.stop(Child.Signal.INT, STOP_PATIENCE));
        guard.watchDatabase(postgres.pid());
        if (server.isNew()) {
            server.awaitReady(postgres);
        }
        Child admin = startAdmin(data, guard, server.database(), bootstrapOutput);
        server.awaitReady(postgres);
        failWith(postgres);
        progress.accept("PostgreSQL is ready");
        awaitServers(admin, startTunnel(data, guard, server.database()));
    }

    private Child startAdmin(DataDirectory data, Guard guard, Database database, Path bootstrapOutput)
            throws StartException {
        // Fast to start and small: a dashboard on one's own machine needs no more.
        List<String> options = List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        return startServer(
                "admin-server",
                options,
                ServerEnvironment.admin(settings, data, database, bootstrapOutput),
                data,
                guard);
    }

    private Child startTunnel(DataDirectory data, Guard guard, Database database) throws StartException {
        List<String> options = List.of("-Xmx512m");
        return startServer("tunnel-server", options, ServerEnvironment.tunnel(settings, data, database), data, guard);
    }

    private Child startServer(
            String module, List<String> options, Map<String, String> environment, DataDirectory data, Guard guard)
            throws StartException {
        Path directory = data.directory(module);
        List<String> command = ServerCommand.of(settings.home(), module, options);
        Path log = data.directory("logs").resolve(module + ".log");
        Child server = begin(
                () -> Child.start(module, command, environment, directory, log),
                child -> child.stop(Child.Signal.TERM, STOP_PATIENCE));
        guard.watchServer(server.pid());
        failWith(server);
        return server;
    }

    private void awaitServers(Child admin, Child tunnel) throws StartException {
        serverPids = List.of(tunnel.pid(), admin.pid());
        Readiness.await(tunnel, settings.tunnelReadiness(), READY_PATIENCE, failure);
        progress.accept("tunnel-server is ready");
        Readiness.await(admin, settings.adminReadiness(), READY_PATIENCE, failure);
        progress.accept("admin-server is ready");
    }

    private <T> T begin(Starter<T> starter, Consumer<T> ending) throws StartException {
        lock.lock();
        try {
            if (stopping) {
                throw new StartException("stopped during the start");
            }
            T started = starter.start();
            endings.push(() -> ending.accept(started));
            return started;
        } finally {
            lock.unlock();
        }
    }

    private void failWith(Child child) {
        var _ = child.onExit().thenRun(() -> {
            if (!stopping) {
                failure.complete(child.epitaph());
            }
        });
    }
}
