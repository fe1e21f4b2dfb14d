package io.portrgateway.tunnel.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.portrgateway.tunnel.config.AddressRange;
import io.portrgateway.tunnel.config.TransportConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/** Listens for SSH clients. Thread-safe; binding and unbinding wait, so not on an event loop. */
final class NettyIoAcceptor extends AbstractCloseable implements IoAcceptor {

    private static final int BACKLOG_COUNT = 1024;
    private static final int FIRST_READ_BYTES = 2048;
    private static final int MIN_READ_BYTES = 512;

    /**
     * What the kernel takes beyond what is on its way: without a limit it takes megabytes, and on a slow path a keepalive
     * answer waits behind them.
     */
    private static final long UNSENT_BYTES = 256 << 10;

    private final ServerBootstrap bootstrap;
    private final IoHandler handler;
    private final ConnectionGate gate;
    private final int maxWaitingBytes;
    private final List<AddressRange> trustedProxies;
    private final AtomicLong sessionIds = new AtomicLong();
    private final Map<Long, IoSession> sessions = new ConcurrentHashMap<>();
    private final Map<SocketAddress, Channel> listeners = new ConcurrentHashMap<>();
    private volatile @Nullable IoServiceEventListener listener;

    NettyIoAcceptor(EventLoops loops, TransportConfig config, ConnectionGate gate, IoHandler handler) {
        this.handler = handler;
        this.gate = gate;
        this.maxWaitingBytes = config.maxWaitingBytes();
        this.trustedProxies = config.trustedProxies();
        this.bootstrap = withShortSendQueue(new ServerBootstrap(), loops)
                .group(loops.group())
                .channel(loops.serverChannelClass())
                .option(ChannelOption.SO_BACKLOG, BACKLOG_COUNT)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, config.readBufferBytes()))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accepted(channel);
                    }
                });
    }

    private static ServerBootstrap withShortSendQueue(ServerBootstrap bootstrap, EventLoops loops) {
        if (loops.isNative()) {
            bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
        }
        return bootstrap;
    }

    private void accepted(SocketChannel channel) {
        InetSocketAddress peer = channel.remoteAddress();
        // A peer that is gone already has no address.
        if (peer == null) {
            channel.close();
        } else if (isTrustedProxy(peer)) {
            channel.pipeline().addLast("proxy", new ProxyHeader(peer, (ctx, client) -> begin(channel, client)));
        } else {
            begin(channel, peer);
        }
    }

    private boolean isTrustedProxy(InetSocketAddress peer) {
        return trustedProxies.stream().anyMatch(range -> range.contains(peer.getAddress()));
    }

    private void begin(SocketChannel channel, InetSocketAddress client) {
        if (isClosing() || !gate.admit(client)) {
            channel.close();
            return;
        }
        long id = sessionIds.incrementAndGet();
        NettyIoSession session = new NettyIoSession(this, id, channel, client, handler, maxWaitingBytes);
        sessions.put(id, session);
        channel.closeFuture().addListener(closed -> {
            sessions.remove(id);
            gate.left(client);
        });
        channel.pipeline().addLast("ssh", session.handler());
    }

    @Override
    public void bind(Collection<? extends SocketAddress> addresses) throws IOException {
        for (SocketAddress address : addresses) {
            bind(address);
        }
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + address, bound.cause());
        }
        gate.listenerHandlers().forEach(bound.channel().pipeline()::addLast);
        SocketAddress local = bound.channel().localAddress();
        listeners.put(local, bound.channel());
    }

    @Override
    public void unbind(Collection<? extends SocketAddress> addresses) {
        List.copyOf(addresses).forEach(this::unbind);
    }

    @Override
    public void unbind(SocketAddress address) {
        Channel channel = listeners.remove(address);
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
    }

    @Override
    public void unbind() {
        unbind(getBoundAddresses());
    }

    @Override
    public Set<SocketAddress> getBoundAddresses() {
        return Set.copyOf(listeners.keySet());
    }

    @Override
    public Map<Long, IoSession> getManagedSessions() {
        return Map.copyOf(sessions);
    }

    @Override
    public @Nullable IoServiceEventListener getIoServiceEventListener() {
        return listener;
    }

    @Override
    public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
        this.listener = listener;
    }

    @Override
    protected CloseFuture doCloseGracefully() {
        listeners.values().forEach(Channel::close);
        listeners.clear();
        closeFuture.setClosed();
        return closeFuture;
    }

    @Override
    protected void doCloseImmediately() {
        listeners.values().forEach(Channel::close);
        listeners.clear();
        sessions.values().forEach(session -> session.close(true));
        super.doCloseImmediately();
    }
}
