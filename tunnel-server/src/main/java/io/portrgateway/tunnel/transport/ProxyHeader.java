package io.portrgateway.tunnel.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.ProtocolDetectionResult;
import io.netty.handler.codec.ProtocolDetectionState;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a PROXY protocol header (v1 or v2) off the front of a trusted proxy's connection, when there is one; SSH clients
 * speak first as well as servers do, so their first bytes tell. Confined to its event loop; removes itself.
 */
final class ProxyHeader extends ByteToMessageDecoder {

    private static final long PATIENCE_SECONDS = 10;

    private final InetSocketAddress proxy;
    private final BiConsumer<ChannelHandlerContext, InetSocketAddress> next;
    private final HeaderDecoder decoder = new HeaderDecoder();
    private boolean isDone;

    /** {@code next} sets up SSH for the client's address, which is the proxy's own when there is no header. */
    ProxyHeader(InetSocketAddress proxy, BiConsumer<ChannelHandlerContext, InetSocketAddress> next) {
        this.proxy = proxy;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel()
                .eventLoop()
                .schedule(
                        () -> {
                            if (!isDone) {
                                ctx.close();
                            }
                        },
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf received, List<Object> out) throws Exception {
        ProtocolDetectionResult<HAProxyProtocolVersion> detected = HAProxyMessageDecoder.detectProtocol(received);
        if (detected.state() == ProtocolDetectionState.INVALID) {
            done(ctx, proxy);
        } else if (detected.state() == ProtocolDetectionState.DETECTED) {
            HAProxyMessage header = decoder.decode(ctx, received);
            if (header != null) {
                try {
                    done(ctx, client(header));
                } finally {
                    header.release();
                }
            }
        }
    }

    private void done(ChannelHandlerContext ctx, InetSocketAddress client) {
        isDone = true;
        next.accept(ctx, client);
        if (ctx.channel().isOpen()) {
            // What was read behind the header goes to SSH.
            ctx.pipeline().remove(this);
        }
    }

    /** A proxy's own checks (LOCAL, UNKNOWN) come without an address. */
    private InetSocketAddress client(HAProxyMessage header) {
        if (header.sourceAddress() == null) {
            return proxy;
        }
        @Nullable InetAddress address = NetUtil.createInetAddressFromIpAddressString(header.sourceAddress());
        return address == null ? proxy : new InetSocketAddress(address, header.sourcePort());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable malformed) {
        isDone = true;
        ctx.close();
    }

    /** Netty's decoder, called by hand: in the pipeline it could not tell that there is no header. */
    private static final class HeaderDecoder extends HAProxyMessageDecoder {

        private final List<Object> decoded = new ArrayList<>(1);

        @Nullable
        HAProxyMessage decode(ChannelHandlerContext ctx, ByteBuf received) throws Exception {
            decode(ctx, received, decoded);
            return decoded.isEmpty() ? null : (HAProxyMessage) decoded.removeFirst();
        }
    }
}
