package io.portrgateway.tunnel.http;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.portrgateway.tunnel.registry.Upstream;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one upstream that are idle and can serve another request; it dies with the upstream. The stream used
 * last is taken first, so that those not needed grow old and go.
 *
 * <p>Confined to the upstream's event loop.
 */
final class StreamPool implements Watch.Watched {

    private static final AttributeKey<StreamPool> KEY = AttributeKey.valueOf(StreamPool.class, "pool");

    /**
     * A request that cannot be sent twice takes only a stream that was in use just now: services close idle connections
     * after a few seconds at the earliest, and the news takes a round trip.
     */
    private static final long FRESH_NANOS = 2_000_000_000L;

    private final Edge edge;
    private final Upstream upstream;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private final Deque<UpstreamHandler> idle = new ArrayDeque<>();

    private StreamPool(Edge edge, Upstream upstream) {
        this.edge = edge;
        this.upstream = upstream;
    }

    /**
     * Gets the exchange a stream: {@link Exchange#opened} or {@link Exchange#openFailed} is called on the visitor's loop,
     * perhaps before this returns. Called on the visitor's loop.
     *
     * @param reuse whether an idle stream will do
     */
    static void acquire(Edge edge, Upstream upstream, Exchange exchange, EventLoop visitorLoop, boolean reuse) {
        EventLoop loop = upstream.eventLoop();
        if (loop == visitorLoop) {
            of(edge, upstream).acquire(exchange, visitorLoop, reuse);
        } else {
            loop.execute(() -> of(edge, upstream).acquire(exchange, visitorLoop, reuse));
        }
    }

    private static StreamPool of(Edge edge, Upstream upstream) {
        @Nullable StreamPool present = upstream.attr(KEY).get();
        if (present != null) {
            return present;
        }
        StreamPool pool = new StreamPool(edge, upstream);
        upstream.attr(KEY).set(pool);
        upstream.closeFuture().addListener(closed -> upstream.eventLoop().execute(pool::closeAll));
        return pool;
    }

    private void acquire(Exchange exchange, EventLoop visitorLoop, boolean reuse) {
        @Nullable UpstreamHandler kept = reuse ? take(exchange.isReplaySafe()) : null;
        if (kept != null) {
            edge.metrics().streamReused();
            kept.attach(exchange, visitorLoop, exchange.isToHead());
            deliver(visitorLoop, () -> exchange.opened(kept, true));
            return;
        }
        edge.metrics().streamOpened();
        InetSocketAddress visitor = exchange.visitorAddress();
        upstream.open(visitor).addListener((Future<Channel> opened) -> {
            if (opened.isSuccess()) {
                UpstreamHandler stream = prepare(opened.getNow());
                stream.attach(exchange, visitorLoop, exchange.isToHead());
                deliver(visitorLoop, () -> exchange.opened(stream, false));
            } else {
                Throwable cause = opened.cause();
                deliver(visitorLoop, () -> exchange.openFailed(cause));
            }
        });
    }

    private static void deliver(EventLoop visitorLoop, Runnable news) {
        if (visitorLoop.inEventLoop()) {
            news.run();
        } else {
            visitorLoop.execute(news);
        }
    }

    private UpstreamHandler prepare(Channel channel) {
        UpstreamDecoder decoder = new UpstreamDecoder(edge.config().limits());
        UpstreamHandler stream = new UpstreamHandler(channel, this, decoder);
        channel.pipeline().addLast(decoder, stream);
        return stream;
    }

    private @Nullable UpstreamHandler take(boolean replaySafe) {
        @Nullable UpstreamHandler newest;
        while ((newest = idle.pollFirst()) != null) {
            edge.metrics().idleStreams(-1);
            if (!newest.isUsable()) {
                newest.channel().close();
            } else if (replaySafe || System.nanoTime() - newest.idleSinceNanos() < FRESH_NANOS) {
                endWatchWhenEmpty();
                return newest;
            } else {
                idle.addFirst(newest);
                edge.metrics().idleStreams(1);
                return null;
            }
        }
        endWatchWhenEmpty();
        return null;
    }

    /** Keeps the stream, or closes it when enough are idle. */
    void put(UpstreamHandler stream) {
        if (!upstream.isOpen() || idle.size() >= edge.config().streams().idlePerUpstreamCount()) {
            edge.metrics().streamDiscarded();
            stream.channel().close();
            return;
        }
        stream.idleSince(System.nanoTime());
        if (idle.isEmpty()) {
            edge.watches().add(upstream.eventLoop(), watchEntry);
        }
        idle.addFirst(stream);
        edge.metrics().idleStreams(1);
    }

    /** An idle stream ended. */
    void remove(UpstreamHandler stream) {
        if (idle.remove(stream)) {
            edge.metrics().idleStreams(-1);
            endWatchWhenEmpty();
        }
    }

    private void endWatchWhenEmpty() {
        if (idle.isEmpty()) {
            edge.watches().remove(watchEntry);
        }
    }

    private void closeAll() {
        edge.watches().remove(watchEntry);
        @Nullable UpstreamHandler stream;
        while ((stream = idle.pollFirst()) != null) {
            edge.metrics().idleStreams(-1);
            stream.channel().close();
        }
    }

    @Override
    public void check(long nowNanos) {
        long limit = edge.config().streams().idle().toNanos();
        long now = System.nanoTime();
        Iterator<UpstreamHandler> oldestFirst = idle.descendingIterator();
        while (oldestFirst.hasNext()) {
            UpstreamHandler stream = oldestFirst.next();
            if (now - stream.idleSinceNanos() < limit) {
                break;
            }
            oldestFirst.remove();
            edge.metrics().idleStreams(-1);
            stream.channel().close();
        }
        endWatchWhenEmpty();
    }

    @Override
    public void cut() {
        closeAll();
    }
}
