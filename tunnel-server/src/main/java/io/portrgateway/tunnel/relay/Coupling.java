package io.portrgateway.tunnel.relay;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's channel and a stream to the service, made one connection: what one side sends the other receives, with
 * back-pressure, half-close both ways, and the last byte delivered before a close is passed on.
 *
 * <p>Works whether or not the two channels share an event loop; on one loop no byte and no event changes thread. Both
 * channels need auto-read off and half-closure allowed when they are coupled. They are closed by the relay, each after
 * the other and after its own pending writes; the failure of one closes both.
 *
 * <p>Thread-safe.
 */
public final class Coupling {

    private final RelayHandler visitorSide;
    private final RelayHandler upstreamSide;
    private final RelayLimits limits;
    private final RelayListener listener;
    private final AtomicInteger openCount = new AtomicInteger(2);
    private final AtomicReference<@Nullable RelayEnd> end = new AtomicReference<>();
    private final AtomicReference<@Nullable Future<?>> idleWatch = new AtomicReference<>();

    private Coupling(Channel visitor, Channel upstream, RelayLimits limits, RelayListener listener) {
        this.limits = limits;
        this.listener = listener;
        this.visitorSide = new RelayHandler(this, RelayHandler.Side.VISITOR, visitor, upstream);
        this.upstreamSide = new RelayHandler(this, RelayHandler.Side.UPSTREAM, upstream, visitor);
    }

    /**
     * Adds a relay handler at the end of both pipelines. Bytes that other handlers still hold can now be fired into the
     * pipelines; nothing is read from the network before {@link #start()}. Any thread.
     */
    public static Coupling couple(Channel visitor, Channel upstream, RelayLimits limits, RelayListener listener) {
        Coupling coupling = new Coupling(visitor, upstream, limits, listener);
        visitor.pipeline().addLast(coupling.visitorSide);
        upstream.pipeline().addLast(coupling.upstreamSide);
        visitor.closeFuture().addListener(closed -> coupling.channelClosed());
        upstream.closeFuture().addListener(closed -> coupling.channelClosed());
        return coupling;
    }

    /** Begins to read from both channels; an end that one of them has reached already is passed on. Any thread. */
    public void start() {
        visitorSide.onLoop(visitorSide::start);
        upstreamSide.onLoop(upstreamSide::start);
        if (!limits.idle().isZero()) {
            watchIdle(limits.idle().toNanos());
        }
    }

    /** Closes both channels after what they still have to write. Any thread; idempotent. */
    public void close() {
        note(RelayEnd.CUT);
        visitorSide.onLoop(visitorSide::peerClosed);
        upstreamSide.onLoop(upstreamSide::peerClosed);
    }

    /** Closes both channels at once, the visitor's with a reset. Any thread; idempotent. */
    public void abort() {
        note(RelayEnd.CUT);
        visitorSide.onLoop(visitorSide::reset);
        upstreamSide.onLoop(upstreamSide::reset);
    }

    RelayHandler peerOf(RelayHandler.Side side) {
        return switch (side) {
            case VISITOR -> upstreamSide;
            case UPSTREAM -> visitorSide;
        };
    }

    RelayLimits limits() {
        return limits;
    }

    RelayListener listener() {
        return listener;
    }

    /** Remembers the first cause; later ones are its consequences. */
    void note(RelayEnd cause) {
        end.compareAndSet(null, cause);
    }

    private void channelClosed() {
        if (openCount.decrementAndGet() == 0) {
            note(RelayEnd.CUT);
            cancelIdleWatch();
            @Nullable RelayEnd cause = end.get();
            listener.ended(cause == null ? RelayEnd.CUT : cause);
        }
    }

    private void watchIdle(long delayNanos) {
        EventExecutor loop = visitorSide.loop();
        idleWatch.set(loop.schedule(() -> checkIdle(loop.ticker().nanoTime()), delayNanos, TimeUnit.NANOSECONDS));
        if (openCount.get() == 0) {
            cancelIdleWatch();
        }
    }

    /** A watch left behind would keep the closed channels in memory for the idle limit. */
    private void cancelIdleWatch() {
        @Nullable Future<?> watch = idleWatch.getAndSet(null);
        if (watch != null) {
            watch.cancel(false);
        }
    }

    private void checkIdle(long nowNanos) {
        if (openCount.get() == 0) {
            return;
        }
        Duration quiet = Duration.ofNanos(
                nowNanos - Math.max(visitorSide.lastActivityNanos(), upstreamSide.lastActivityNanos()));
        Duration left = limits.idle().minus(quiet);
        if (left.isPositive()) {
            watchIdle(left.toNanos());
            return;
        }
        note(RelayEnd.IDLE);
        close();
    }
}
