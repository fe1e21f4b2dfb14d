package io.portrgateway.tunnel.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.portrgateway.tunnel.config.TransportConfig;
import java.util.concurrent.TimeUnit;

/**
 * The one set of event loops that serves SSH sessions and visitors alike, so that a visitor can live on the loop of its
 * session. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {

    private static final long QUIET_MILLIS = 0;
    private static final long STOP_MILLIS = 2_000;

    private final MultiThreadIoEventLoopGroup group;
    private final boolean isNative;

    /** Starts the threads; epoll where it is wanted and available, portable sockets otherwise. */
    public EventLoops(TransportConfig config) {
        this.isNative = config.nativeTransport() && Epoll.isAvailable();
        IoHandlerFactory handlers = isNative ? HalfCloseEpoll.newFactory() : NioIoHandler.newFactory();
        this.group = new MultiThreadIoEventLoopGroup(
                config.eventLoopCount(), new DefaultThreadFactory("loop", true), handlers);
    }

    public MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** Whether epoll is in use. */
    public boolean isNative() {
        return isNative;
    }

    public Class<? extends ServerSocketChannel> serverChannelClass() {
        return isNative ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    public Class<? extends SocketChannel> channelClass() {
        return isNative ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** Stops the threads and waits for them, two seconds at most. Not to be called on one of them. */
    @Override
    public void close() {
        group.shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * STOP_MILLIS);
    }
}
