package io.portrgateway.tunnel.ssh;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.jspecify.annotations.Nullable;

/**
 * The Netty side of one stream to a client: any pipeline works on it as on a socket. The SSH side is
 * {@link ForwardedChannel}.
 *
 * <ul>
 *   <li>Reading: what arrives while nothing is to be read (auto-read off) waits here, bounded by the receive window, which
 *       is opened again only for bytes that the pipeline was given. A stalled visitor so stops the client, and only it.
 *   <li>Writing: as much as the client's window and the SSH socket take; the rest waits in the channel, which then is not
 *       writable.
 *   <li>Half-closure is always on: the client's EOF comes as {@link ChannelInputShutdownEvent} when all data before it
 *       was read; {@link #shutdownOutput()} sends ours when all data before it was sent.
 *   <li>The client's CLOSE closes the channel when all data before it was read; {@link #close()} sends ours at once.
 * </ul>
 *
 * <p>EOF and data come only to a reader that asked for them, so a pipeline may be set up later; a channel that the client
 * closed meanwhile is simply not active. Confined to the session's event loop.
 */
final class SshStreamChannel extends AbstractChannel implements DuplexChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final WriteBufferWaterMark WRITE_WATER_MARK = new WriteBufferWaterMark(128 << 10, 512 << 10);

    /** Waiting data shares buffers of at least this size, so that tiny packets cannot cost a buffer each. */
    private static final int WAITING_BUFFER_BYTES = 4 << 10;

    private final ForwardedChannel ssh;
    private final ChannelConfig config = new StreamConfig();
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(0);
    private final Runnable deliverTask = this::deliver;
    private final Runnable batchEndTask = this::batchEnded;

    private @Nullable ChannelPromise outputPromise;
    private boolean isReadRequested;
    private boolean isDelivering;
    private boolean isDeliveryScheduled;
    private boolean isReadCompleteDue;
    private boolean isInputEnded;
    private boolean isInputShutdown;
    private boolean isOutputShutdown;
    private boolean isPeerClosed;
    private boolean isWaitingForSocket;
    private volatile boolean isClosed;

    SshStreamChannel(ForwardedChannel ssh) {
        super(null);
        this.ssh = ssh;
        config.setAutoRead(false);
        config.setWriteBufferWaterMark(WRITE_WATER_MARK);
    }

    // Reading: from the client to the visitor.

    /** Takes a data packet of the client. */
    void received(byte[] data, int offset, int lengthBytes) {
        if (isClosed || isInputShutdown) {
            ssh.consumed(lengthBytes);
            return;
        }
        if (waiting.isEmpty() && !isDelivering && wantsRead()) {
            pass(alloc().directBuffer(lengthBytes).writeBytes(data, offset, lengthBytes));
            completeAfterBatch();
            return;
        }
        ByteBuf last = waiting.peekLast();
        if (last == null || last.writableBytes() < lengthBytes) {
            last = alloc().directBuffer(Math.max(WAITING_BUFFER_BYTES, lengthBytes));
            waiting.add(last);
        }
        last.writeBytes(data, offset, lengthBytes);
    }

    /** The client's EOF. */
    void inputEnded() {
        isInputEnded = true;
        deliverEnd();
    }

    /** The client's CLOSE: what it sent before is still given to the reader. */
    void peerClosed() {
        isPeerClosed = true;
        isInputEnded = true;
        if (!isOutputShutdown && !isClosed) {
            isOutputShutdown = true;
            streamUnsafe().shutdownOutput(newPromise());
        }
        deliverEnd();
    }

    /** The session is gone. */
    void abort() {
        isPeerClosed = true;
        unsafe().close(voidPromise());
    }

    private boolean wantsRead() {
        return config.isAutoRead() || isReadRequested;
    }

    private void pass(ByteBuf bytes) {
        isReadRequested = false;
        isReadCompleteDue = true;
        int lengthBytes = bytes.readableBytes();
        isDelivering = true;
        try {
            pipeline().fireChannelRead(bytes);
        } finally {
            isDelivering = false;
        }
        ssh.consumed(lengthBytes);
    }

    private void completeAfterBatch() {
        if (!isDeliveryScheduled) {
            isDeliveryScheduled = true;
            ssh.socket().afterBatch(batchEndTask);
        }
    }

    private void batchEnded() {
        isDeliveryScheduled = false;
        completeRead();
        deliver();
    }

    private void completeRead() {
        if (isReadCompleteDue) {
            isReadCompleteDue = false;
            pipeline().fireChannelReadComplete();
        }
    }

    private void deliver() {
        isDeliveryScheduled = false;
        while (wantsRead() && !isClosed) {
            ByteBuf bytes = waiting.poll();
            if (bytes == null) {
                break;
            }
            pass(bytes);
        }
        completeRead();
        deliverEnd();
    }

    private void deliverEnd() {
        if (!isInputEnded || isDelivering || !waiting.isEmpty() || isClosed) {
            return;
        }
        if (!isInputShutdown && wantsRead()) {
            completeRead();
            isInputShutdown = true;
            isReadRequested = false;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
        if (isPeerClosed) {
            unsafe().close(voidPromise());
        }
    }

    @Override
    protected void doBeginRead() {
        isReadRequested = true;
        boolean isSomethingDue = !waiting.isEmpty() || (isInputEnded && !isInputShutdown);
        if (isSomethingDue && !isDeliveryScheduled) {
            isDeliveryScheduled = true;
            eventLoop().execute(deliverTask);
        }
    }

    // Writing: from the visitor to the client.

    /** The client's window or the SSH socket has room again. */
    void resumeWriting() {
        isWaitingForSocket = false;
        streamUnsafe().resume();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer messages) throws Exception {
        // Else MINA would block the loop during a key exchange instead of queueing.
        ThreadUtils.runAsInternal(messages, this::writeAll);
        if (messages.isEmpty() && outputPromise != null) {
            finishOutput();
        }
    }

    private @Nullable Void writeAll(ChannelOutboundBuffer messages) throws IOException {
        while (messages.current() != null) {
            int roomBytes = ssh.sendableBytes();
            if (roomBytes == 0) {
                return null;
            }
            if (!ssh.streams().canWrite()) {
                waitForSocket();
                return null;
            }
            writeOne(messages, roomBytes);
            ssh.socket().pushFullChunk();
        }
        return null;
    }

    private void writeOne(ChannelOutboundBuffer messages, int roomBytes) throws IOException {
        int payloadBytes = ssh.streams().gather().measure(messages, roomBytes);
        if (payloadBytes > 0) {
            Buffer packet = ssh.newDataPacket(payloadBytes);
            ssh.streams().gather().copy(messages, packet, payloadBytes);
            ssh.sendData(packet, payloadBytes);
        }
        messages.removeBytes(payloadBytes);
    }

    private void waitForSocket() {
        if (!isWaitingForSocket) {
            isWaitingForSocket = true;
            ssh.streams().waitForSocket(this);
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (isOutputShutdown) {
            throw new ChannelOutputShutdownException("output: is shut down (expected: open)");
        }
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new UnsupportedOperationException("message: " + message.getClass().getName() + " (expected: ByteBuf)");
    }

    // Ending.

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    /** Sends EOF when everything written before is sent. The promise completes then. */
    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        if (eventLoop().inEventLoop()) {
            endOutput(promise);
        } else {
            eventLoop().execute(() -> endOutput(promise));
        }
        return promise;
    }

    private void endOutput(ChannelPromise promise) {
        if (isOutputShutdown || isClosed) {
            promise.trySuccess();
            return;
        }
        isOutputShutdown = true;
        outputPromise = promise;
        unsafe().flush();
        ChannelOutboundBuffer messages = unsafe().outboundBuffer();
        if (outputPromise != null && (messages == null || messages.isEmpty())) {
            finishOutput();
        }
    }

    private void finishOutput() {
        ChannelPromise promise = outputPromise == null ? newPromise() : outputPromise;
        outputPromise = null;
        ssh.sendEndOfStream();
        streamUnsafe().shutdownOutput(promise);
    }

    @Override
    protected void doShutdownOutput() {
        // EOF is sent by whoever asks for it, when the queue is empty.
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    /** What still comes is dropped, and the client may go on sending it. */
    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        if (eventLoop().inEventLoop()) {
            dropInput();
            promise.trySuccess();
        } else {
            eventLoop().execute(() -> shutdownInput(promise));
        }
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    private void dropInput() {
        isInputShutdown = true;
        for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
            ssh.consumed(bytes.readableBytes());
            bytes.release();
        }
    }

    @Override
    protected void doClose() {
        isClosed = true;
        // First, so that no window is opened for what is dropped.
        ssh.sendClose();
        dropInput();
        if (outputPromise != null) {
            outputPromise.tryFailure(new ChannelOutputShutdownException("output: closed before its end was sent"));
        }
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("a stream cannot be bound");
    }

    // State.

    @Override
    public boolean isInputShutdown() {
        return isInputShutdown;
    }

    @Override
    public boolean isOutputShutdown() {
        return isOutputShutdown;
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown && isOutputShutdown;
    }

    @Override
    public boolean isOpen() {
        return !isClosed;
    }

    @Override
    public boolean isActive() {
        return !isClosed;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop == ssh.streams().eventLoop();
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return ssh.socket().getLocalAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return ssh.socket().getRemoteAddress();
    }

    private StreamUnsafe streamUnsafe() {
        return (StreamUnsafe) unsafe();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    private final class StreamUnsafe extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("a stream is connected from the start"));
        }

        void resume() {
            flush0();
        }
    }

    private final class StreamConfig extends DefaultChannelConfig {

        StreamConfig() {
            super(SshStreamChannel.this);
        }

        @Override
        protected void autoReadCleared() {
            isReadRequested = false;
        }
    }
}
