package io.portrgateway.tunnel.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import io.portrgateway.tunnel.config.HttpConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A visitor's HTTP/2 connection as a whole: ends it when idle and when the gateway stops; its requests are
 * {@link Http2Visitor}s. Confined to its channel's event loop.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Watch.Watched {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

    /** Resets a visitor may cause within ten seconds (rapid reset, CVE-2023-44487). */
    private static final int RESETS_PER_WINDOW = 200;

    private static final int RESET_WINDOW_SECONDS = 10;

    private final Edge edge;
    private final Channel channel;
    private final Http2FrameCodec codec;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private long busyNanos;

    private Http2Connection(Edge edge, Channel channel, Http2FrameCodec codec) {
        this.edge = edge;
        this.channel = channel;
        this.codec = codec;
        this.busyNanos = channel.eventLoop().ticker().nanoTime();
    }

    /** Adds the handlers of an HTTP/2 connection. */
    static void configure(ChannelPipeline pipeline, Edge edge, Peer peer) {
        HttpConfig.Limits limits = edge.config().limits();
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.http2StreamCount())
                        .maxHeaderListSize(limits.headerBytes()))
                .decoderEnforceMaxRstFramesPerWindow(RESETS_PER_WINDOW, RESET_WINDOW_SECONDS)
                .gracefulShutdownTimeoutMillis(-1)
                .validateHeaders(true)
                .build();
        pipeline.addLast(
                codec,
                new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline().addLast(new Http2Visitor(edge, stream, peer));
                    }
                }),
                new Http2Connection(edge, pipeline.channel(), codec));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        edge.watches().add(channel.eventLoop(), watchEntry);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        edge.watches().remove(watchEntry);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("visitor.failed cause={}", cause.toString());
        ctx.close();
    }

    @Override
    public void check(long nowNanos) {
        if (codec.connection().numActiveStreams() > 0) {
            busyNanos = nowNanos;
        } else if (nowNanos - busyNanos > edge.config().timeouts().keepAlive().toNanos()) {
            edge.metrics().refused("idle");
            channel.close();
        }
    }

    /** Closing sends GOAWAY and waits for the streams in flight. */
    @Override
    public void drain() {
        channel.close();
    }

    /** Past the codec, which would go on waiting. */
    @Override
    public void cut() {
        channel.unsafe().close(channel.voidPromise());
    }
}
