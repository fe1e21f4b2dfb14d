package io.portrgateway.tunnel.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.metrics.TcpOutcome;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening socket of one public port, and the visitors that came through it.
 *
 * <p>Thread-safe. Visitors are accepted on the listener's event loop and handed to the loop of the session that serves
 * them before a byte is read; that is the only thread change on their way.
 */
final class PortListener {

    private static final Logger LOG = LoggerFactory.getLogger(PortListener.class);
    private static final long ACCEPT_PAUSE_MILLIS = 500;
    private static final int BIND_RETRY_COUNT = 2;
    private static final long BIND_RETRY_MILLIS = 10;

    /** Answer to {@link #handOver}. */
    enum HandOver {
        DONE,
        OWNED_BY_NEWER,
        CLOSING
    }

    private final int port;
    private final TcpSetup setup;
    private final ConcurrentMap<Integer, PortListener> listeners;
    /** The tunnel that visitors of this port reach; null once the port is being closed. */
    private final AtomicReference<@Nullable Tunnel> owner;

    private final Channel channel;
    private final Set<TcpHandler> visitors = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean cut = new AtomicBoolean();
    private final CompletableFuture<Boolean> bound = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    PortListener(int port, Tunnel tunnel, TcpSetup setup, ConcurrentMap<Integer, PortListener> listeners) {
        this.port = port;
        this.setup = setup;
        this.listeners = listeners;
        this.owner = new AtomicReference<>(tunnel);
        this.channel = setup.channels().newChannel();
    }

    /** Opens the socket; completes with false when that is not possible. Called once. */
    CompletionStage<Boolean> bind() {
        channel.config().setOption(ChannelOption.SO_BACKLOG, setup.config().backlogCount());
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        channel.pipeline().addLast(new Acceptor());
        setup.loops().register(channel).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                bind(BIND_RETRY_COUNT);
            } else {
                bindDone(registered);
            }
        });
        return bound;
    }

    /** Java's portable sockets free a port a moment after they say so; hence the retries. */
    private void bind(int retriesLeft) {
        channel.bind(new InetSocketAddress(setup.config().address(), port)).addListener((ChannelFuture done) -> {
            if (!done.isSuccess() && retriesLeft > 0 && channel.isOpen()) {
                channel.eventLoop().schedule(() -> bind(retriesLeft - 1), BIND_RETRY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                bindDone(done);
            }
        });
    }

    private void bindDone(ChannelFuture attempt) {
        if (attempt.isSuccess()) {
            setup.metrics().listenerOpened();
            channel.closeFuture().addListener(gone -> {
                setup.metrics().listenerClosed();
                forget();
            });
            LOG.debug("tcp.listening port={}", port);
            bound.complete(true);
            return;
        }
        LOG.info("tcp.listen_failed port={} cause={}", port, String.valueOf(attempt.cause()));
        setup.metrics().listenRefused();
        owner.set(null);
        channel.close();
        forget();
        bound.complete(false);
    }

    private void forget() {
        owner.set(null);
        listeners.remove(port, this);
        closed.complete(null);
    }

    CompletionStage<Boolean> bound() {
        return bound;
    }

    /** Completes when the port is free for a new listener. */
    CompletionStage<Void> closed() {
        return closed;
    }

    int visitorCount() {
        return visitors.size();
    }

    /** Makes the port lead to another tunnel, unless a newer one owns it. Those connected stay with their session. */
    HandOver handOver(Tunnel next) {
        while (true) {
            @Nullable Tunnel present = owner.get();
            if (present == null) {
                return HandOver.CLOSING;
            }
            if (present.lease().epoch() > next.lease().epoch()) {
                return HandOver.OWNED_BY_NEWER;
            }
            if (owner.compareAndSet(present, next)) {
                if (present != next) {
                    setup.metrics().listenerTakenOver();
                }
                return HandOver.DONE;
            }
        }
    }

    /** Closes the port and its visitors if it still belongs to the tunnel. */
    CompletionStage<Void> release(Tunnel tunnel) {
        return owner.compareAndSet(tunnel, null) ? closeNow() : CompletableFuture.completedFuture(null);
    }

    CompletionStage<Void> close() {
        owner.set(null);
        return closeNow();
    }

    /** Closes the port and leaves the visitors as they are. */
    void stopAccepting() {
        channel.close();
    }

    private CompletionStage<Void> closeNow() {
        cut.set(true);
        channel.close();
        visitors.forEach(TcpHandler::end);
        return closed;
    }

    private void accept(Channel visitor, EventLoop acceptLoop) {
        @Nullable Tunnel tunnel = owner.get();
        if (tunnel == null) {
            refuse(visitor, TcpOutcome.REFUSED_NO_SESSION);
            return;
        }
        Optional<Upstream> upstream = tunnel.pick(acceptLoop, List.of());
        if (upstream.isEmpty()) {
            refuse(visitor, TcpOutcome.REFUSED_NO_SESSION);
        } else if (visitors.size() >= setup.config().maxPerTunnelCount()) {
            refuse(visitor, TcpOutcome.REFUSED_TUNNEL_LIMIT);
        } else if (!setup.caps().tryEnter()) {
            refuse(visitor, TcpOutcome.REFUSED_TOTAL_LIMIT);
        } else {
            serve(visitor, tunnel, upstream.get());
        }
    }

    private void serve(Channel visitor, Tunnel tunnel, Upstream upstream) {
        TcpHandler handler = new TcpHandler(setup, tunnel, upstream, visitor);
        visitors.add(handler);
        setup.metrics().visitorAccepted();
        visitor.closeFuture().addListener(gone -> {
            visitors.remove(handler);
            setup.caps().leave();
            setup.metrics().visitorGone();
        });
        visitor.pipeline().addLast(handler);
        upstream.eventLoop().register(visitor).addListener(registered -> {
            if (!registered.isSuccess()) {
                handler.neverRegistered();
                visitor.unsafe().closeForcibly();
            } else if (cut.get()) {
                // The port was closed while the visitor was on its way to the session's loop.
                handler.end();
            }
        });
    }

    /** A reset, so that the visitor learns at once that nobody is there. */
    private void refuse(Channel visitor, TcpOutcome outcome) {
        setup.metrics().ended(outcome);
        visitor.config().setOption(ChannelOption.SO_LINGER, 0);
        visitor.unsafe().closeForcibly();
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            accept((Channel) message, ctx.channel().eventLoop());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Usually no file descriptor is left: the kernel holds the visitor while others go.
            LOG.warn("tcp.accept_failed port={} cause={}", port, cause.toString());
            setup.metrics().acceptFailed();
            if (ctx.channel().config().isAutoRead()) {
                ctx.channel().config().setAutoRead(false);
                ctx.executor()
                        .schedule(
                                () -> ctx.channel().config().setAutoRead(true),
                                ACCEPT_PAUSE_MILLIS,
                                TimeUnit.MILLISECONDS);
            }
        }
    }
}
