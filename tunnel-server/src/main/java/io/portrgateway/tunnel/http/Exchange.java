package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: finds the tunnel, chooses a session, gets a stream, passes both bodies on with back-pressure,
 * tries again where that is safe, and ends in exactly one outcome.
 *
 * <p>Confined to the visitor's event loop; {@link UpstreamHandler} brings the stream's events there.
 */
final class Exchange {

    /** A connection stays with its session unless another one has this many fewer in flight. */
    private static final int LOYALTY_COUNT = 4;

    private static final HttpResponse CONTINUE =
            new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE);

    private enum Phase {
        /** Choosing a session, or waiting for a stream. */
        OPENING,
        /** The request is being sent, or is sent; nothing of a final answer is there. */
        SENT,
        ANSWERING,
        UPGRADED,
        DONE
    }

    private final Edge edge;
    private final Visitor visitor;
    private final RequestHead head;
    private final ExchangeTally tally;
    private final Progress progress = new Progress();
    private final List<Upstream> tried = new ArrayList<>(0);
    private Phase phase = Phase.OPENING;
    private @Nullable Tunnel tunnel;
    private @Nullable Upstream upstream;
    private @Nullable UpstreamHandler stream;
    private @Nullable Queue<ByteBuf> waiting;
    private @Nullable HttpHeaders waitingTrailers;
    private @Nullable HttpResponse switching;
    private @Nullable UpgradeSplice splice;
    private boolean reused;
    private boolean continued;
    private boolean requestComplete;
    private boolean requestDirty;
    private boolean streamReusable;
    private int attemptCount;
    private int status;

    Exchange(Edge edge, Visitor visitor, RequestHead head) {
        this.edge = edge;
        this.visitor = visitor;
        this.head = head;
        this.requestComplete = !head.hasBody();
        this.tally = new ExchangeTally(edge, head);
    }

    RequestHead head() {
        return head;
    }

    boolean isReplaySafe() {
        return head.isReplaySafe();
    }

    boolean isToHead() {
        return head.isHead();
    }

    InetSocketAddress visitorAddress() {
        return edge.forwarding().visitor(head, visitor.peer());
    }

    void start() {
        Optional<Tunnel> found = visitor.tunnel(head);
        if (found.isEmpty()) {
            fail(Failure.NO_TUNNEL);
            return;
        }
        Tunnel target = found.get();
        tunnel = target;
        if (head.isPing()) {
            ping(target);
            return;
        }
        tally.began(target);
        long largest = edge.config().limits().bodyBytes();
        if (largest > 0 && head.bodyBytes() > largest) {
            fail(Failure.BODY_TOO_LARGE);
        } else if (isOverLimit(target)) {
            fail(Failure.UPSTREAM_LIMIT);
        } else {
            choose(target, Failure.CONNECTION_LOST);
        }
    }

    private void ping(Tunnel target) {
        if (target.upstreams().stream().noneMatch(Upstream::isOpen)) {
            fail(Failure.NO_TUNNEL);
            return;
        }
        status = HttpResponseStatus.OK.code();
        finish(null);
        visitor.answer(head, EdgeAnswer.ALIVE);
    }

    private boolean isOverLimit(Tunnel target) {
        int limit = edge.config().limits().inFlightPerTunnelCount();
        if (limit == 0) {
            return false;
        }
        int inFlight = 0;
        for (Upstream candidate : target.upstreams()) {
            inFlight += candidate.inFlight();
        }
        return inFlight >= limit;
    }

    /** Chooses a session not tried yet; without one the exchange fails as {@code otherwise}. */
    private void choose(Tunnel target, Failure otherwise) {
        Optional<Upstream> best = target.pick(visitor.loop(), tried);
        if (best.isEmpty()) {
            fail(otherwise);
            return;
        }
        Upstream chosen = loyal(target, best.get());
        chosen.begin();
        upstream = chosen;
        if (attemptCount == 0 && chosen.eventLoop() != visitor.loop() && visitor.canMove()) {
            edge.metrics().moved();
            visitor.moveTo(chosen.eventLoop(), () -> open(chosen, true), this::visitorLeft);
        } else {
            open(chosen, true);
        }
    }

    private Upstream loyal(Tunnel target, Upstream best) {
        @Nullable Upstream last = visitor.lastUpstream();
        boolean stay = last != null
                && last != best
                && last.isOpen()
                && !tried.contains(last)
                && last.inFlight() <= best.inFlight() + LOYALTY_COUNT
                && target.upstreams().contains(last);
        return stay && last != null ? last : best;
    }

    private void open(Upstream chosen, boolean reuse) {
        if (phase == Phase.DONE) {
            return;
        }
        attemptCount++;
        phase = Phase.OPENING;
        StreamPool.acquire(edge, chosen, this, visitor.loop(), reuse && chosen.keepsStreamsAlive());
    }

    /** A stream is there. */
    void opened(UpstreamHandler opened, boolean wasIdle) {
        if (phase != Phase.OPENING) {
            opened.release(wasIdle);
            return;
        }
        stream = opened;
        reused = wasIdle;
        phase = Phase.SENT;
        progress.event();
        tally.opened();
        boolean passExpect = !continueHere();
        HeadBuffer out = edge.heads().begin();
        edge.rules().writeRequest(out, head, visitor.forwarded(head), passExpect);
        opened.write(out.end(opened.channel().alloc(), 0));
        requestDirty = true;
        sendWaiting(opened);
        if (!visitor.isReading()) {
            flushRequest();
        }
        if (!requestComplete && opened.channel().isWritable()) {
            visitor.resumeRequest();
        }
    }

    /**
     * A client that serves one request per stream takes the first answer it reads for the only one, so it must never see
     * {@code Expect} (portr-protocol 3.8); the edge then says 100 (Continue) in its stead.
     */
    private boolean continueHere() {
        if (!head.expectsContinue() || upstream == null || upstream.keepsStreamsAlive()) {
            return false;
        }
        if (!continued && !head.isHttp10()) {
            continued = true;
            visitor.interim(CONTINUE);
            visitor.flush();
        }
        return true;
    }

    private void sendWaiting(UpstreamHandler to) {
        if (waiting != null) {
            @Nullable ByteBuf part;
            while ((part = waiting.poll()) != null) {
                send(to, part);
            }
        }
        if (waitingTrailers != null) {
            sendEnd(to, waitingTrailers);
            waitingTrailers = null;
        }
    }

    /** No stream could be had; nothing was sent yet, so every request may try another session. */
    void openFailed(Throwable cause) {
        if (phase != Phase.OPENING || tunnel == null || upstream == null) {
            return;
        }
        Failure failure = cause instanceof UpstreamException expected
                ? switch (expected.reason()) {
                    case REFUSED -> Failure.UPSTREAM_REFUSED;
                    case TIMEOUT -> Failure.UPSTREAM_TIMEOUT;
                    case LIMIT -> Failure.UPSTREAM_LIMIT;
                    case CLOSED -> Failure.CONNECTION_LOST;
                }
                : Failure.CONNECTION_LOST;
        if (failure == Failure.UPSTREAM_TIMEOUT
                || attemptCount > edge.config().streams().retryCount()) {
            fail(failure);
            return;
        }
        leaveUpstream();
        choose(tunnel, failure);
    }

    /** A part of the request's body; the message stays the caller's. */
    void requestContent(HttpContent content) {
        if (requestComplete || phase == Phase.DONE || phase == Phase.UPGRADED) {
            return;
        }
        ByteBuf part = content.content();
        progress.event();
        long largest = edge.config().limits().bodyBytes();
        if (tally.toUpstream(part.readableBytes()) > largest && largest > 0) {
            fail(Failure.BODY_TOO_LARGE);
            return;
        }
        @Nullable UpstreamHandler to = stream;
        boolean ready = to != null && phase != Phase.OPENING;
        if (part.isReadable()) {
            if (ready && to != null) {
                send(to, part.retain());
                if (!to.channel().isWritable()) {
                    visitor.pauseRequest();
                }
            } else {
                queue(part.retain());
            }
        }
        if (content instanceof LastHttpContent last) {
            requestComplete = true;
            if (ready && to != null) {
                sendEnd(to, last.trailingHeaders());
            } else {
                waitingTrailers = last.trailingHeaders();
            }
        }
    }

    /** Only an HTTP/2 stream sends on while paused, and its flow-control window bounds that. */
    private void queue(ByteBuf part) {
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
        }
        waiting.add(part);
    }

    private void send(UpstreamHandler to, ByteBuf part) {
        requestDirty = true;
        if (head.bodyBytes() == RequestHead.CHUNKED) {
            ChunkWriter.write(
                    to.channel(), to.channel().voidPromise(), to.channel().alloc(), part);
        } else {
            to.write(part);
        }
    }

    private void sendEnd(UpstreamHandler to, HttpHeaders trailers) {
        if (head.bodyBytes() == RequestHead.CHUNKED) {
            HeadBuffer out = edge.heads().begin();
            HeaderRules.writeLastChunk(out, trailers);
            to.write(out.end(to.channel().alloc(), 0));
            requestDirty = true;
        }
    }

    /** The visitor's batch is over. */
    void requestReadComplete() {
        flushRequest();
    }

    private void flushRequest() {
        if (requestDirty && stream != null) {
            requestDirty = false;
            stream.flush();
        }
    }

    void upstreamWritable(UpstreamHandler from) {
        progress.event();
        if (from == stream && !requestComplete && phase != Phase.DONE) {
            visitor.resumeRequest();
        }
    }

    /** The visitor takes more. */
    void visitorWritable() {
        progress.event();
        if (stream != null && phase == Phase.ANSWERING) {
            stream.readWhen(visitor.channel().isWritable());
        }
    }

    /** A part of the answer; takes the message over. */
    void upstreamRead(UpstreamHandler from, Object message) {
        try {
            if (from != stream || phase == Phase.DONE || phase == Phase.UPGRADED) {
                return;
            }
            progress.event();
            if (message instanceof HttpResponse response) {
                response(response);
            } else if (message instanceof HttpContent content) {
                content(from, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void response(HttpResponse response) {
        tally.heardUpstream();
        if (response.decoderResult().isFailure() || !hasPlainFraming(response)) {
            fail(Failure.BAD_RESPONSE);
        } else if (response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            if (head.upgrade() == null || !requestComplete) {
                fail(Failure.BAD_RESPONSE);
            } else {
                switching = response;
            }
        } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            if (!head.isHttp10()) {
                visitor.interim(response);
            }
        } else {
            begin(response);
        }
    }

    private void begin(HttpResponse response) {
        @Nullable List<String> names = HeaderRules.connectionNames(response.headers());
        phase = Phase.ANSWERING;
        status = response.status().code();
        boolean hasBody = !head.isHead()
                && status != HttpResponseStatus.NO_CONTENT.code()
                && status != HttpResponseStatus.NOT_MODIFIED.code();
        boolean endsByItself = !hasBody
                || response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                || response.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        streamReusable = endsByItself
                && upstream != null
                && upstream.keepsStreamsAlive()
                && HeaderRules.keepsStream(response, names);
        visitor.answer(head, response, names, hasBody);
    }

    /** The codec checked lengths; a coding other than chunked alone could be read in two ways by what comes behind us. */
    private boolean hasPlainFraming(HttpResponse response) {
        HttpVersion version = response.protocolVersion();
        if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
            return false;
        }
        if (response.headers().size() > edge.config().limits().headerCount()) {
            return false;
        }
        List<String> codings = response.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1 && AsciiString.contentEqualsIgnoreCase(codings.get(0), "chunked"));
    }

    private void content(UpstreamHandler from, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            fail(Failure.BAD_RESPONSE);
            return;
        }
        if (switching != null && content instanceof LastHttpContent) {
            upgrade(from, switching);
            return;
        }
        if (phase != Phase.ANSWERING) {
            return;
        }
        ByteBuf part = content.content();
        if (part.isReadable()) {
            tally.toVisitor(part.readableBytes());
            visitor.content(part.retain());
            if (!visitor.channel().isWritable()) {
                from.readWhen(false);
            }
        }
        if (content instanceof LastHttpContent last) {
            visitor.end(last.trailingHeaders());
            complete();
        }
    }

    void upstreamReadComplete(UpstreamHandler from) {
        visitor.flush();
    }

    /** The answer is complete. If the request is not, the rest of it is not wanted any more. */
    private void complete() {
        boolean wasComplete = requestComplete;
        finish(null);
        visitor.done(wasComplete);
    }

    /** The service sends nothing more. */
    void upstreamClosed(UpstreamHandler from) {
        if (from != stream || phase == Phase.DONE || phase == Phase.UPGRADED || tunnel == null || upstream == null) {
            return;
        }
        Upstream last = upstream;
        boolean lost = !last.isOpen();
        Failure failure = lost ? Failure.CONNECTION_LOST : Failure.UPSTREAM_CLOSED;
        boolean again = !tally.hasHeardUpstream()
                && head.isReplaySafe()
                && attemptCount <= edge.config().streams().retryCount();
        if (!again) {
            fail(failure);
            return;
        }
        edge.metrics().retried();
        from.release(false);
        stream = null;
        if (reused && !lost) {
            open(last, false);
        } else {
            leaveUpstream();
            choose(tunnel, failure);
        }
    }

    private void leaveUpstream() {
        if (upstream != null) {
            upstream.end();
            tried.add(upstream);
            upstream = null;
        }
    }

    private void upgrade(UpstreamHandler from, HttpResponse response) {
        phase = Phase.UPGRADED;
        status = HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        edge.metrics().upgraded(1);
        UpgradeSplice made = new UpgradeSplice(edge, from, this, tally);
        splice = made;
        visitor.upgrade(head, response, made);
    }

    /** Both sides of an upgraded connection are closed. Any loop. */
    void relayEnded() {
        EventLoop loop = visitor.loop();
        if (loop.inEventLoop()) {
            endUpgraded();
        } else {
            loop.execute(this::endUpgraded);
        }
    }

    private void endUpgraded() {
        if (phase == Phase.UPGRADED) {
            edge.metrics().upgraded(-1);
            if (splice != null) {
                splice.forget();
            }
            stream = null;
            finish(null);
        }
    }

    void visitorLeft() {
        if (phase != Phase.DONE && phase != Phase.UPGRADED) {
            finish(Failure.VISITOR_LEFT);
        }
    }

    /** Fails the exchange; the visitor gets an answer if none has begun. */
    void fail(Failure failure) {
        if (phase == Phase.DONE || phase == Phase.UPGRADED) {
            return;
        }
        boolean begun = phase == Phase.ANSWERING;
        if (!begun) {
            status = EdgeResponses.look(failure).status();
        }
        finish(failure);
        if (begun || status == 0) {
            visitor.abort();
        } else {
            visitor.answer(
                    head,
                    edge.responses().answer(failure, head.host(), head.headers().get(HttpHeaderNames.ACCEPT)));
        }
    }

    private void finish(@Nullable Failure failure) {
        phase = Phase.DONE;
        boolean keep = failure == null && requestComplete && streamReusable;
        if (stream != null) {
            stream.release(keep);
            stream = null;
        }
        if (waiting != null) {
            waiting.forEach(ReferenceCountUtil::release);
            waiting = null;
        }
        @Nullable Upstream last = upstream;
        upstream = null;
        if (last != null) {
            last.end();
        }
        tally.ended(failure, status, last);
    }

    /** Looks whether a limit is exceeded; called once per tick. */
    void check(long nowNanos) {
        if (phase == Phase.DONE || phase == Phase.UPGRADED) {
            return;
        }
        long quiet = progress.quietNanos(nowNanos, visitor.channel());
        if (phase == Phase.ANSWERING) {
            checkAnswer(quiet);
        } else if (phase == Phase.SENT && !requestComplete && waitsForVisitor()) {
            if (quiet > edge.config().timeouts().bodyProgress().toNanos()) {
                fail(Failure.VISITOR_TIMEOUT);
            }
        } else if (exceeds(quiet, edge.config().timeouts().responseHeader())) {
            fail(Failure.UPSTREAM_TIMEOUT);
        }
    }

    private boolean waitsForVisitor() {
        boolean waitsForContinue = head.expectsContinue() && !tally.hasHeardUpstream() && tally.requestBytes() == 0;
        return !waitsForContinue && stream != null && stream.channel().isWritable();
    }

    private void checkAnswer(long quiet) {
        if (!visitor.channel().isWritable()) {
            if (quiet > edge.config().timeouts().bodyProgress().toNanos()) {
                fail(Failure.VISITOR_TIMEOUT);
            }
        } else if (exceeds(quiet, edge.config().timeouts().upstreamIdle())) {
            fail(Failure.UPSTREAM_TIMEOUT);
        }
    }

    private static boolean exceeds(long quiet, Duration limit) {
        return limit.isPositive() && quiet > limit.toNanos();
    }
}
