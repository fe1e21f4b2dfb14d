package io.portrgateway.tunnel.ops;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.portrgateway.tunnel.config.OpsConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The private port: {@code /livez}, {@code /readyz}, {@code /metrics}. It has a thread of its own, so that it answers
 * however busy the event loops of the data plane are. Thread-safe.
 */
public final class OpsServer implements AutoCloseable {

    private static final int MAX_REQUEST_BYTES = 8 << 10;
    private static final int READ_TIMEOUT_SECONDS = 30;
    private static final long STOP_MILLIS = 1_000;

    private final OpsConfig config;
    private final Readiness readiness;
    private final Supplier<String> scrape;
    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("ops", true), NioIoHandler.newFactory());
    private @Nullable Channel channel;

    /** @param scrape all meters in Prometheus's text format */
    public OpsServer(OpsConfig config, Readiness readiness, Supplier<String> scrape) {
        this.config = config;
        this.readiness = readiness;
        this.scrape = scrape;
    }

    /** Listens; answers the address, with a free port chosen when the settings said 0. Not for event loops. */
    public InetSocketAddress start() throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel accepted) {
                        accepted.pipeline()
                                .addLast(
                                        new ReadTimeoutHandler(READ_TIMEOUT_SECONDS),
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(MAX_REQUEST_BYTES),
                                        new OpsHandler(readiness, scrape));
                    }
                })
                .bind(config.address())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + config.address(), bound.cause());
        }
        channel = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** Whether the port is open. */
    public boolean isListening() {
        return channel != null && channel.isActive();
    }

    /** Closes the port and its connections. Idempotent; not for event loops. */
    @Override
    public void close() {
        loop.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * STOP_MILLIS);
    }
}
