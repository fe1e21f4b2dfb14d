package io.portrgateway.tunnel.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A visitor over TLS and HTTP/2. Thread-safe. */
final class Http2Client implements AutoCloseable {

    private final Channel connection;
    private final List<Channel> streams = new CopyOnWriteArrayList<>();

    Http2Client(EventLoopGroup loops, InetSocketAddress address, String serverName) throws Exception {
        var tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2"))
                .build();
        connection = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        tls.newHandler(channel.alloc(), serverName, 443),
                                        Http2FrameCodecBuilder.forClient().build(),
                                        new Http2MultiplexHandler(new ChannelInitializer<>() {
                                            @Override
                                            protected void initChannel(Channel pushed) {}
                                        }));
                    }
                })
                .connect(address)
                .sync()
                .channel();
        connection.pipeline().get(SslHandler.class).handshakeFuture().sync();
    }

    record Answer(int status, String body, String trailer, FullHttpResponse response) {}

    CompletableFuture<Answer> send(Http2Headers headers, String... parts) throws Exception {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Http2StreamChannel stream = new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        new Http2StreamFrameToHttpObjectCodec(false),
                                        new HttpObjectAggregator(64 << 20),
                                        new AnswerHandler(answer));
                    }
                })
                .open()
                .sync()
                .getNow();
        streams.add(stream);
        // Frames are written raw: the codec passes them through.
        stream.write(new DefaultHttp2HeadersFrame(headers, parts.length == 0));
        for (int i = 0; i < parts.length; i++) {
            stream.write(new DefaultHttp2DataFrame(
                    Unpooled.copiedBuffer(parts[i], StandardCharsets.ISO_8859_1), i == parts.length - 1));
        }
        stream.flush();
        return answer.orTimeout(10, TimeUnit.SECONDS);
    }

    /** Cancels every request. */
    void resetStreams() {
        streams.forEach(stream -> stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL)));
    }

    private static final class AnswerHandler extends SimpleChannelInboundHandler<FullHttpResponse> {

        private final CompletableFuture<Answer> answer;

        AnswerHandler(CompletableFuture<Answer> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            answer.complete(new Answer(
                    response.status().code(),
                    response.content().toString(StandardCharsets.ISO_8859_1),
                    response.trailingHeaders().get("x-end", ""),
                    response));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            answer.completeExceptionally(new IllegalStateException("stream closed"));
        }
    }

    @Override
    public void close() {
        connection.close().awaitUninterruptibly();
    }
}
