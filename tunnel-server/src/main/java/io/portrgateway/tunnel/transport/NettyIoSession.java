package io.portrgateway.tunnel.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoService;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.MissingAttachedSessionException;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/**
 * One SSH client's socket as MINA sees it. What a batch of reads causes, on this socket and on the streams inside it, is
 * flushed once at the end of the batch.
 *
 * <p>Confined to {@link #eventLoop()}, except writing, closing, attributes and addresses, which any thread may use.
 */
public final class NettyIoSession extends AbstractCloseable implements IoSession {

    /** Reads this small are handed over in one piece: moving them costs less than splitting them. */
    private static final int SPLIT_FROM_BYTES = 2048;

    private final IoService service;
    private final long id;
    private final SocketChannel channel;
    private final InetSocketAddress client;
    private final IoHandler ioHandler;
    private final WriteQueue writes;
    private final WriteLimit writeLimit;
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>(4);
    private final Received received = new Received();

    private PacketProgress progress = PacketProgress.UNKNOWN;
    private Runnable writableListener = () -> {};
    private List<Runnable> batchTasks = new ArrayList<>();
    private List<Runnable> spareBatchTasks = new ArrayList<>();
    private boolean isReading;
    private boolean isStarved;

    NettyIoSession(
            IoService service,
            long id,
            SocketChannel channel,
            InetSocketAddress client,
            IoHandler ioHandler,
            int maxWaitingBytes) {
        super("");
        this.service = service;
        this.id = id;
        this.channel = channel;
        this.client = client;
        this.ioHandler = ioHandler;
        this.writeLimit = new WriteLimit(maxWaitingBytes);
        setWaterMarks();
        this.writes = new WriteQueue(channel, this::drained);
    }

    /** The socket of a session that was accepted by this transport. */
    public static NettyIoSession of(Session session) {
        return (NettyIoSession) session.getIoSession();
    }

    ChannelHandler handler() {
        return new Adapter();
    }

    /** The loop on which everything of this session happens. Any thread. */
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /** Sets who knows the packet boundaries of what is received. */
    public void setPacketProgress(PacketProgress progress) {
        this.progress = progress;
    }

    /** Sets the one listener that is told when writing is possible again after {@link #isWritable} said no. */
    public void setWritableListener(Runnable listener) {
        this.writableListener = listener;
    }

    /**
     * Whether bulk data may be written. Bounds what waits in front of a keepalive answer. After a no, the writable
     * listener is called once when it is yes again.
     */
    public boolean isWritable() {
        boolean isWritable = hasRoom();
        isStarved |= !isWritable;
        return isWritable;
    }

    /** Runs the task at the end of the current batch of reads, or soon when there is none. On the event loop. */
    public void afterBatch(Runnable task) {
        if (isReading) {
            batchTasks.add(task);
        } else {
            eventLoop().execute(task);
        }
    }

    @Override
    public IoWriteFuture writeBuffer(Buffer buffer) {
        // MINA holds its encode lock while it calls this, so the order in the queue is the order of encryption.
        PacketWrite write = new PacketWrite(buffer);
        writes.add(write, isReading && eventLoop().inEventLoop());
        return write;
    }

    /** Lets bulk data go on its way before the batch ends. On the event loop, outside of MINA's encode lock. */
    public void pushFullChunk() {
        writes.pushFullChunk();
    }

    private boolean hasRoom() {
        return channel.isWritable() && writes.waitingBytes() < writeLimit.highBytes();
    }

    private void setWaterMarks() {
        channel.config()
                .setWriteBufferWaterMark(new WriteBufferWaterMark(writeLimit.lowBytes(), writeLimit.highBytes()));
    }

    private void measure() {
        long nowNanos = System.nanoTime();
        if (!channel.isWritable()) {
            writeLimit.full(nowNanos);
        } else if (writeLimit.drained(nowNanos)) {
            setWaterMarks();
        }
    }

    private void drained() {
        if (isStarved && !writes.isPushing() && hasRoom()) {
            isStarved = false;
            writableListener.run();
        }
    }

    private void handOver(ByteBuf bytes) throws Exception {
        received.bytes = bytes;
        while (bytes.isReadable()) {
            int readable = bytes.readableBytes();
            received.available =
                    readable <= SPLIT_FROM_BYTES ? readable : Math.min(readable, progress.wantedBytes(bytes));
            ioHandler.messageReceived(this, received);
        }
    }

    private void runBatchTasks() {
        while (!batchTasks.isEmpty()) {
            List<Runnable> tasks = batchTasks;
            batchTasks = spareBatchTasks;
            tasks.forEach(Runnable::run);
            tasks.clear();
            spareBatchTasks = tasks;
        }
    }

    @Override
    public void suspendRead() {
        channel.config().setAutoRead(false);
    }

    @Override
    public void resumeRead() {
        channel.config().setAutoRead(true);
    }

    @Override
    public void shutdownOutputStream() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    protected CloseFuture doCloseGracefully() {
        eventLoop().execute(() -> {
            writes.drain();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        });
        channel.closeFuture().addListener(closed -> closeFuture.setClosed());
        return closeFuture;
    }

    @Override
    protected void doCloseImmediately() {
        channel.close();
        super.doCloseImmediately();
    }

    @Override
    public long getId() {
        return id;
    }

    @Override
    public IoService getService() {
        return service;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return client;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() {
        return channel.localAddress();
    }

    @Override
    public @Nullable SocketAddress getAcceptanceAddress() {
        return channel.localAddress();
    }

    @Override
    public @Nullable Object getAttribute(Object key) {
        return attributes.get(key);
    }

    @Override
    public @Nullable Object setAttribute(Object key, Object value) {
        return attributes.put(key, value);
    }

    @Override
    public @Nullable Object setAttributeIfAbsent(Object key, Object value) {
        return attributes.putIfAbsent(key, value);
    }

    @Override
    public @Nullable Object removeAttribute(Object key) {
        return attributes.remove(key);
    }

    @Override
    public String toString() {
        return "NettyIoSession[" + id + "]";
    }

    /** The view of a received buffer that MINA copies from. */
    private static final class Received implements Readable {
        private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
        private int available;

        @Override
        public int available() {
            return available;
        }

        @Override
        public void getRawBytes(byte[] data, int offset, int len) {
            bytes.readBytes(data, offset, len);
            available -= len;
        }
    }

    private final class Adapter extends ChannelInboundHandlerAdapter {

        private boolean isStarted;

        /** Behind a PROXY header the socket is active before this handler is there. */
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
            if (ctx.pipeline().get(ProxyHeader.class) != null) {
                start();
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            start();
        }

        private void start() throws Exception {
            if (!isStarted) {
                isStarted = true;
                ioHandler.sessionCreated(NettyIoSession.this);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            ByteBuf bytes = (ByteBuf) message;
            isReading = true;
            try {
                if (isOpen()) {
                    handOver(bytes);
                }
            } finally {
                bytes.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            try {
                runBatchTasks();
            } finally {
                isReading = false;
                writes.drain();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            measure();
            drained();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            isReading = false;
            runBatchTasks();
            writes.drain();
            try {
                ioHandler.sessionClosed(NettyIoSession.this);
            } catch (MissingAttachedSessionException neverStarted) {
                // The connection ended before there was a session: nothing to tell.
                close(true);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
            try {
                ioHandler.exceptionCaught(NettyIoSession.this, cause);
            } catch (MissingAttachedSessionException neverStarted) {
                close(true);
            }
        }
    }
}
