package io.portrgateway.tunnel.ssh;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.DefaultAttributeMap;
import io.netty.util.concurrent.Future;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Upstream;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One forward of an SSH session: opens {@code forwarded-tcpip} channels to the client and gives them out as Netty
 * channels (RFC 4254 section 7.2). Thread-safe; streams live on {@link #eventLoop()}.
 */
final class SshUpstream extends DefaultAttributeMap implements Upstream {

    /** How long after its registration a forward may be unknown to its own client. */
    private static final long RACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SessionStreams streams;
    private final String boundHost;
    private final int boundPort;
    private final SessionHooks hooks;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final long createdNanos = System.nanoTime();
    private boolean wasAccepted;

    /**
     * A forward on the session of {@code streams}.
     *
     * @param boundHost the address text exactly as the client asked for it: clients compare it (3.7)
     * @param boundPort the port the client knows the forward by
     */
    SshUpstream(SessionStreams streams, String boundHost, int boundPort, SessionHooks hooks) {
        this.streams = streams;
        this.boundHost = boundHost;
        this.boundPort = boundPort;
        this.hooks = hooks;
    }

    /** The address text of the forward, as the client asked for it. */
    String boundHost() {
        return boundHost;
    }

    /** The port that the client knows the forward by. */
    int boundPort() {
        return boundPort;
    }

    @Override
    public EventLoop eventLoop() {
        return streams.eventLoop();
    }

    @Override
    public boolean isOpen() {
        return !isClosed.get() && streams.isOpen();
    }

    @Override
    public boolean keepsStreamsAlive() {
        return streams.keepsStreamsAlive();
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

    /** Notes that the client opened a stream of this forward: it knows the forward by now. On the loop. */
    void accepted() {
        wasAccepted = true;
    }

    /**
     * Whether a client that declines may just not know its own forward yet: it registers it after it has read our
     * answer, and a stream asked for in that instant is declined (3.5). On the loop.
     */
    boolean mayNotKnowForwardYet() {
        return !wasAccepted && System.nanoTime() - createdNanos < RACE_NANOS;
    }

    @Override
    public Future<Void> closeFuture() {
        return streams.closeFuture();
    }

    @Override
    public void close(CloseReason reason) {
        if (isClosed.compareAndSet(false, true)) {
            hooks.close(this, reason);
        }
    }

    @Override
    public void report(ExchangeLine line) {
        hooks.report(this, line);
    }
}
