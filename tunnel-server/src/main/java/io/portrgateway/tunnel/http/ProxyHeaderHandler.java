package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.ProtocolDetectionState;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the PROXY protocol header (v1 or v2) off the front of a trusted proxy's connection. Confined to its channel's
 * event loop; removes itself.
 */
final class ProxyHeaderHandler extends ByteToMessageDecoder implements Watch.Watched {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeaderHandler.class);

    private final Edge edge;
    private final boolean required;
    private final Consumer<Optional<InetSocketAddress>> next;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private @Nullable ChannelHandlerContext context;
    private long deadlineNanos;

    /**
     * @param required whether a connection without the header is closed
     * @param next adds the handlers that follow; told the visitor's address, where the header has one
     */
    ProxyHeaderHandler(Edge edge, boolean required, Consumer<Optional<InetSocketAddress>> next) {
        this.edge = edge;
        this.required = required;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        deadlineNanos = ctx.channel().eventLoop().ticker().nanoTime()
                + edge.config().timeouts().header().toNanos();
        edge.watches().add(ctx.channel().eventLoop(), watchEntry);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        edge.watches().remove(watchEntry);
    }

    @Override
    public void check(long nowNanos) {
        if (nowNanos - deadlineNanos >= 0) {
            cut();
        }
    }

    @Override
    public void drain() {
        cut();
    }

    @Override
    public void cut() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        ProtocolDetectionState state = HAProxyMessageDecoder.detectProtocol(in).state();
        switch (state) {
            case NEEDS_MORE_DATA -> {}
            case DETECTED -> {
                ctx.pipeline().addLast(new HAProxyMessageDecoder(), new Taken());
                ctx.pipeline().remove(this);
            }
            case INVALID -> {
                if (required) {
                    refuse(ctx);
                } else {
                    next.accept(Optional.empty());
                    ctx.pipeline().remove(this);
                }
            }
        }
    }

    private void refuse(ChannelHandlerContext ctx) {
        edge.metrics().refused("proxy-header");
        ctx.close();
    }

    /** Hears the decoded header, then makes room for HTTP. */
    private final class Taken extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof HAProxyMessage header)) {
                ctx.fireChannelRead(message);
                return;
            }
            try {
                next.accept(visitor(header));
                ctx.pipeline().remove(this);
            } finally {
                ReferenceCountUtil.release(header);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("proxy-header.failed cause={}", cause.toString());
            refuse(ctx);
        }
    }

    /** The proxy's own checks come without a visitor (LOCAL, UNKNOWN). */
    private static Optional<InetSocketAddress> visitor(HAProxyMessage header) {
        if (header.command() == HAProxyCommand.LOCAL || header.sourceAddress() == null) {
            return Optional.empty();
        }
        @Nullable InetAddress address = NetUtil.createInetAddressFromIpAddressString(header.sourceAddress());
        return address == null ? Optional.empty() : Optional.of(new InetSocketAddress(address, header.sourcePort()));
    }
}
