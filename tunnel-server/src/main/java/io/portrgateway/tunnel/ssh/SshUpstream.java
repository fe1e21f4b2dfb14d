package io.portrgateway.tunnel.ssh;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.DefaultAttributeMap;
import io.netty.util.concurrent.Future;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One forward of an SSH session: opens {@code forwarded-tcpip} channels to the client and gives them out as Netty
 * channels (RFC 4254 section 7.2). Thread-safe; streams live on {@link #eventLoop()}.
 */
final class SshUpstream extends DefaultAttributeMap implements Upstream {

    private final SessionStreams streams;
    private final String boundHost;
    private final int boundPort;
    private final SessionHooks hooks;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicBoolean isClosed = new AtomicBoolean();

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
        return eventLoop().newFailedFuture(new UpstreamException(UpstreamException.Reason.CLOSED, "not there yet"));
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
