package io.portrgateway.tunnel.testclient;

import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import io.portrgateway.tunnel.testclient.PortrStartException.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.sshd.client.SshClient;
import org.jspecify.annotations.Nullable;

/**
 * Behaves on the wire as {@code portr} v1.0.18: keep-alive, reconnect, pool, many requests per channel (protocol sections 3.1 to 3.10).
 * Thread-safe.
 */
public final class PortrV1Client implements AutoCloseable {

    private static final int JITTER_MILLIS = 500;
    private static final int MAX_BACKOFF_SECONDS = 16;

    private final PortrClientConfig config;
    private final SshClient ssh = SshClients.v1();
    private final TunnelConnection.Counts counts = new TunnelConnection.Counts();
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final List<TunnelConnection> abandoned = new CopyOnWriteArrayList<>();
    private final StreamServer server;
    private volatile boolean closed;
    private volatile boolean exited;

    /** Makes a client that is not connected yet. */
    public PortrV1Client(PortrClientConfig config) {
        this.config = config;
        LocalService local = new LocalService(config.localHost(), config.localPort());
        this.server = config.kind() == Kind.HTTP ? new HttpRelay(local, config.headLimit()) : new TcpRelay(local, true);
    }

    /**
     * Opens the tunnel. The first start is not retried.
     *
     * @throws PortrStartException when a connection, the log-in or every candidate port is refused; nothing is left open then
     */
    public void start() throws PortrStartException {
        try {
            for (int i = 0; i < config.poolSize(); i++) {
                Worker worker = new Worker(connect(config.connectionId()));
                workers.add(worker);
                Thread.ofVirtual().name("portr-worker-" + i).start(worker);
            }
        } catch (PortrStartException e) {
            close();
            throw e;
        }
    }

    private TunnelConnection connect(String connectionId) throws PortrStartException {
        return TunnelConnection.open(
                ssh, config, connectionId, TunnelConnection.candidates(config.kind(), true), server, counts);
    }

    /** The port asked for by the first connection: for TCP tunnels the public port. */
    public int publicPort() {
        return ports().getFirst();
    }

    /** The ports asked for by all connections, one per session of the pool. */
    public List<Integer> ports() {
        return workers.stream().map(worker -> worker.connection.requestedPort()).toList();
    }

    /** Waits until every connection has its forward registered, and fails after {@code limit}. */
    public void awaitForwarded(Duration limit) {
        Awaiting.await(limit, "every connection has its forward", this::isHealthy);
    }

    /** Waits up to 30 s until every connection has its forward registered. */
    public void awaitForwarded() {
        awaitForwarded(Duration.ofSeconds(30));
    }

    /** Waits until that many reconnects succeeded and every connection is up again, and fails after {@code limit}. */
    public void awaitReconnects(int count, Duration limit) {
        Awaiting.await(limit, count + " reconnects", () -> reconnects() >= count && isHealthy());
    }

    /** Whether every connection is up and its forward registered. */
    public boolean isHealthy() {
        return workers.size() == config.poolSize()
                && workers.stream().allMatch(worker -> worker.connection.isForwarded());
    }

    /** Whether the client gave up: the process of a real client would have ended. */
    public boolean hasExited() {
        return exited;
    }

    /** Number of successful reconnects of all connections together. */
    public int reconnects() {
        return counts.reconnects.get();
    }

    /** Number of channels that were rejected because the forward was not registered yet. */
    public int rejectedOpens() {
        return counts.rejected.get();
    }

    /** Number of channels accepted so far. */
    public int acceptedOpens() {
        return counts.accepted.get();
    }

    /** Number of channels open now. */
    public int openChannels() {
        return workers.stream()
                .mapToInt(worker -> worker.connection.link().mux().openStreams())
                .sum();
    }

    /** Number of keep-alive requests that were answered. */
    public int answeredKeepalives() {
        return counts.keepalives.get();
    }

    /** What the server did wrong so far, in order. */
    public List<Violation> violations() {
        return counts.violations();
    }

    /** The last text a server sent when it disconnected one of the present connections; empty when there was none. */
    public String disconnectText() {
        return workers.stream()
                .map(worker -> worker.connection.link().disconnectText())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Cuts the TCP connections, as a killed process does; the client notices and reconnects. */
    public void cutConnections() {
        workers.forEach(worker -> worker.connection.link().cut());
    }

    /** Loses the network: the client reconnects, the server gets no sign of the end of the old connections, nor any answer on them. */
    public void loseNetwork() {
        for (Worker worker : workers) {
            abandoned.add(worker.connection);
            worker.connection.link().abandon();
        }
    }

    /** Starts a key exchange on every connection with these ciphers offered, and waits for it. */
    public void rekey(String ciphers) throws IOException {
        for (Worker worker : workers) {
            worker.connection.link().rekey(ciphers);
        }
    }

    /** Ends the client: closes the TCP connections without DISCONNECT or cancel. Idempotent. */
    @Override
    public void close() {
        closed = true;
        workers.forEach(worker -> worker.connection.close());
        abandoned.forEach(TunnelConnection::close);
        ssh.close(true);
    }

    private void exit() {
        exited = true;
        close();
    }

    /** Keeps one connection of the pool alive. Runs on a virtual thread of its own. */
    private final class Worker implements Runnable {

        private volatile TunnelConnection connection;

        Worker(TunnelConnection connection) {
            this.connection = connection;
        }

        @Override
        public void run() {
            while (!closed) {
                connection.keepAlive();
                TunnelConnection next = closed ? null : reconnect();
                if (next == null) {
                    return;
                }
                connection = next;
                counts.reconnects.incrementAndGet();
                if (closed) {
                    next.close();
                }
            }
        }

        private @Nullable TunnelConnection reconnect() {
            for (int failed = 0; !closed; ) {
                try {
                    return connect(config.poolSize() > 1 ? config.connectionId() : freshId());
                } catch (PortrStartException e) {
                    failed++;
                }
                if (failed > config.maxRetries() || !backOff(failed)) {
                    break;
                }
            }
            if (!closed) {
                exit();
            }
            return null;
        }

        private String freshId() throws PortrStartException {
            try {
                return config.newConnectionId().get();
            } catch (RuntimeException refused) {
                throw new PortrStartException(Stage.DIAL, "no new connection id: " + refused.getMessage(), refused);
            }
        }

        private boolean backOff(int failed) {
            long seconds = Math.min(MAX_BACKOFF_SECONDS, 1L << Math.min(failed - 1, 4));
            long jitter = ThreadLocalRandom.current().nextInt(JITTER_MILLIS);
            try {
                Thread.sleep((long) ((seconds * 1000 + jitter) * config.backoffScale()));
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** The links of the present connections, for tests of this package. */
    List<SshLink> links() {
        List<SshLink> links = new ArrayList<>();
        workers.forEach(worker -> links.add(worker.connection.link()));
        return links;
    }
}
