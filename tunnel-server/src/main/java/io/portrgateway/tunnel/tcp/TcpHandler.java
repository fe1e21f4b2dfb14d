package io.portrgateway.tunnel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.portrgateway.tunnel.config.TcpConfig;
import io.portrgateway.tunnel.config.TcpConfig.ServiceHeader;
import io.portrgateway.tunnel.metrics.TcpOutcome;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelError;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.registry.UpstreamException;
import io.portrgateway.tunnel.relay.Coupling;
import io.portrgateway.tunnel.relay.RelayEnd;
import io.portrgateway.tunnel.relay.RelayLimits;
import io.portrgateway.tunnel.relay.RelayListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One visitor of a TCP tunnel, from accept until its bytes are relayed: learns who it is, opens the stream to the
 * service, then leaves the pipeline to the relay. Confined to the visitor's event loop, which is the session's.
 */
final class TcpHandler extends ChannelInboundHandlerAdapter implements RelayListener {

    private static final Logger LOG = LoggerFactory.getLogger(TcpHandler.class);

    /** What a visitor that has closed its half already may have sent before the stream is open; more is refused. */
    private static final int MAX_EARLY_BYTES = 8 << 20;

    private enum Phase {
        IDENTIFYING,
        OPENING,
        RELAYING
    }

    private final TcpSetup setup;
    private final Tunnel tunnel;
    private final Channel visitor;
    private final long acceptedNanos;
    private final List<Upstream> tried = new ArrayList<>();
    private final Queue<ByteBuf> early = new ArrayDeque<>();

    private Upstream upstream;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Coupling coupling;
    private @Nullable Future<?> headerTimer;
    private Phase phase = Phase.IDENTIFYING;
    private boolean outcomeNoted;
    private int earlyBytes;

