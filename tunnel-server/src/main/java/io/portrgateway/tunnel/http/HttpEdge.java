package io.portrgateway.tunnel.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The public HTTP side: listeners for visitors, whose requests go straight into the streams of the tunnel's sessions.
 *
 * <p>Thread-safe. {@link #start} blocks and is called from the thread that starts the server.
 */
public final class HttpEdge implements AutoCloseable {

    public HttpEdge(
            HttpConfig config,
            EventLoopGroup boss,
            EventLoopGroup workers,
            Class<? extends ServerChannel> channelType,
            TunnelRegistry registry,
            HttpMetrics metrics) {}

    /**
     * Opens the listeners; answers the bound addresses, plain first, then TLS when there is a certificate.
     *
     * @throws IOException when a port cannot be bound or a certificate cannot be read; the message names it
     */
    public List<InetSocketAddress> start() throws IOException {
        return List.of();
    }

    /**
     * Stops accepting, ends idle connections, lets what is in flight finish within the grace time, then cuts the rest.
     * Completes when no visitor is left.
     */
    public Future<Void> drain(Duration grace) {
        return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
    }

    /** Closes the listeners and every visitor connection at once; idempotent. */
    @Override
    public void close() {}
}
