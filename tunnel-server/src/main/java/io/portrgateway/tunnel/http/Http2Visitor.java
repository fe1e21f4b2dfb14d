package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.AsciiString;
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
    private boolean begun;
    private boolean ended;

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
            if (message instanceof Http2HeadersFrame headers) {
                ended |= headers.isEndStream();
                if (begun) {
                    trailers(headers);
                } else {
                    begun = true;
                    request(headers);
                }
            } else if (message instanceof Http2DataFrame data) {
                ended |= data.isEndStream();
                content(data);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void request(Http2HeadersFrame frame) {
        RequestHead head;
        try {
            HttpRequest request = Http2Requests.request(frame.headers(), frame.isEndStream());
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

    private void content(Http2DataFrame frame) {
        if (exchange != null) {
            exchange.requestContent(
                    frame.isEndStream()
                            ? new DefaultLastHttpContent(frame.content())
                            : new DefaultHttpContent(frame.content()));
        }
    }

    private void trailers(Http2HeadersFrame frame) {
        if (exchange == null) {
            return;
        }
        DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        try {
            Http2Requests.fields(frame.headers(), last.trailingHeaders());
            exchange.requestContent(last);
        } catch (MalformedHead | IllegalArgumentException malformed) {
            exchange.fail(Failure.BAD_REQUEST);
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

    Channel channel() {
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
    public void servedBy(Upstream upstream) {}

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
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public long pendingBytes() {
        return Progress.pendingBytes(channel);
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
        Http2Headers headers = headers(response.status());
        copy(response.headers(), headers, null, false);
        channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers));
    }

    @Override
    public void answer(
            RequestHead head, HttpResponse response, @Nullable List<String> connectionNames, boolean hasBody) {
        Http2Headers headers = headers(response.status());
        boolean hasLength = response.status().code() != HttpResponseStatus.NO_CONTENT.code();
        copy(response.headers(), headers, connectionNames, hasLength);
        channel.write(new DefaultHttp2HeadersFrame(headers));
    }

    private static Http2Headers headers(HttpResponseStatus status) {
        return new DefaultHttp2Headers(false).status(status.codeAsText());
    }

    private static void copy(
            HttpHeaders from, Http2Headers to, @Nullable List<String> connectionNames, boolean hasLength) {
        var fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            HeaderKind kind = HeaderKind.of(field.getKey());
            if (HeaderRules.leavesTunnel(kind, field.getKey(), connectionNames, hasLength)) {
                add(to, field.getKey(), field.getValue());
            }
        }
    }

    /** Names are lower case on the wire (RFC 9113, 8.2.1). */
    private static void add(Http2Headers to, CharSequence name, CharSequence value) {
        to.add(AsciiString.of(name).toLowerCase(), AsciiString.of(value));
    }

    @Override
    public void content(ByteBuf part) {
        if (toHead) {
            part.release();
        } else {
            channel.write(new DefaultHttp2DataFrame(part));
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        Http2Headers passed = new DefaultHttp2Headers(false);
        for (Map.Entry<String, String> field : trailers) {
            if (HeaderRules.isTrailer(field.getKey())) {
                add(passed, field.getKey(), field.getValue());
            }
        }
        channel.write(
                passed.isEmpty()
                        ? new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true)
                        : new DefaultHttp2HeadersFrame(passed, true));
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
        Http2Headers headers = headers(HttpResponseStatus.valueOf(answer.status()));
        OwnHeaders.each(answer, (name, value) -> add(headers, name, value));
        headers.addInt(HttpHeaderNames.CONTENT_LENGTH, answer.bodyBytes());
        boolean hasBody = answer.bodyBytes() > 0 && (head == null || !head.isHead());
        channel.write(new DefaultHttp2HeadersFrame(headers, !hasBody));
        if (hasBody) {
            channel.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(answer.body()), true));
        }
        done(head != null && !head.hasBody());
    }

    @Override
    public void abort(Failure why) {
        exchange = null;
        channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
    }

    /** A complete answer to a request whose rest is not wanted is followed by a reset without error (RFC 9113, 8.1). */
    @Override
    public void done(boolean requestComplete) {
        exchange = null;
        if (!ended) {
            channel.write(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
        flush();
    }

    @Override
    public void upgrade(RequestHead head, HttpResponse switching, UpgradeSplice splice) {
        throw new IllegalStateException("HTTP/2 has no Upgrade");
    }
}
