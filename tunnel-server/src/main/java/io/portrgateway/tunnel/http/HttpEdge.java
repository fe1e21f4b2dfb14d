package io.portrgateway.tunnel.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.replay.Replays;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public HTTP side: listeners for visitors, whose requests go straight into the streams of the tunnel's sessions.
 *
 * <p>Thread-safe. {@link #start} blocks and is called from the thread that starts the server.
 */
public final class HttpEdge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);
    private static final long DRAIN_POLL_MILLIS = 20;

    private final HttpConfig config;
    private final EventLoopGroup boss;
    private final EventLoopGroup workers;
    private final Class<? extends ServerChannel> channelType;
    private final Edge edge;
    private final List<Channel> listeners = new ArrayList<>();
    private @Nullable TlsContexts tls;

    /** @param workers the loops that the sessions live on too, so that a visitor can join its session's loop */
    public HttpEdge(
            HttpConfig config,
            EventLoopGroup boss,
            EventLoopGroup workers,
            Class<? extends ServerChannel> channelType,
            TunnelRegistry registry,
            HttpMetrics metrics,
            Capture capture) {
        this.config = config;
        this.boss = boss;
        this.workers = workers;
        this.channelType = channelType;
        this.edge = Edge.of(config, registry, metrics, capture);
    }

    /**
     * Opens the listeners; answers the bound addresses, plain first, then TLS when there is a certificate.
     *
     * @throws IOException when a port cannot be bound or a certificate cannot be read; the message names it
     */
    public synchronized List<InetSocketAddress> start() throws IOException {
        HttpConfig.Listen listen = config.listen();
        List<InetSocketAddress> bound = new ArrayList<>();
        bound.add(listen(listen.port(), "PORTR_PROXY_PORT", new HttpPipeline(edge, null)));
        if (!listen.certificates().isEmpty()) {
            TlsContexts contexts = new TlsContexts(listen, edge.metrics());
            tls = contexts;
            bound.add(listen(listen.tlsPort(), "PORTR_TLS_PORT", new HttpPipeline(edge, contexts)));
            contexts.watch();
        }
        return bound;
    }

    /**
     * Sends requests again, as exchanges of this edge. They end with {@link #close}, or in the grace time's end of
     * {@link #drain}, at the latest.
     *
     * @param timeout how long one may take until the end of its answer
     * @param publicScheme what the service is told of a request whose original is not known
     */
    public Replays replays(Duration timeout, String publicScheme) {
        return new TunnelReplays(edge, timeout, publicScheme);
    }

    private InetSocketAddress listen(int port, String setting, HttpPipeline pipeline) throws IOException {
        HttpConfig.Limits limits = config.limits();
        ChannelFuture bound = new ServerBootstrap()
                .group(boss, workers)
                .channel(channelType)
                .option(ChannelOption.SO_BACKLOG, config.listen().backlogCount())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                Math.min(limits.lowWaterBytes(), limits.highWaterBytes()), limits.highWaterBytes()))
                .childHandler(pipeline)
                .bind(new InetSocketAddress(config.listen().address(), port))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    setting + ": cannot listen on " + config.listen().address() + " port " + port + " ("
                            + bound.cause().getMessage() + ")",
                    bound.cause());
        }
        bound.channel().pipeline().addLast(edge.metrics().acceptFailures());
        listeners.add(bound.channel());
        InetSocketAddress address = (InetSocketAddress) bound.channel().localAddress();
        LOG.info("http.listening port={}", address.getPort());
        return address;
    }

    /**
     * Stops accepting, ends idle connections, lets what is in flight finish within the grace time, then cuts the rest.
     * Completes when no visitor is left.
     */
    public Future<Void> drain(Duration grace) {
        EventExecutor executor = boss.next();
        Promise<Void> drained = executor.newPromise();
        edge.draining().set(true);
        closeListeners();
        edge.watches().each(Watch.Watched::drain);
        long deadlineNanos = System.nanoTime() + grace.toNanos();
        executor.execute(() -> awaitVisitors(executor, deadlineNanos, drained));
        return drained;
    }

    private void awaitVisitors(EventExecutor executor, long deadlineNanos, Promise<Void> drained) {
        if (edge.connections().openCount() == 0) {
            drained.trySuccess(null);
            return;
        }
        if (System.nanoTime() - deadlineNanos >= 0) {
            edge.watches().each(Watch.Watched::cut);
        }
        executor.schedule(
                () -> awaitVisitors(executor, deadlineNanos, drained), DRAIN_POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void closeListeners() {
        listeners.forEach(Channel::close);
        listeners.clear();
        if (tls != null) {
            tls.close();
        }
    }

    /** Closes the listeners and every visitor connection at once; idempotent. */
    @Override
    public void close() {
        edge.draining().set(true);
        closeListeners();
        edge.watches().each(Watch.Watched::cut);
    }
}
