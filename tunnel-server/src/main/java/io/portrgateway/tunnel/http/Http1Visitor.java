package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A visitor's HTTP/1 connection: one exchange after the other, in order; the last handler of its pipeline.
 *
 * <p>Confined to its channel's event loop, which changes when the connection is moved to its session's loop.
 */
final class Http1Visitor extends ChannelInboundHandlerAdapter implements Visitor, Watch.Watched {

    private static final Logger LOG = LoggerFactory.getLogger(Http1Visitor.class);

    private final Edge edge;
    private final Channel channel;
    private final Peer peer;
    private final VisitorDecoder decoder;
    private final ResponseWriter writer;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private @Nullable Exchange exchange;
    private @Nullable Upstream lastUpstream;
    private String lastHost = "";
    private Optional<Hostname> lastHostname = Optional.empty();
    private byte[] lastForwarded = {};
    private long deadlineNanos;
    private long lingerPendingBytes;
    private int requestCount;
    private boolean headBegun;
    private boolean reading;
    private boolean flushDue;
    private boolean keepConnection;
    private boolean closing;
    private boolean keepAliveSet;

    Http1Visitor(Edge edge, Channel channel, Peer peer) {
        this.edge = edge;
        this.channel = channel;
        this.peer = peer;
        this.decoder = new VisitorDecoder(edge.config().limits(), this::headBegan);
        this.writer = new ResponseWriter(edge.heads(), channel);
    }

