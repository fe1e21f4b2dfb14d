package io.portrgateway.tunnel.ssh;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.DefaultAttributeMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One forward of an SSH session: opens {@code forwarded-tcpip} channels to the client and gives them out as Netty
 * channels (RFC 4254 section 7.2). Thread-safe where {@link io.portrgateway.tunnel.registry.Upstream} says so, else
 * confined to {@link #eventLoop()}.
 */
final class SshUpstream extends DefaultAttributeMap implements SessionUpstream {

    /** How long after its registration a forward may be unknown to its own client. */
    private static final long RACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SessionForward forward;
    private final SessionStreams streams;
    private final Promise<Void> closePromise;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Set<SshStreamChannel> open = new HashSet<>();
    private final long createdNanos = System.nanoTime();
    private volatile boolean isEnded;
    private boolean wasAccepted;

    SshUpstream(SessionForward forward, SessionStreams streams) {
        this.forward = forward;
        this.streams = streams;
        this.closePromise = streams.eventLoop().newPromise();
    }

    @Override
    public String sessionId() {
        return streams.sessionId();
    }

    @Override
    public EventLoop eventLoop() {
        return streams.eventLoop();
    }

    @Override
    public boolean isOpen() {
        return !isEnded && streams.isOpen();
    }

    @Override
    public boolean keepsStreamsAlive() {
        return forward.keepsStreamsAlive();
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public void begin() {
        inFlight.incrementAndGet();
    }

    @Override
    public void end() {
        inFlight.decrementAndGet();
    }

    @Override
    public Future<Channel> open(InetSocketAddress visitor) {
        StreamOpening opening = new StreamOpening(this, streams, visitor);
        if (eventLoop().inEventLoop()) {
            opening.start();
        } else {
            eventLoop().execute(opening::start);
        }
        return opening.future();
    }

    SessionForward forward() {
        return forward;
    }

    /** Notes that the client opened a stream of this forward: it knows the forward by now. On the loop. */
    void accepted(SshStreamChannel stream) {
        wasAccepted = true;
        open.add(stream);
        stream.closeFuture().addListener(closed -> open.remove(stream));
    }

    /**
     * Whether a client that declines may just not know its own forward yet: it registers it after it has read our
     * answer, and a stream asked for in that instant is declined (3.5). On the loop.
     */
    boolean mayNotKnowForwardYet() {
        return !wasAccepted && System.nanoTime() - createdNanos < RACE_NANOS;
    }

    @Override
    public void ended() {
        isEnded = true;
        List.copyOf(open).forEach(Channel::close);
        closePromise.trySuccess(null);
    }

    @Override
    public Future<Void> closeFuture() {
        return closePromise;
    }

    @Override
    public void close(CloseReason reason) {
        forward.close(reason);
    }

    @Override
    public boolean hasAudience() {
        return forward.hasAudience();
    }

    @Override
    public void warn(String sentence) {
        forward.warn(sentence);
    }

    @Override
    public void report(ExchangeLine line) {
        forward.report(line);
    }
}
