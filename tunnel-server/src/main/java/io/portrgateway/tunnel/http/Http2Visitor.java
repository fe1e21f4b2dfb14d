package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.util.ReferenceCountUtil;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on an HTTP/2 connection; the last handler of the stream's pipeline. It stays on its connection's loop, so
 * its exchange changes threads unless the session happens to live there.
 *
 * <p>Confined to its channel's event loop.
 */
final class Http2Visitor extends ChannelInboundHandlerAdapter implements Visitor, Watch.Watched {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Visitor.class);

    private final Edge edge;
    private final Channel channel;
    private final Peer peer;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private @Nullable Exchange exchange;
    private boolean reading;
    private boolean flushDue;
    private boolean toHead;

    Http2Visitor(Edge edge, Channel channel, Peer peer) {
        this.edge = edge;
        this.channel = channel;
        this.peer = peer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        edge.watches().add(channel.eventLoop(), watchEntry);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        edge.watches().remove(watchEntry);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        reading = true;
        try {
            if (message instanceof HttpRequest request) {
                request(request, message instanceof LastHttpContent);
            } else if (message instanceof HttpContent content && exchange != null) {
                exchange.requestContent(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void request(HttpRequest request, boolean complete) {
        HttpHeaders headers = request.headers();
        for (HttpConversionUtil.ExtensionHeaderNames name : HttpConversionUtil.ExtensionHeaderNames.values()) {
            headers.remove(name.text());
        }
        RequestHead head;
        try {
            requirePlain(headers);
            if (complete && "0".equals(headers.get(HttpHeaderNames.CONTENT_LENGTH, "0"))) {
                headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
            }
            head = RequestHead.read(request, edge.config().limits().headerCount());
        } catch (MalformedHead malformed) {
            edge.metrics().failed(EdgeResponses.look(malformed.failure()).reason());
            answer(null, edge.responses().answer(malformed.failure(), null, null));
            return;
        }
        toHead = head.isHead();
        Exchange next = new Exchange(edge, this, head);
        exchange = next;
        if (head.hasBody()) {
            pauseRequest();
        }
        next.start();
    }

    /** What the guard does for HTTP/1 heads: nothing may turn into another line once it is written as HTTP/1. */
    private static void requirePlain(HttpHeaders headers) {
        for (Map.Entry<String, String> field : headers) {
            String value = field.getValue();
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if ((c < 0x20 && c != '\t') || c == 0x7F || c > 0xFF) {
                    throw new MalformedHead(Failure.BAD_REQUEST, "field value");
                }
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        if (exchange != null) {
            exchange.requestReadComplete();
        }
        if (flushDue) {
            flushDue = false;
            ctx.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.visitorWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            left();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        left();
    }

    private void left() {
        @Nullable Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.visitorLeft();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("visitor.failed cause={}", cause.toString());
        ctx.close();
    }

    @Override
    public void check(long nowNanos) {
        if (exchange != null) {
            exchange.check(nowNanos);
        }
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Optional<Tunnel> tunnel(RequestHead head) {
        return edge.router().hostname(head.host()).flatMap(edge.registry()::find);
    }

    @Override
    public byte[] forwarded(RequestHead head) {
        HeadBuffer out = edge.heads().beginSecond();
        edge.forwarding().write(out, head, peer);
        return out.copy();
    }

    @Override
    public @Nullable Upstream lastUpstream() {
        return null;
    }

    @Override
    public boolean canMove() {
        return false;
    }

    @Override
    public void moveTo(EventLoop loop, Runnable moved, Runnable lost) {
        throw new IllegalStateException("an HTTP/2 stream stays on its connection's loop");
    }

    @Override
    public boolean isReading() {
        return reading;
    }

    @Override
    public void pauseRequest() {
        channel.config().setAutoRead(false);
    }

    @Override
    public void resumeRequest() {
        channel.config().setAutoRead(true);
    }

    @Override
    public void interim(HttpResponse response) {
        DefaultFullHttpResponse interim =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, response.status(), Unpooled.EMPTY_BUFFER);
        copy(response.headers(), interim.headers(), null, false);
        channel.writeAndFlush(interim);
    }

    @Override
    public void answer(
            RequestHead head, HttpResponse response, @Nullable List<String> connectionNames, boolean hasBody) {
        HttpResponse passed = new DefaultHttpResponse(HttpVersion.HTTP_1_1, response.status());
        boolean hasLength = response.status().code() != HttpResponseStatus.NO_CONTENT.code();
        copy(response.headers(), passed.headers(), connectionNames, hasLength);
        channel.write(passed);
    }

    private static void copy(
            HttpHeaders from, HttpHeaders to, @Nullable List<String> connectionNames, boolean hasLength) {
        var fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            if (HeaderRules.leavesTunnel(HeaderKind.of(field.getKey()), field.getKey(), connectionNames, hasLength)) {
                to.add(field.getKey(), field.getValue());
            }
        }
    }

    @Override
    public void content(ByteBuf part) {
        if (toHead) {
            part.release();
        } else {
            channel.write(new DefaultHttpContent(part));
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        if (trailers.isEmpty()) {
            channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
            return;
        }
        DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        for (Map.Entry<String, String> field : trailers) {
            if (HeaderRules.isTrailer(field.getKey())) {
                last.trailingHeaders().add(field.getKey(), field.getValue());
            }
        }
        channel.write(last);
    }

    @Override
    public void flush() {
        if (reading) {
            flushDue = true;
        } else {
            channel.flush();
        }
    }

    @Override
    public void answer(@Nullable RequestHead head, EdgeAnswer answer) {
        ByteBuf body = head != null && head.isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body());
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
        OwnHeaders.each(answer, response.headers()::add);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.bodyBytes());
        channel.write(response);
        done(head != null && !head.hasBody());
    }

    @Override
    public void abort() {
        exchange = null;
        channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
    }

    /** A complete answer to a request whose rest is not wanted is followed by a reset without error (RFC 9113, 8.1). */
    @Override
    public void done(boolean requestComplete) {
        exchange = null;
        if (!requestComplete) {
            channel.write(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
        flush();
    }

    @Override
    public void upgrade(RequestHead head, HttpResponse switching, UpgradeSplice splice) {
        throw new IllegalStateException("HTTP/2 has no Upgrade");
    }
}
