package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.portrgateway.tunnel.capture.ExchangeRecorder;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.replay.Replay;
import io.portrgateway.tunnel.replay.ReplayResult;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A visitor that is not there: sends a request that was recorded or made up, for one tunnel and no other, and drops the
 * answer as it comes. Confined to its event loop.
 */
final class ReplayVisitor implements Visitor, Watch.Watched {

    /** The dummy address of RFC 7600: nobody's, and unlike the loopback's nobody trusts it. */
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.ofLiteral("192.0.0.8"), 0);

    /** Written at once; a part is held until the service's side has taken it. */
    private static final int PART_BYTES = 32 * 1024;

    private final Edge edge;
    private final Replay replay;
    private final Tunnel tunnel;
    private final EventLoop loop;
    private final HttpHeaders trailers;
    private final Consumer<ReplayResult> told;
    private final Peer peer;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private @Nullable Exchange exchange;
    private long deadlineNanos;
    private int sentBytes;
    private int status;
    private boolean paused = true;
    private boolean sending;
    private boolean requestEnded;
    private boolean over;
    private boolean cut;

    ReplayVisitor(
            Edge edge,
            Replay replay,
            Tunnel tunnel,
            EventLoop loop,
            boolean isTls,
            HttpHeaders trailers,
            Consumer<ReplayResult> told) {
        this.edge = edge;
        this.replay = replay;
        this.tunnel = tunnel;
        this.loop = loop;
        this.trailers = trailers;
        this.told = told;
        this.peer = new Peer(ADDRESS, false, isTls);
    }

    void start(RequestHead head, Duration timeout) {
        deadlineNanos = loop.ticker().nanoTime() + timeout.toNanos();
        edge.watches().add(loop, watchEntry);
        requestEnded = !head.hasBody();
        Exchange begun = new Exchange(edge, this, head);
        exchange = begun;
        begun.start();
    }

    /** Something went wrong here. */
    void fail() {
        if (exchange != null) {
            exchange.fail(Failure.INTERNAL);
        }
        finish(EdgeResponses.look(Failure.INTERNAL).reason());
    }

    /** The exchange this one repeats. */
    @Nullable
    String original() {
        return replay.origin().exchangeId();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Optional<Tunnel> tunnel(RequestHead head) {
        return Optional.of(tunnel);
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
    public void moveTo(EventLoop target, Runnable moved, Runnable lost) {
        throw new IllegalStateException("replay: move (expected: none)");
    }

    @Override
    public boolean isReading() {
        return sending;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public void pauseRequest() {
        paused = true;
    }

    @Override
    public void resumeRequest() {
        paused = false;
        @Nullable Exchange current = exchange;
        if (sending || current == null) {
            return;
        }
        sending = true;
        while (!paused && !requestEnded && !over) {
            sendPart(current);
        }
        sending = false;
        current.requestReadComplete();
    }

    private void sendPart(Exchange current) {
        int count = Math.min(PART_BYTES, replay.bodyBytes() - sentBytes);
        ByteBuf part = count == 0 ? Unpooled.EMPTY_BUFFER : replay.body(sentBytes, count);
        sentBytes += count;
        try {
            if (sentBytes < replay.bodyBytes()) {
                current.requestContent(new DefaultHttpContent(part));
            } else {
                requestEnded = true;
                DefaultLastHttpContent last = new DefaultLastHttpContent(part);
                last.trailingHeaders().add(trailers);
                current.requestContent(last);
            }
        } finally {
            part.release();
        }
    }

    @Override
    public void interim(HttpResponse response) {}

    @Override
    public void answer(
            RequestHead head, HttpResponse response, @Nullable List<String> connectionNames, boolean hasBody) {
        status = response.status().code();
    }

    @Override
    public void content(ByteBuf part) {
        part.release();
    }

    @Override
    public void end(HttpHeaders responseTrailers) {}

    @Override
    public void flush() {}

    @Override
    public void answer(@Nullable RequestHead head, EdgeAnswer answer) {
        finish(answer.reason());
    }

    @Override
    public void abort(Failure why) {
        finish(cut ? ReplayResult.NODE_LOST : EdgeResponses.look(why).reason());
    }

    @Override
    public void done(boolean requestComplete) {
        finish(null);
    }

    @Override
    public void upgrade(RequestHead head, HttpResponse switching, UpgradeSplice splice) {
        throw new IllegalStateException("replay: upgrade (expected: refused before)");
    }

    @Override
    public void check(long nowNanos) {
        if (exchange == null) {
            return;
        }
        if (nowNanos - deadlineNanos >= 0) {
            exchange.fail(Failure.UPSTREAM_TIMEOUT);
        } else {
            exchange.check(nowNanos);
        }
    }

    @Override
    public void cut() {
        cut = true;
        if (exchange != null) {
            exchange.fail(Failure.VISITOR_LEFT);
        }
    }

    private void finish(@Nullable String failure) {
        if (over) {
            return;
        }
        over = true;
        edge.watches().remove(watchEntry);
        @Nullable ExchangeRecorder recorder = exchange == null ? null : exchange.recorder();
        told.accept(
                recorder == null
                        ? new ReplayResult(failure, status, null, null)
                        : new ReplayResult(failure, status, recorder.id(), recorder.startedAt()));
    }
}
