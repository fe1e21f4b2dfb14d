package io.portrgateway.tunnel.registry;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeMap;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;

/**
 * One forward of a client's SSH session as a source of byte streams to the service behind it. A tunnel has one or more.
 *
 * <p>Confined to {@link #eventLoop()} unless a method says otherwise. Attributes may be used by the edges to keep what
 * belongs to this upstream (such as idle streams); they die with it.
 */
public interface Upstream extends AttributeMap {

    /** Names the client's SSH session; unique among all sessions. Any thread. */
    String sessionId();

    /** The event loop of the client's SSH session; every stream lives on it. Any thread. */
    EventLoop eventLoop();

    /** Whether streams can still be opened. Any thread; true may be stale by one event. */
    boolean isOpen();

    /**
     * Whether the client is known to serve several HTTP requests on one stream (portr-protocol 3.8): portr v1.0.14+
     * once its first keepalive was seen, and plain SSH clients, whose stream ends in the service itself. Any thread.
     */
    boolean keepsStreamsAlive();

    /** Exchanges and streams now in use; what least-in-flight choice compares. Any thread. */
    int inFlight();

    /** Counts one use, from the choice of this upstream until {@link #end()}. Any thread. */
    void begin();

    /** Ends one use. Any thread. */
    void end();

    /**
     * Opens a stream to the service: a Netty channel registered on {@link #eventLoop()}, with auto-read off, an empty
     * pipeline and half-closure allowed. Callable from any thread; the future completes on {@link #eventLoop()}.
     *
     * <p>Fails with {@link UpstreamException}. The caller owns the channel and closes it.
     *
     * @param visitor the visitor's real address, told to the client as the originator
     */
    Future<Channel> open(InetSocketAddress visitor);

    /** Completes when the session is gone. Any thread. */
    Future<Void> closeFuture();

    /**
     * Ends this forward, and the session with it when it carries nothing else, with a readable reason. Any thread;
     * idempotent. It does not touch the registry: whoever calls it has taken the upstream out already.
     */
    void close(CloseReason reason);

    /** Whether anybody reads what is reported; without an audience the lines need not be made. Any thread. */
    default boolean hasAudience() {
        return true;
    }

    /**
     * Tells the person at the client that something is wrong with this tunnel, in a sentence; lost where there is no way
     * to. Any thread.
     */
    default void warn(String sentence) {}

    /** Tells the person at the client of one finished exchange, where there is a terminal; lossy. Any thread. */
    void report(ExchangeLine line);
}
