package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Behaves on the wire as {@code portr} 0.0.20-beta: one connection, no keep-alive, no reconnect, one request per channel (protocol sections 3.1 to 3.9). Thread-safe.
 */
public final class PortrBetaClient implements AutoCloseable {

    private final PortrClientConfig config;

    /** Makes a client that is not connected yet. */
    public PortrBetaClient(PortrClientConfig config) {
        this.config = config;
    }

    /**
     * Opens the tunnel.
     *
     * @throws PortrStartException when a connection, the log-in or every candidate port is refused; nothing is left open then
     * @throws IOException when the waiting was interrupted
     */
    public void start() throws IOException {
        throw new UnsupportedOperationException("not built yet: " + config.kind());
    }

    /** The port asked for by the first connection: for TCP tunnels the public port. */
    public int publicPort() {
        throw new UnsupportedOperationException();
    }

    /** The ports asked for by all connections, one per session of the pool. */
    public List<Integer> ports() {
        throw new UnsupportedOperationException();
    }

    /** Waits until every connection has its forward registered, and fails after {@code limit}. */
    public void awaitForwarded(Duration limit) {
        throw new UnsupportedOperationException();
    }

    /** Waits up to 30 s until every connection has its forward registered. */
    public void awaitForwarded() {
        awaitForwarded(Duration.ofSeconds(30));
    }

    /** Whether every connection is up and its forward registered. */
    public boolean isHealthy() {
        throw new UnsupportedOperationException();
    }

    /** Whether the client gave up: the process of a real client would have ended. */
    public boolean hasExited() {
        throw new UnsupportedOperationException();
    }

    /** Number of successful reconnects of all connections together. */
    public int reconnects() {
        throw new UnsupportedOperationException();
    }

    /** Number of channels that were rejected because the forward was not registered yet. */
    public int rejectedOpens() {
        throw new UnsupportedOperationException();
    }

    /** Number of channels accepted so far. */
    public int acceptedOpens() {
        throw new UnsupportedOperationException();
    }

    /** What the server did wrong so far, in order. */
    public List<Violation> violations() {
        throw new UnsupportedOperationException();
    }

    /** Cuts the TCP connections hard, as a lost network does; the client notices and behaves as it does then. */
    public void cutConnections() {
        throw new UnsupportedOperationException();
    }

    /** Ends the client. Idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
