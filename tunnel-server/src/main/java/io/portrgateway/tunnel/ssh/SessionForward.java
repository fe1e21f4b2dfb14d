package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import org.apache.sshd.common.session.ConnectionService;

/**
 * One forward of a session, as its {@link SessionUpstream} sees it: where to open channels, what to say in them, and whom
 * to tell. Implemented by the session side.
 */
interface SessionForward {

    /** Where channels are registered and opened. */
    ConnectionService connection();

    /** The loop that runs the session. */
    EventLoop eventLoop();

    /** The bind address exactly as the client asked for it; a channel must repeat it (portr-protocol 3.7). */
    String bindAddress();

    /**
     * The port a channel must repeat: the one the client asked for, or the one it was given when it asked for 0. Read it
     * at each attempt to open: it is 0 until an allocated port is known. Any thread.
     */
    int bindPort();

    /** See {@link io.portrgateway.tunnel.registry.Upstream#keepsStreamsAlive()}. Any thread. */
    boolean keepsStreamsAlive();

    /** What {@code Upstream.close} does: ends this forward, and the session when it carries nothing else. Any thread. */
    void close(CloseReason reason);

    /** Whether there is a terminal to report to. Any thread. */
    default boolean hasAudience() {
        return true;
    }

    /** What {@code Upstream.warn} does: a line on the client's terminal, now or when there is one. Any thread. */
    default void warn(String sentence) {}

    /** What {@code Upstream.report} does: one line on the client's terminal, if there is one. Any thread; lossy. */
    void report(ExchangeLine line);
}