    TcpHandler(TcpSetup setup, Tunnel tunnel, Upstream upstream, Channel visitor) {
        this.setup = setup;
        this.tunnel = tunnel;
        this.upstream = upstream;
        this.visitor = visitor;
        this.acceptedNanos = System.nanoTime();
        TcpConfig config = setup.config();
        upstream.begin();
        visitor.config().setOption(ChannelOption.AUTO_READ, false);
        visitor.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        visitor.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        visitor.config().setOption(ChannelOption.TCP_NODELAY, true);
        visitor.config()
                .setOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(config.writeHighBytes() / 2, config.writeHighBytes()));
        visitor.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(
                        1024, Math.min(16 * 1024, config.readBufferBytes()), config.readBufferBytes()));
    }

    /** Ends the connection after what it still has to deliver. Any thread; idempotent. */
    void end() {
        if (!visitor.isRegistered()) {
            return;
        }
        visitor.eventLoop().execute(() -> {
            if (coupling != null) {
                coupling.close();
            } else {
                visitor.close();
            }
        });
    }

    /** The session's loop did not take the visitor, so none of the other events comes. */
    void neverRegistered() {
        upstream.end();
        note(TcpOutcome.REFUSED_NO_SESSION);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        tunnel.requestCount().increment();
        if (!(visitor.remoteAddress() instanceof InetSocketAddress peer)) {
            refuse(TcpOutcome.VISITOR_LEFT_EARLY);
        } else if (isTrustedProxy(peer.getAddress())) {
            awaitProxyHeader(context);
        } else {
            admit(peer);
        }
    }

    private boolean isTrustedProxy(InetAddress peer) {
        return setup.config().trustedProxies().stream().anyMatch(range -> range.contains(peer));
    }

    private void awaitProxyHeader(ChannelHandlerContext context) {
        context.pipeline().addBefore(context.name(), null, new HAProxyMessageDecoder());
        headerTimer = context.executor()
                .schedule(
                        () -> refuse(TcpOutcome.REFUSED_BAD_PROXY_HEADER),
                        setup.config().proxyHeaderTimeout().toNanos(),
                        TimeUnit.NANOSECONDS);
        visitor.config().setAutoRead(true);
    }

    private void proxied(HAProxyMessage header) {
        visitor.config().setAutoRead(false);
        cancelHeaderTimer();
        @Nullable InetSocketAddress named = visitorIn(header);
        header.release();
        if (named == null) {
            refuse(TcpOutcome.REFUSED_BAD_PROXY_HEADER);
        } else {
            admit(named);
        }
    }

    /** The visitor a header names; the connection's own peer for a proxy's health check (LOCAL). */
    private @Nullable InetSocketAddress visitorIn(HAProxyMessage header) {
        if (header.command() == HAProxyCommand.LOCAL || header.sourceAddress() == null) {
            return visitor.remoteAddress() instanceof InetSocketAddress peer ? peer : null;
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(header.sourceAddress()), header.sourcePort());
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private void admit(InetSocketAddress peer) {
        if (!setup.caps().tryEnter(peer.getAddress())) {
            refuse(TcpOutcome.REFUSED_ADDRESS_LIMIT);
            return;
        }
        InetAddress address = peer.getAddress();
        visitor.closeFuture().addListener(gone -> setup.caps().leave(address));
        open(peer);
    }

    private void open(InetSocketAddress peer) {
        phase = Phase.OPENING;
        upstream.open(peer)
                .addListener((Future<Channel> opened) -> onLoop(() -> {
                    if (opened.isSuccess()) {
                        couple(opened.getNow(), peer);
                    } else {
                        openFailed(opened.cause(), peer);
                    }
                }));
    }

    private void openFailed(Throwable cause, InetSocketAddress peer) {
        upstream.end();
        tried.add(upstream);
        Optional<Upstream> next = tunnel.pick(visitor.eventLoop(), tried);
        if (next.isPresent() && visitor.isActive()) {
            // Nothing was sent yet, so another session can serve the same visitor.
            upstream = next.get();
            upstream.begin();
            open(peer);
            return;
        }
        TcpOutcome outcome = outcomeOf(cause);
        LOG.info("tcp.open_failed tunnel={} outcome={}", tunnel.id(), outcome);
        tunnel.failed(errorOf(cause));
        note(outcome);
        reset();
    }

    private void couple(Channel stream, InetSocketAddress peer) {
        if (!visitor.isActive() || ctx == null) {
            note(TcpOutcome.VISITOR_LEFT_EARLY);
            upstream.end();
            stream.close();
            return;
        }
        phase = Phase.RELAYING;
        setup.metrics().opened(Duration.ofNanos(System.nanoTime() - acceptedNanos));
        writeServiceHeader(stream, peer);
        Coupling made = Coupling.couple(
                visitor, stream, RelayLimits.withIdle(setup.config().idle()), this);
        coupling = made;
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            ctx.fireChannelRead(bytes);
        }
        ctx.fireChannelReadComplete();
        ctx.pipeline().remove(this);
        made.start();
    }

    private void writeServiceHeader(Channel stream, InetSocketAddress peer) {
        ServiceHeader version = setup.config().proxyProtocol();
        if (version != ServiceHeader.OFF && visitor.localAddress() instanceof InetSocketAddress gateway) {
            stream.writeAndFlush(ProxyHeader.encode(version, peer, gateway, stream.alloc()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case HAProxyMessage header -> proxied(header);
            case ByteBuf bytes -> hold(bytes);
            default -> ReferenceCountUtil.release(message);
        }
    }

    /**
     * Reading is off until the stream is open, yet epoll hands over what a visitor sent before it closed its half, and
     * the PROXY decoder what came behind the header.
     */
    private void hold(ByteBuf bytes) {
        earlyBytes += bytes.readableBytes();
        if (earlyBytes > MAX_EARLY_BYTES || !visitor.isActive()) {
            bytes.release();
            refuse(TcpOutcome.REFUSED_EARLY_BYTES);
        } else {
            early.add(bytes);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        // The end of the visitor's bytes is looked up by the relay when it starts.
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelHeaderTimer();
        drop();
        if (phase == Phase.IDENTIFYING) {
            note(TcpOutcome.VISITOR_LEFT_EARLY);
            upstream.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("tcp.visitor_failed tunnel={} cause={}", tunnel.id(), cause.toString());
        refuse(headerTimer == null ? TcpOutcome.VISITOR_FAILED : TcpOutcome.REFUSED_BAD_PROXY_HEADER);
    }

    @Override
    public void toVisitor(ByteBuf bytes) {
        tunnel.toVisitorBytes().add(bytes.readableBytes());
        setup.metrics().toVisitor(bytes.readableBytes());
    }

    @Override
    public void toUpstream(ByteBuf bytes) {
        tunnel.toUpstreamBytes().add(bytes.readableBytes());
        setup.metrics().toUpstream(bytes.readableBytes());
    }

    @Override
    public void ended(RelayEnd end) {
        upstream.end();
        note(outcomeOf(end));
        long millis = Duration.ofNanos(System.nanoTime() - acceptedNanos).toMillis();
        upstream.report(new ExchangeLine(tunnel.lease().binding().leaseName(), "tcp", 0, millis));
    }

    private void refuse(TcpOutcome outcome) {
        note(outcome);
        drop();
        reset();
    }

    private void reset() {
        if (visitor.isOpen()) {
            visitor.config().setOption(ChannelOption.SO_LINGER, 0);
            visitor.close();
        }
    }

    private void drop() {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }

    private void cancelHeaderTimer() {
        if (headerTimer != null) {
            headerTimer.cancel(false);
            headerTimer = null;
        }
    }

    private void note(TcpOutcome outcome) {
        if (!outcomeNoted) {
            outcomeNoted = true;
            setup.metrics().ended(outcome);
        }
    }

    private void onLoop(Runnable task) {
        if (visitor.eventLoop().inEventLoop()) {
            task.run();
        } else {
            visitor.eventLoop().execute(task);
        }
    }

    private static TcpOutcome outcomeOf(Throwable cause) {
        if (!(cause instanceof UpstreamException failure)) {
            return TcpOutcome.UPSTREAM_FAILED;
        }
        return switch (failure.reason()) {
            case REFUSED -> TcpOutcome.UPSTREAM_REFUSED;
            case TIMEOUT -> TcpOutcome.UPSTREAM_TIMEOUT;
            case LIMIT -> TcpOutcome.UPSTREAM_LIMIT;
            case CLOSED -> TcpOutcome.UPSTREAM_CLOSED;
        };
    }

    private static TunnelError errorOf(Throwable cause) {
        if (!(cause instanceof UpstreamException failure)) {
            return TunnelError.GATEWAY;
        }
        return switch (failure.reason()) {
            case REFUSED -> TunnelError.SERVICE_REFUSED;
            case TIMEOUT -> TunnelError.SERVICE_TIMEOUT;
            case LIMIT -> TunnelError.BUSY;
            case CLOSED -> TunnelError.CLIENT_LOST;
        };
    }

    private static TcpOutcome outcomeOf(RelayEnd end) {
        return switch (end) {
            case VISITOR_CLOSED -> TcpOutcome.VISITOR_CLOSED;
            case UPSTREAM_CLOSED -> TcpOutcome.UPSTREAM_CLOSED;
            case VISITOR_FAILED -> TcpOutcome.VISITOR_FAILED;
            case UPSTREAM_FAILED -> TcpOutcome.UPSTREAM_FAILED;
            case IDLE -> TcpOutcome.IDLE;
            case CUT -> TcpOutcome.CUT;
        };
    }
}
