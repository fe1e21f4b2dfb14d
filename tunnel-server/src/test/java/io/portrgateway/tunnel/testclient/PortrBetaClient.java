package io.portrgateway.tunnel.testclient;

import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.jspecify.annotations.Nullable;

/**
 * Behaves on the wire as {@code portr} 0.0.20-beta: one connection, no keep-alive, no reconnect, one request per channel (protocol
 * sections 3.1 to 3.9). Thread-safe.
 */
public final class PortrBetaClient implements AutoCloseable {

    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(5);

    private final PortrClientConfig config;
    private final SshClient ssh = SshClients.beta();
    private final TunnelConnection.Counts counts = new TunnelConnection.Counts();
    private final StreamServer server;
    private volatile @Nullable TunnelConnection connection;

    /** Makes a client that is not connected yet. */
    public PortrBetaClient(PortrClientConfig config) {
        this.config = config;
        LocalService local = new LocalService(config.localHost(), config.localPort());
        this.server = config.kind() == Kind.HTTP ? new HttpOnce(local) : new TcpRelay(local, false);
    }

    /**
     * Opens the tunnel.
     *
     * @throws PortrStartException when the connection, the log-in or every candidate port is refused; nothing is left open then
     */
    public void start() throws PortrStartException {
        try {
            connection = TunnelConnection.open(
                    ssh,
                    config,
                    config.connectionId(),
                    TunnelConnection.candidates(config.kind(), false),
                    server,
                    counts);
        } catch (PortrStartException e) {
            close();
            throw e;
        }
    }

    /** The port asked for: for a TCP tunnel the public port. */
    public int publicPort() {
        return started().requestedPort();
    }

    /** The port asked for, as a list like that of the newer client. */
    public List<Integer> ports() {
        return List.of(publicPort());
    }

    /** Waits until the forward is registered, and fails after {@code limit}. */
    public void awaitForwarded(Duration limit) {
        Awaiting.await(limit, "the connection has its forward", this::isHealthy);
    }

    /** Waits up to 30 s until the forward is registered. */
    public void awaitForwarded() {
        awaitForwarded(Duration.ofSeconds(30));
    }

    /** Whether the connection is up and its forward registered; a lost connection stays lost. */
    public boolean isHealthy() {
        TunnelConnection current = connection;
        return current != null && current.isForwarded();
    }

    /** Number of channels that were rejected because the forward was not registered yet. */
    public int rejectedOpens() {
        return counts.rejected.get();
    }

    /** Number of channels accepted so far. */
    public int acceptedOpens() {
        return counts.accepted.get();
    }

    /** What the server did wrong so far, in order. */
    public List<Violation> violations() {
        return counts.violations();
    }

    /** Cuts the TCP connection, as a killed process does. */
    public void cutConnections() {
        started().link().cut();
    }

    /** Asks the server to end the forward and waits for its answer, as at Ctrl-C. */
    public void cancel() throws IOException {
        started().cancelForward(CANCEL_LIMIT);
    }

    /** Ends the client: cancels the forward, waits for the answer, closes. Idempotent. */
    @Override
    public void close() {
        TunnelConnection current = connection;
        connection = null;
        if (current != null) {
            if (current.isUp()) {
                try {
                    current.cancelForward(CANCEL_LIMIT);
                } catch (IOException unanswered) {
                    // a test of the cancel calls cancel(); here it is only the way out
                }
            }
            current.close();
        }
        ssh.close(true);
    }

    private TunnelConnection started() {
        TunnelConnection current = connection;
        if (current == null) {
            throw new IllegalStateException("client: not started");
        }
        return current;
    }
}
