package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to a service: serves one exchange at a time and takes every event to that exchange's event loop. The last
 * handler of the stream's pipeline.
 *
 * <p>Confined to the stream's event loop, but for what says "any thread".
 */
final class UpstreamHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamHandler.class);

    private final Channel channel;
    private final StreamPool pool;
    private final UpstreamDecoder decoder;
    private @Nullable Exchange exchange;
    private @Nullable EventLoop visitorLoop;
    private @Nullable List<Object> batch;
    private boolean direct;
    private boolean interim;
    private boolean answered;
    private boolean spoiled;
    private long idleSinceNanos;

    UpstreamHandler(Channel channel, StreamPool pool, UpstreamDecoder decoder) {
        this.channel = channel;
        this.pool = pool;
        this.decoder = decoder;
    }

    /** Any thread. */
    Channel channel() {
        return channel;
    }

    boolean isUsable() {
        return !spoiled && channel.isActive();
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    void idleSince(long nowNanos) {
        idleSinceNanos = nowNanos;
    }

    /** Makes the stream serve the exchange. */
    void attach(Exchange next, EventLoop loop, boolean toHead) {
        exchange = next;
        visitorLoop = loop;
        direct = loop == channel.eventLoop();
        answered = false;
        decoder.expect(toHead);
        channel.config().setAutoRead(true);
    }

    /** Writes bytes of the request. Any thread; takes the buffer over. */
    void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    /** Any thread. */
    void flush() {
        channel.flush();
    }

    /** Any thread. */
    void readWhen(boolean visitorIsWritable) {
        if (channel.config().isAutoRead() != visitorIsWritable) {
            channel.config().setAutoRead(visitorIsWritable);
        }
    }

    /** Ends the use for one exchange; the stream is kept for another one if it can be. Any thread. */
    void release(boolean reusable) {
        if (channel.eventLoop().inEventLoop()) {
            releaseOnLoop(reusable);
        } else {
            channel.eventLoop().execute(() -> releaseOnLoop(reusable));
        }
    }

    private void releaseOnLoop(boolean reusable) {
        exchange = null;
        // What came behind the answer was not asked for: the next exchange must not take it for its own.
        if (reusable && isUsable() && !decoder.holdsMore()) {
            channel.config().setAutoRead(true);
            pool.put(this);
        } else {
            spoiled = true;
            channel.close();
        }
    }

    /** Takes the HTTP handlers out after a 101; bytes behind it go on to the next handler. */
    void removeCodec() {
        exchange = null;
        channel.pipeline().remove(this);
        channel.pipeline().remove(decoder);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        @Nullable Exchange current = exchange;
        if (current == null || answered) {
            // Nobody asked: whatever it is, the next exchange must not take it for its answer.
            ReferenceCountUtil.release(message);
            spoil(ctx);
            return;
        }
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        }
        if (message instanceof LastHttpContent) {
            if (interim) {
                interim = false;
                ReferenceCountUtil.release(message);
                return;
            }
            answered = true;
        }
        if (direct) {
            current.upstreamRead(this, message);
        } else {
            if (batch == null) {
                batch = new ArrayList<>(4);
            }
            batch.add(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        @Nullable Exchange current = exchange;
        if (current == null) {
            return;
        }
        if (direct) {
            current.upstreamReadComplete(this);
            return;
        }
        @Nullable List<Object> messages = batch;
        batch = null;
        if (messages != null) {
            hop(() -> {
                for (Object message : messages) {
                    current.upstreamRead(this, message);
                }
                current.upstreamReadComplete(this);
            });
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        @Nullable Exchange current = exchange;
        if (current != null && channel.isWritable()) {
            tell(() -> current.upstreamWritable(this));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("stream.failed cause={}", cause.toString());
        spoil(ctx);
    }

    /** The service sends nothing more. */
    private void ended(ChannelHandlerContext ctx) {
        spoiled = true;
        @Nullable Exchange current = exchange;
        if (current == null) {
            pool.remove(this);
            ctx.close();
            return;
        }
        channelReadComplete(ctx);
        tell(() -> current.upstreamClosed(this));
    }

    private void spoil(ChannelHandlerContext ctx) {
        spoiled = true;
        ctx.close();
    }

    private void tell(Runnable event) {
        if (direct) {
            event.run();
        } else {
            hop(event);
        }
    }

    private void hop(Runnable event) {
        if (visitorLoop != null) {
            visitorLoop.execute(event);
        }
    }
}
