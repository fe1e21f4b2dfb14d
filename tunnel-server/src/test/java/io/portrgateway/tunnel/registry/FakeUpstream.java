package io.portrgateway.tunnel.registry;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.DefaultAttributeMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A session without a network: remembers why it was closed. Thread-safe. */
public final class FakeUpstream extends DefaultAttributeMap implements Upstream {

    private final EventLoop eventLoop;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final List<CloseReason> closeReasons = new CopyOnWriteArrayList<>();
    private final Promise<Void> closePromise = GlobalEventExecutor.INSTANCE.newPromise();

    private final List<String> warnings = new CopyOnWriteArrayList<>();

    private volatile boolean isOpen = true;

    public FakeUpstream() {
        this(null);
    }

    public FakeUpstream(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Ends the session as a lost network does. */
    public void vanish() {
        isOpen = false;
        closePromise.trySuccess(null);
    }

    /** Why others closed it, in order. */
    public List<CloseReason> closeReasons() {
        return List.copyOf(closeReasons);
    }

    @Override
    public String sessionId() {
        return "session";
    }

    @Override
    public EventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public boolean keepsStreamsAlive() {
        return true;
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
        return GlobalEventExecutor.INSTANCE.newFailedFuture(
                new UpstreamException(UpstreamException.Reason.REFUSED, "a fake opens no stream"));
    }

    @Override
    public Future<Void> closeFuture() {
        return closePromise;
    }

    @Override
    public void close(CloseReason reason) {
        closeReasons.add(reason);
        vanish();
    }

    /** What the person at the client was told. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public void warn(String sentence) {
        warnings.add(sentence);
    }

    @Override
    public void report(ExchangeLine line) {}
}