    /** The codec to put before this handler. */
    VisitorDecoder decoder() {
        return decoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadlineIn(edge.config().timeouts().header().toNanos());
        if (channel.isRegistered()) {
            edge.watches().add(channel.eventLoop(), watchEntry);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        edge.watches().remove(watchEntry);
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
        edge.watches().add(channel.eventLoop(), watchEntry);
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext ctx) {
        edge.watches().remove(watchEntry);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        reading = true;
        try {
            if (closing) {
                return;
            }
            if (message instanceof HttpRequest request) {
                request(request);
            } else if (message instanceof HttpContent content && exchange != null) {
                if (message instanceof LastHttpContent) {
                    // The next request stays undecoded until this one is answered.
                    decoder.pause();
                }
                if (content.decoderResult().isFailure()) {
                    exchange.fail(Failure.BAD_REQUEST);
                } else {
                    exchange.requestContent(content);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void request(HttpRequest request) {
        decoder.pause();
        headBegun = false;
        if (request.decoderResult().isFailure()) {
            refuse(request.decoderResult().cause());
            return;
        }
        RequestHead head;
        try {
            head = RequestHead.read(request, edge.config().limits().headerCount());
        } catch (MalformedHead malformed) {
            refuse(malformed);
            return;
        }
        requestCount++;
        int most = edge.config().limits().requestsPerConnectionCount();
        keepConnection = head.keepsConnection() && (most == 0 || requestCount < most);
        if (edge.config().listen().redirectToHttps() && !isSecure(head)) {
            answer(head, EdgeResponses.redirect(secureAddress(head)));
            return;
        }
        Exchange next = new Exchange(edge, this, head);
        exchange = next;
        next.start();
    }

    private boolean isSecure(RequestHead head) {
        return peer.isTls()
                || (peer.isTrusted() && "https".equals(head.headers().get("X-Forwarded-Proto")));
    }

    private String secureAddress(RequestHead head) {
        int port = edge.config().listen().publicTlsPort();
        String host = HostRouter.withoutPort(head.host());
        return "https://" + host + (port == 443 ? "" : ":" + port) + head.target();
    }

    private void refuse(@Nullable Throwable cause) {
        Failure failure = Failures.ofRequest(cause);
        edge.metrics().failed(EdgeResponses.look(failure).reason());
        answer(null, edge.responses().answer(failure, null, null));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        if (exchange != null) {
            exchange.requestReadComplete();
        }
        if (flushDue) {
            flushDue = false;
            writer.seal();
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
    public void channelInactive(ChannelHandlerContext ctx) {
        writer.drop();
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

    private void headBegan() {
        headBegun = true;
        deadlineIn(edge.config().timeouts().header().toNanos());
    }

    private void deadlineIn(long nanos) {
        deadlineNanos = channel.eventLoop().ticker().nanoTime() + nanos;
    }

    @Override
    public void check(long nowNanos) {
        if (exchange != null) {
            watchForVanishedVisitor();
            exchange.check(nowNanos);
            return;
        }
        if (nowNanos - deadlineNanos < 0) {
            return;
        }
        if (closing) {
            checkLinger();
        } else if (headBegun) {
            edge.metrics().failed(EdgeResponses.look(Failure.VISITOR_TIMEOUT).reason());
            decoder.pause();
            answer(null, edge.responses().answer(Failure.VISITOR_TIMEOUT, null, null));
        } else {
            edge.metrics().refused(requestCount == 0 ? "no-request" : "idle");
            channel.close();
        }
    }

    /** A visitor can vanish without a word while nothing is sent. Most exchanges are over before this system call. */
    private void watchForVanishedVisitor() {
        if (!keepAliveSet) {
            keepAliveSet = true;
            channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    /** An answer still on its way to a slow visitor is given more time as long as it makes progress. */
    private void checkLinger() {
        @Nullable ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        long pendingBytes = pending == null ? 0 : pending.totalPendingWriteBytes();
        if (pendingBytes > 0 && pendingBytes != lingerPendingBytes) {
            lingerPendingBytes = pendingBytes;
            deadlineIn(edge.config().timeouts().bodyProgress().toNanos());
        } else {
            channel.close();
        }
    }

    @Override
    public void drain() {
        keepConnection = false;
        if (exchange == null && !closing && !headBegun) {
            channel.close();
        }
    }

    /** Past TLS, which would go on waiting for a visitor that does not read. */
    @Override
    public void cut() {
        channel.unsafe().close(channel.voidPromise());
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
        if (!head.host().equals(lastHost)) {
            lastHost = head.host();
            lastHostname = edge.router().hostname(lastHost);
            lastForwarded = new byte[0];
        }
        return lastHostname.flatMap(edge.registry()::find);
    }

    @Override
    public byte[] forwarded(RequestHead head) {
        if (peer.isTrusted() || lastForwarded.length == 0) {
            HeadBuffer out = edge.heads().beginSecond();
            edge.forwarding().write(out, head, peer);
            lastForwarded = out.copy();
        }
        return lastForwarded;
    }

    @Override
    public @Nullable Upstream lastUpstream() {
        return lastUpstream;
    }

    @Override
    public void servedBy(Upstream upstream) {
        lastUpstream = upstream;
    }

    /** Not while bytes wait for the socket: the loop that watches for it must not change in between. */
    @Override
    public boolean canMove() {
        @Nullable ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending != null && pending.isEmpty();
    }

    @Override
    public void moveTo(EventLoop loop, Runnable moved, Runnable lost) {
        channel.deregister().addListener(free -> {
            if (free.isSuccess() && channel.isOpen()) {
                loop.register(channel).addListener(registered -> arrived(registered.isSuccess(), moved, lost));
            } else {
                arrived(false, moved, lost);
            }
        });
    }

    private void arrived(boolean there, Runnable moved, Runnable lost) {
        if (there && channel.isActive()) {
            moved.run();
        } else {
            exchange = null;
            lost.run();
            channel.close();
        }
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
        decoder.pause();
    }

    @Override
    public void resumeRequest() {
        decoder.resume();
    }

    @Override
    public void interim(HttpResponse response) {
        writer.interim(response);
        flush();
    }

    @Override
    public void answer(
            RequestHead head, HttpResponse response, @Nullable List<String> connectionNames, boolean hasBody) {
        if (edge.draining().get()) {
            keepConnection = false;
        }
        keepConnection = writer.begin(head, response, connectionNames, hasBody, keepConnection);
    }

    @Override
    public void content(ByteBuf part) {
        writer.content(part);
    }

    @Override
    public void end(HttpHeaders trailers) {
        writer.end(trailers);
    }

    @Override
    public void flush() {
        if (reading) {
            flushDue = true;
        } else {
            writer.seal();
            channel.flush();
        }
    }

    @Override
    public void done(boolean requestComplete) {
        exchange = null;
        if (keepConnection && requestComplete && !edge.draining().get()) {
            flush();
            deadlineIn(edge.config().timeouts().keepAlive().toNanos());
            decoder.resume();
        } else {
            closeGently(!requestComplete);
        }
    }

    @Override
    public void answer(@Nullable RequestHead head, EdgeAnswer answer) {
        boolean keep = head != null
                && keepConnection
                && !head.hasBody()
                && !edge.draining().get();
        keepConnection = keep;
        writer.own(head, answer, keep);
        done(keep || (head != null && !head.hasBody()));
    }

    @Override
    public void abort(Failure why) {
        exchange = null;
        closing = true;
        writer.drop();
        if (channel.pipeline().get(SslHandler.class) == null) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }

    /**
     * Closes after what is written. Where the visitor may still be sending, its socket is closed only after it has had
     * time to read: a close with unread bytes makes the kernel send a reset, which destroys the answer.
     */
    private void closeGently(boolean visitorIsSending) {
        closing = true;
        deadlineIn(edge.config().timeouts().linger().toNanos());
        if (!visitorIsSending && !decoder.holdsBack()) {
            writer.sealAndFlush().addListener(ChannelFutureListener.CLOSE);
            return;
        }
        writer.sealAndFlush().addListener(written -> {
            @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls != null) {
                tls.closeOutbound();
            } else if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
        decoder.discard();
    }

    @Override
    public void upgrade(RequestHead head, HttpResponse switching, UpgradeSplice splice) {
        watchForVanishedVisitor();
        writer.switching(switching);
        channel.flush();
        splice.begin(channel, List.of(this, decoder));
    }
}
