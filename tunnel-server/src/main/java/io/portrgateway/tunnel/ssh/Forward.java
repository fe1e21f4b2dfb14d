package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Tunnel;
import org.apache.sshd.common.session.ConnectionService;
import org.jspecify.annotations.Nullable;

/**
 * One forward of a session, from the request to its end. Confined to the session's event loop, except what
 * {@link SessionForward} allows on any thread.
 */
final class Forward implements SessionForward {

    private final ForwardRequestHandler handler;
    private final ForwardRequest request;
    private final SessionUpstream upstream;

    private volatile int bindPort;
    private @Nullable Tunnel tunnel;
    private @Nullable CloseReason ended;

    Forward(ForwardRequestHandler handler, ForwardRequest request, SshDataPath dataPath) {
        this.handler = handler;
        this.request = request;
        this.bindPort = request.port();
        this.upstream = dataPath.upstream(this);
    }

    ForwardRequest request() {
        return request;
    }

    /** What visitors reach the client by. */
    SessionUpstream upstream() {
        return upstream;
    }

    /** The tunnel it serves; nothing while it is being opened. */
    @Nullable
    Tunnel tunnel() {
        return tunnel;
    }

    /** It is live, and the client knows it by this port. */
    void opened(Tunnel live, int knownAs) {
        tunnel = live;
        bindPort = knownAs;
    }

    /** Why it ended; nothing while it lives. */
    @Nullable
    CloseReason ended() {
        return ended;
    }

    /** Ends it; answers whether it lived until now. */
    boolean end(CloseReason reason) {
        if (ended != null) {
            return false;
        }
        ended = reason;
        upstream.ended();
        return true;
    }

    /** Whether a client means this forward; an allocated port is as good as the one asked for. */
    boolean isNamed(ForwardRequest other) {
        return request.address().equals(other.address()) && other.port() == bindPort;
    }

    @Override
    public ConnectionService connection() {
        return handler.connection();
    }

    @Override
    public EventLoop eventLoop() {
        return handler.loop();
    }

    @Override
    public String bindAddress() {
        return request.address();
    }

    @Override
    public int bindPort() {
        return bindPort;
    }

    @Override
    public boolean keepsStreamsAlive() {
        return handler.keepsStreamsAlive();
    }

    @Override
    public void close(CloseReason reason) {
        handler.close(this, reason);
    }

    @Override
    public boolean hasAudience() {
        return handler.hasAudience();
    }

    @Override
    public void warn(String sentence) {
        handler.warn(sentence);
    }

    @Override
    public void report(ExchangeLine line) {
        handler.report(line);
    }
}
