package io.portrgateway.tunnel.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.DefaultAttributeMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An upstream whose streams are loopback connections to an origin, on a given event loop. Thread-safe. */
final class OriginUpstream extends DefaultAttributeMap implements Upstream {

    private final EventLoop loop;
    private final InetSocketAddress origin;
    private final Promise<Void> closed;
    private final AtomicInteger inFlight = new AtomicInteger();
    final AtomicInteger opened = new AtomicInteger();
    final ConcurrentLinkedQueue<UpstreamException.Reason> failures = new ConcurrentLinkedQueue<>();
    final List<ExchangeLine> lines = new CopyOnWriteArrayList<>();
    final List<Channel> streams = new CopyOnWriteArrayList<>();
    final List<InetSocketAddress> visitors = new CopyOnWriteArrayList<>();
    volatile boolean keepsAlive = true;
    volatile boolean open = true;
    volatile boolean silent;

    OriginUpstream(EventLoop loop, InetSocketAddress origin) {
        this.loop = loop;
        this.origin = origin;
        this.closed = loop.newPromise();
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
        return open;
    }

    @Override
    public boolean keepsStreamsAlive() {
        return keepsAlive;
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
        Promise<Channel> promise = loop.newPromise();
        visitors.add(visitor);
        UpstreamException.@Nullable Reason failure = failures.poll();
        if (failure != null) {
            promise.setFailure(new UpstreamException(failure, "scripted"));
            return promise;
        }
        if (silent) {
            return promise;
        }
        opened.incrementAndGet();
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new ConnectedHandler(promise));
                    }
                })
                .connect(origin)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        promise.tryFailure(new UpstreamException(UpstreamException.Reason.REFUSED, "no origin"));
                    }
                });
        return promise;
    }

    /** Hands an active channel with an empty pipeline over. */
    private final class ConnectedHandler extends ChannelInboundHandlerAdapter {

        private final Promise<Channel> promise;

        ConnectedHandler(Promise<Channel> promise) {
            this.promise = promise;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            streams.add(ctx.channel());
            ctx.pipeline().remove(this);
            promise.setSuccess(ctx.channel());
        }
    }

    @Override
    public Future<Void> closeFuture() {
        return closed;
    }

    @Override
    public void close(CloseReason reason) {
        open = false;
        closed.trySuccess(null);
        streams.forEach(Channel::close);
    }

    @Override
    public void report(ExchangeLine line) {
        lines.add(line);
    }
}
