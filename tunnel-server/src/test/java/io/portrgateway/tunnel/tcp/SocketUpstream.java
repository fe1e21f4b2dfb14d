package io.portrgateway.tunnel.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.DefaultAttributeMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A session whose streams are plain connections to a service on this machine. */
final class SocketUpstream extends DefaultAttributeMap implements Upstream {

    final List<InetSocketAddress> visitors = new CopyOnWriteArrayList<>();
    final List<Channel> streams = new CopyOnWriteArrayList<>();
    final List<ExchangeLine> lines = new CopyOnWriteArrayList<>();
    final AtomicInteger inFlight = new AtomicInteger();
    volatile boolean isOpen = true;
    volatile UpstreamException.@Nullable Reason refusal;
    volatile @Nullable Promise<Void> hold;

    private final EventLoop loop;
    private final Class<? extends SocketChannel> channelClass;
    private final InetSocketAddress service;
    private final Promise<Void> closed;

    SocketUpstream(EventLoop loop, Class<? extends SocketChannel> channelClass, InetSocketAddress service) {
        this.loop = loop;
        this.channelClass = channelClass;
        this.service = service;
        this.closed = loop.newPromise();
    }

    /** Streams are opened only once the promise is done. */
    Promise<Void> holdOpening() {
        Promise<Void> promise = loop.newPromise();
        hold = promise;
        return promise;
    }

    @Override
    public String sessionId() {
        return "session";
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public boolean keepsStreamsAlive() {
        return false;
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
        visitors.add(visitor);
        Promise<Channel> opened = loop.newPromise();
        UpstreamException.Reason reason = refusal;
        if (reason != null) {
            opened.setFailure(new UpstreamException(reason, "refused by the test"));
            return opened;
        }
        Promise<Void> held = hold;
        if (held == null) {
            connect(opened);
        } else {
            held.addListener(free -> connect(opened));
        }
        return opened;
    }

    private void connect(Promise<Channel> opened) {
        new Bootstrap()
                .group(loop)
                .channel(channelClass)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(service)
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        streams.add(done.channel());
                        opened.setSuccess(done.channel());
                    } else {
                        opened.setFailure(new UpstreamException(UpstreamException.Reason.REFUSED, "no service"));
                    }
                });
    }

    @Override
    public Future<Void> closeFuture() {
        return closed;
    }

    @Override
    public void close(CloseReason reason) {
        isOpen = false;
        streams.forEach(Channel::close);
        closed.trySuccess(null);
    }

    @Override
    public void report(ExchangeLine line) {
        lines.add(line);
    }
}
