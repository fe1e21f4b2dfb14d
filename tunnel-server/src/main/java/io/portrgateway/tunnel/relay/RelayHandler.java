package io.portrgateway.tunnel.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One half of a {@link Coupling}: reads one channel and writes the other. The last handler of its pipeline.
 *
 * <p>Confined to its channel's event loop; whatever concerns the peer's state is run on the peer's loop. Writes, the end
 * of output and the close reach the peer in the order they were asked for, because a loop runs tasks of one thread in
 * order.
 */
final class RelayHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(RelayHandler.class);

    enum Side {
        VISITOR,
        UPSTREAM
    }

    private final Coupling coupling;
    private final Side side;
    private final Channel channel;
    private final Channel peer;
    private final AtomicLong lastActivityNanos;

    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean discarding;
    private boolean peerGone;
    private @Nullable Future<?> timer;

    RelayHandler(Coupling coupling, Side side, Channel channel, Channel peer) {
        this.coupling = coupling;
        this.side = side;
        this.channel = channel;
        this.peer = peer;
        this.lastActivityNanos = new AtomicLong(loop().ticker().nanoTime());
    }

    EventExecutor loop() {
        return channel.eventLoop();
    }

    /** Any thread; may be stale by one event. */
    long lastActivityNanos() {
        return lastActivityNanos.getOpaque();
    }

    /** Runs the task on this channel's loop: at once when already there. Any thread. */
    void onLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else {
            channel.eventLoop().execute(task);
        }
    }

    void start() {
        if (!channel.isActive()) {
            gone();
            return;
        }
        if (channel instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
            endInput();
        }
        follow();
    }

    /** Reads as long as the peer can take more. */
    private void follow() {
        channel.config().setAutoRead(discarding || peer.isWritable());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (discarding || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        show(bytes);
        peer.write(bytes);
        if (!peer.isWritable()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        active();
        if (!discarding) {
            peer.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        active();
        RelayHandler reader = coupling.peerOf(side);
        // Decided on the reader's loop and from the state of that moment: a decision taken here could overtake another.
        reader.onLoop(reader::follow);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            endInput();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
        gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("relay.failed side={} cause={}", side, cause.toString());
        coupling.note(side == Side.VISITOR ? RelayEnd.VISITOR_FAILED : RelayEnd.UPSTREAM_FAILED);
        channel.close();
        if (side == Side.UPSTREAM) {
            RelayHandler visitor = coupling.peerOf(side);
            visitor.onLoop(visitor::reset);
        }
    }

    private void gone() {
        coupling.note(side == Side.VISITOR ? RelayEnd.VISITOR_CLOSED : RelayEnd.UPSTREAM_CLOSED);
        RelayHandler other = coupling.peerOf(side);
        other.onLoop(other::peerClosed);
    }

    /** This side has sent its last byte. */
    private void endInput() {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        coupling.note(side == Side.VISITOR ? RelayEnd.VISITOR_CLOSED : RelayEnd.UPSTREAM_CLOSED);
        RelayHandler other = coupling.peerOf(side);
        other.onLoop(other::endOutput);
        closeWhenBothEnded();
    }

    /** The peer will send nothing more: this side's output ends after what is queued. */
    private void endOutput() {
        if (outputEnding) {
            return;
        }
        outputEnding = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(drained -> onLoop(this::shutdownOutput));
    }

    private void shutdownOutput() {
        @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            // TLS ends its output with close_notify; the socket under it stays open for the other direction.
            tls.closeOutbound();
            outputDone();
        } else if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput().addListener(shut -> onLoop(this::outputDone));
        } else {
            channel.close();
        }
    }

    private void outputDone() {
        outputEnded = true;
        closeWhenBothEnded();
        if (peerGone && side == Side.VISITOR && channel.isActive()) {
            schedule(channel::close, coupling.limits().linger());
        }
    }

    private void closeWhenBothEnded() {
        if (inputEnded && outputEnded) {
            channel.close();
        }
    }

    /** The other channel has gone: this one closes after what it still has to write. */
    void peerClosed() {
        if (peerGone || !channel.isOpen()) {
            return;
        }
        peerGone = true;
        discarding = true;
        follow();
        endOutput();
        if (side == Side.UPSTREAM) {
            // No reset can hurt here: the close of an SSH channel is in order with its data.
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(drained -> channel.close());
        }
        long pending = pendingBytes();
        if (pending > 0) {
            watchDrain(pending);
        }
    }

    /** Closes at once; on a socket with a reset. */
    void reset() {
        if (channel.isOpen()) {
            discarding = true;
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    private void watchDrain(long pendingBefore) {
        loop().schedule(
                        () -> checkDrain(pendingBefore),
                        coupling.limits().drain().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private void checkDrain(long pendingBefore) {
        if (!channel.isOpen()) {
            return;
        }
        long pending = pendingBytes();
        if (pending < pendingBefore) {
            watchDrain(pending);
        } else {
            reset();
        }
    }

    /** One timer at a time: the drain watch gives way to the linger time. */
    private void schedule(Runnable task, Duration delay) {
        cancelTimer();
        timer = loop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private long pendingBytes() {
        @Nullable ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    private void show(ByteBuf bytes) {
        switch (side) {
            case VISITOR -> coupling.listener().toUpstream(bytes);
            case UPSTREAM -> coupling.listener().toVisitor(bytes);
        }
    }

    private void active() {
        lastActivityNanos.setOpaque(loop().ticker().nanoTime());
    }
}
