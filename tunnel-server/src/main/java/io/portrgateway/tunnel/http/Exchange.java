package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.portrgateway.tunnel.capture.ExchangeRecorder;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: finds the tunnel, chooses a session, gets a stream, passes both bodies on with back-pressure,
 * tries again where that is safe, and ends in exactly one outcome.
 *
 * <p>Confined to the visitor's event loop; {@link UpstreamHandler} brings the stream's events there.
 */
final class Exchange {

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
    private final RequestSender request;
    private Phase phase = Phase.OPENING;
    private @Nullable SessionChoice choice;
    private @Nullable UpstreamHandler stream;
    private @Nullable HttpResponse switching;
    private @Nullable UpgradeSplice splice;
    private boolean reused;
    private boolean continued;
    private boolean requestComplete;
    private boolean streamReusable;
    private int attemptCount;
    private int status;

    Exchange(Edge edge, Visitor visitor, RequestHead head) {
        this.edge = edge;
        this.visitor = visitor;
        this.head = head;
        this.requestComplete = !head.hasBody();
        this.request = new RequestSender(edge, head);
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

    /** Who records the exchange; null when nobody does. */
    @Nullable
    ExchangeRecorder recorder() {
        return tally.recorder();
    }

    void start() {
        Optional<Tunnel> found = visitor.tunnel(head);
        if (found.isEmpty()) {
            fail(Failure.NO_TUNNEL);
            return;
        }
        Tunnel target = found.get();
        if (head.isPing()) {
            ping(target);
            return;
        }
        tally.began(target, visitor);
        SessionChoice sessions = new SessionChoice(target);
        choice = sessions;
        long largest = edge.config().limits().bodyBytes();
        if (largest > 0 && head.bodyBytes() > largest) {
            fail(Failure.BODY_TOO_LARGE);
        } else if (sessions.isOver(edge.config().limits().inFlightPerTunnelCount())) {
            fail(Failure.UPSTREAM_LIMIT);
        } else {
            choose(sessions, Failure.CONNECTION_LOST);
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

    /** Chooses a session not tried yet; without one the exchange fails as {@code otherwise}. */
    private void choose(SessionChoice sessions, Failure otherwise) {
        Optional<Upstream> found = sessions.choose(visitor.loop(), visitor.lastUpstream());
        if (found.isEmpty()) {
            fail(otherwise);
            return;
        }
        Upstream chosen = found.get();
        visitor.servedBy(chosen);
        if (attemptCount == 0 && chosen.eventLoop() != visitor.loop() && visitor.canMove()) {
            edge.metrics().moved();
            visitor.moveTo(chosen.eventLoop(), () -> open(chosen, true), this::visitorLeft);
        } else {
            open(chosen, true);
        }
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
        request.begin(opened, visitor.forwarded(head), passExpect);
        if (!visitor.isReading()) {
            request.flush();
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
        if (!head.expectsContinue() || keepsStreamsAlive()) {
            return false;
        }
        if (!continued && !head.isHttp10()) {
            continued = true;
            visitor.interim(CONTINUE);
            visitor.flush();
        }
        return true;
    }

    /** No stream could be had; nothing was sent yet, so every request may try another session. */
    void openFailed(Throwable cause) {
        if (phase != Phase.OPENING || choice == null) {
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
        choice.leave();
        choose(choice, failure);
    }

    /** A part of the request's body; the message stays the caller's. */
    void requestContent(HttpContent content) {
        if (requestComplete || phase == Phase.DONE || phase == Phase.UPGRADED) {
            return;
        }
        ByteBuf part = content.content();
        progress.event();
        long largest = edge.config().limits().bodyBytes();
        if (tally.toUpstream(part) > largest && largest > 0) {
            fail(Failure.BODY_TOO_LARGE);
            return;
        }
        if (part.isReadable() && !request.part(part.retain())) {
            visitor.pauseRequest();
        }
        if (content instanceof LastHttpContent last) {
            requestComplete = true;
            tally.requestEnded(last.trailingHeaders());
            request.end(last.trailingHeaders());
        }
    }

    /** The visitor's batch is over. */
    void requestReadComplete() {
        request.flush();
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
            stream.readWhen(visitor.isWritable());
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
        if (!ResponseRules.isClear(response, edge.config().limits().headerCount())) {
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
        boolean hasBody = ResponseRules.hasBody(response, head.isHead());
        streamReusable = keepsStreamsAlive() && ResponseRules.keepsStream(response, names, hasBody);
        tally.answers(response.headers());
        if (hasBody && choice != null) {
            tally.bodyFollows(status, response.headers(), choice.current());
        }
        visitor.answer(head, response, names, hasBody);
    }

    private boolean keepsStreamsAlive() {
        @Nullable Upstream current = choice == null ? null : choice.current();
        return current != null && current.keepsStreamsAlive();
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
            tally.toVisitor(part);
            visitor.content(part.retain());
            if (!visitor.isWritable()) {
                from.readWhen(false);
            }
        }
        if (content instanceof LastHttpContent last) {
            tally.answerEnded(last.trailingHeaders());
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
        if (from != stream || phase == Phase.DONE || phase == Phase.UPGRADED || choice == null) {
            return;
        }
        @Nullable Upstream last = choice.current();
        boolean lost = last == null || !last.isOpen();
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
        request.leave();
        if (reused && last != null && !lost) {
            open(last, false);
        } else {
            choice.leave();
            choose(choice, failure);
        }
    }

    private void upgrade(UpstreamHandler from, HttpResponse response) {
        phase = Phase.UPGRADED;
        status = HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        tally.answers(response.headers());
        if (choice != null) {
            tally.upgraded(status, response.headers(), choice.current());
        }
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
            visitor.abort(failure);
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
        request.drop();
        tally.ended(failure, status, choice == null ? null : choice.end());
    }

    /** Looks whether a limit is exceeded; called once per tick. */
    void check(long nowNanos) {
        if (phase == Phase.DONE || phase == Phase.UPGRADED) {
            return;
        }
        long quiet = progress.quietNanos(nowNanos, visitor.pendingBytes());
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
        if (!visitor.isWritable()) {
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
