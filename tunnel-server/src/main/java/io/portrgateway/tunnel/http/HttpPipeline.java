package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.portrgateway.tunnel.config.HttpConfig.ProxyProtocol;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the pipeline of an accepted visitor connection: connection limits, PROXY protocol header, TLS, then HTTP/1 or
 * HTTP/2. Called on the connection's event loop.
 */
final class HttpPipeline extends ChannelInitializer<Channel> {

    private static final Logger LOG = LoggerFactory.getLogger(HttpPipeline.class);

    /** A ClientHello with post-quantum key shares is about 2 KiB; the default of the codec is 16 MiB. */
    private static final int LONGEST_CLIENT_HELLO_BYTES = 64 * 1024;

    private final Edge edge;
    private final @Nullable TlsContexts tls;

    /** @param tls null for the plain listener */
    HttpPipeline(Edge edge, @Nullable TlsContexts tls) {
        this.edge = edge;
        this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (edge.draining().get() || !(channel.remoteAddress() instanceof InetSocketAddress address)) {
            channel.close();
            return;
        }
        if (!edge.connections().open()) {
            edge.metrics().refused("too-many-connections");
            channel.close();
            return;
        }
        edge.metrics().connections(1);
        channel.closeFuture().addListener(closed -> {
            edge.connections().close();
            edge.metrics().connections(-1);
        });
        boolean trusted = edge.trusted().contains(address);
        ProxyProtocol mode = edge.config().trust().proxyProtocol();
        if (trusted && mode != ProxyProtocol.OFF) {
            channel.pipeline()
                    .addLast(new ProxyHeaderHandler(
                            edge, mode == ProxyProtocol.REQUIRED, visitor -> next(channel, visitor.orElse(address))));
        } else {
            next(channel, address);
        }
    }

    private void next(Channel channel, InetSocketAddress address) {
        boolean trusted = edge.trusted().contains(address);
        if (!trusted && !countAddress(channel, address)) {
            return;
        }
        Peer peer = new Peer(address, trusted, tls != null);
        if (tls == null) {
            http1(channel.pipeline(), peer);
        } else {
            channel.pipeline().addLast(new Sni(tls), new Negotiated(peer));
        }
    }

    private boolean countAddress(Channel channel, InetSocketAddress address) {
        if (!edge.connections().open(address.getAddress())) {
            edge.metrics().refused("too-many-connections-of-address");
            refuse(channel);
            return false;
        }
        channel.closeFuture().addListener(closed -> edge.connections().close(address.getAddress()));
        return true;
    }

    /** Over TLS there is no one to tell before a handshake, which is what the limit shall save. */
    private void refuse(Channel channel) {
        if (tls != null) {
            channel.close();
            return;
        }
        Http1Visitor visitor =
                new Http1Visitor(edge, channel, new Peer((InetSocketAddress) channel.remoteAddress(), false, false));
        channel.pipeline().addLast(visitor.decoder(), visitor);
        visitor.answer(null, edge.responses().answer(Failure.TOO_MANY_CONNECTIONS, null, null));
    }

    private void http1(ChannelPipeline pipeline, Peer peer) {
        Http1Visitor visitor = new Http1Visitor(edge, pipeline.channel(), peer);
        pipeline.addLast(visitor.decoder(), visitor);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.error("visitor.setup.failed", cause);
        ctx.close();
    }

    private final class Sni extends SniHandler {

        Sni(TlsContexts contexts) {
            super(
                    contexts,
                    LONGEST_CLIENT_HELLO_BYTES,
                    edge.config().timeouts().tlsHandshake().toMillis());
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setHandshakeTimeoutMillis(
                    edge.config().timeouts().tlsHandshake().toMillis());
            return handler;
        }
    }

    private final class Negotiated extends ApplicationProtocolNegotiationHandler {

        private final Peer peer;

        Negotiated(Peer peer) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.peer = peer;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                Http2Connection.configure(ctx.pipeline(), edge, peer);
            } else {
                http1(ctx.pipeline(), peer);
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("tls.failed cause={}", cause.toString());
            edge.metrics().refused("tls-handshake");
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("tls.failed cause={}", cause.toString());
            ctx.close();
        }
    }
}
