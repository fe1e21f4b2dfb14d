package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.registry.UpstreamException.Reason;
import io.portrgateway.tunnel.transport.NettyIoSession;
import io.portrgateway.tunnel.transport.PacketBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.future.DefaultCloseFuture;
import org.apache.sshd.common.future.SshFutureListener;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.IoBaseCloseable;
import org.jspecify.annotations.Nullable;

/**
 * The SSH side of one stream: a {@code forwarded-tcpip} channel as MINA's connection service knows it (RFC 4254
 * sections 5 and 7.2). The Netty side is {@link SshStreamChannel}.
 *
 * <p>MINA's own life cycle for channels costs a timer and reflective listener calls per channel and knows no event loop, so
 * windows, EOF and CLOSE are kept here. The one rule above all: nothing is sent after our CLOSE, because that ends the
 * client's whole connection (portr-protocol 3.7).
 *
 * <p>Confined to the session's event loop; only {@link #close(boolean)} may come from elsewhere.
 */
final class ForwardedChannel extends AbstractClientChannel {

    /** Payload of the largest packet either side sends; what the clients use as well. */
    static final int MAX_PACKET_BYTES = 32 << 10;

    private static final long MAX_WINDOW_BYTES = 0xFFFF_FFFFL;
    /** Two length or id fields. */
    private static final int TWO_FIELDS_BYTES = 2 * Integer.BYTES;

    /** Smaller packets are cheaper in an array of their own size. */
    private static final int POOLED_FROM_BYTES = 8 << 10;

    private final SessionStreams streams;
    private final Opening opening;
    private final ReceiveWindow window;
    private final Ending ending = new Ending();
    private final long openedNanos = System.nanoTime();

    private @Nullable SshStreamChannel stream;
    private long sendableBytes;
    private int packetBytes;
    private boolean isAbandoned;
    private boolean isConfirmed;
    private boolean isEofSent;
    private boolean isEofReceived;
    private boolean isCloseSent;
    private boolean isCloseReceived;
    private boolean isFinished;

    /** Who waits for the answer to the opening. */
    interface Opening {

        /** The client accepted; the stream is registered on the loop. */
        void accepted(SshStreamChannel stream);

        /** The client declined, with a reason code of RFC 4254 section 5.1. */
        void declined(int reasonCode);

        /** The session ended before there was an answer. */
        void failed(Reason reason);
    }

    ForwardedChannel(SessionStreams streams, Opening opening) {
        super("forwarded-tcpip");
        this.streams = streams;
        this.opening = opening;
        this.window = streams.newWindow();
    }

    /** Asks the client for the stream. The answer goes to the {@link Opening}. */
    void open(String boundHost, int boundPort, InetSocketAddress visitor) throws IOException {
        Session session = getSession();
        Buffer buffer = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN, 128 + boundHost.length());
        buffer.putString(getChannelType());
        buffer.putUInt(getChannelId());
        buffer.putUInt(window.initialBytes());
        buffer.putUInt(MAX_PACKET_BYTES);
        buffer.putString(boundHost);
        buffer.putUInt(boundPort);
        buffer.putString(originator(visitor));
        // Go's client rejects port 0 (3.7).
        buffer.putUInt(Math.max(1, visitor.getPort()));
        session.writePacket(buffer);
    }

    private static String originator(InetSocketAddress visitor) {
        InetAddress address = visitor.getAddress();
        if (address == null) {
            return "0.0.0.0";
        }
        String literal = address.getHostAddress();
        int zone = literal.indexOf('%');
        return zone < 0 ? literal : literal.substring(0, zone);
    }

    /** Nobody waits for the answer any more; when it comes, the stream is closed at once. */
    void abandon() {
        isAbandoned = true;
    }

    NettyIoSession socket() {
        return streams.socket();
    }

    SessionStreams streams() {
        return streams;
    }

    /** Bytes that one packet to the client may carry now; 0 while its window is closed. */
    int sendableBytes() {
        return (int) Math.min(sendableBytes, packetBytes);
    }

    /** A data packet with room for that many payload bytes, to be filled at its write position. */
    Buffer newDataPacket(int payloadBytes) {
        Session session = getSession();
        Buffer buffer = payloadBytes < POOLED_FROM_BYTES
                ? session.createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, TWO_FIELDS_BYTES + payloadBytes)
                : session.prepareBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, PacketBuffer.take());
        buffer.putUInt(getRecipient());
        buffer.putUInt(payloadBytes);
        return buffer;
    }

    /** Sends a packet of {@link #newDataPacket}; the caller runs as a thread of MINA's own (java-stack section 4). */
    void sendData(Buffer packet, int payloadBytes) throws IOException {
        if (isCloseSent || isEofSent) {
            throw new SshException("stream: data after its end (expected: none)");
        }
        sendableBytes -= payloadBytes;
        getSession().writePacket(packet);
    }

    /** The reader took bytes; offers them to the client again when enough have come together. */
    void consumed(int bytes) {
        int adjustBytes = window.consume(bytes);
        if (adjustBytes == 0 || isCloseSent || isEofReceived) {
            return;
        }
        send(SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST, adjustBytes);
    }

    /** Tells the client that no more data comes. Idempotent. */
    void sendEndOfStream() {
        if (!isEofSent && !isCloseSent) {
            isEofSent = true;
            send(SshConstants.SSH_MSG_CHANNEL_EOF, null);
        }
    }

    /** Ends the stream for good. Idempotent. */
    void sendClose() {
        if (isCloseSent || !isConfirmed) {
            return;
        }
        isCloseSent = true;
        send(SshConstants.SSH_MSG_CHANNEL_CLOSE, null);
        if (isCloseReceived) {
            finish();
        }
    }

    private void send(byte command, @Nullable Integer argument) {
        try {
            Session session = getSession();
            Buffer buffer = session.createBuffer(command, TWO_FIELDS_BYTES);
            buffer.putUInt(getRecipient());
            if (argument != null) {
                buffer.putUInt(argument);
            }
            session.writePacket(buffer);
        } catch (IOException sessionIsEnding) {
            // The session ends its channels itself, this one among them.
        }
    }

    @Override
    public void handleOpenSuccess(long recipient, long windowBytes, long maxPacketBytes, Buffer buffer) {
        setRecipient(recipient);
        sendableBytes = windowBytes;
        packetBytes = (int) Math.min(maxPacketBytes, MAX_PACKET_BYTES);
        isConfirmed = true;
        long sinceAskedNanos = System.nanoTime() - openedNanos;
        window.observeRoundTrip(sinceAskedNanos);
        streams.began(sinceAskedNanos);
        if (isAbandoned || isFinished) {
            sendClose();
            return;
        }
        SshStreamChannel opened = new SshStreamChannel(this);
        stream = opened;
        streams.eventLoop().register(opened);
        opening.accepted(opened);
    }

    @Override
    public void handleOpenFailure(Buffer buffer) {
        int reasonCode = buffer.getInt();
        finish();
        if (!isAbandoned) {
            opening.declined(reasonCode);
        }
    }

    @Override
    public void handleData(Buffer buffer) throws IOException {
        int bytes = received(buffer);
        SshStreamChannel reader = stream;
        if (reader == null || isCloseReceived || isEofReceived) {
            consumed(bytes);
        } else {
            reader.received(buffer.array(), buffer.rpos(), bytes);
        }
    }

    @Override
    public void handleExtendedData(Buffer buffer) throws IOException {
        buffer.getInt();
        consumed(received(buffer));
    }

    private int received(Buffer buffer) throws IOException {
        long bytes = buffer.getUInt();
        if (bytes > MAX_PACKET_BYTES || bytes > buffer.available() || !window.receive((int) bytes)) {
            throw new SshException(
                    SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR,
                    "channel data: " + bytes + " bytes (expected: within packet size and window)");
        }
        return (int) bytes;
    }

    @Override
    public void handleWindowAdjust(Buffer buffer) {
        boolean wasClosed = sendableBytes == 0;
        sendableBytes = Math.min(MAX_WINDOW_BYTES, sendableBytes + buffer.getUInt());
        if (wasClosed && stream != null) {
            stream.resumeWriting();
        }
    }

    @Override
    public void handleEof() {
        isEofReceived = true;
        if (stream != null) {
            stream.inputEnded();
        }
    }

    @Override
    public void handleClose() {
        isCloseReceived = true;
        isEofReceived = true;
        sendClose();
        finish();
        if (stream != null) {
            stream.peerClosed();
        }
    }

    @Override
    public void handleRequest(Buffer buffer) {
        buffer.getString();
        boolean isReplyWanted = buffer.getBoolean();
        if (isReplyWanted && !isCloseSent) {
            send(SshConstants.SSH_MSG_CHANNEL_FAILURE, null);
        }
    }

    /** Both CLOSEs are through, or there will be none: the id is free. */
    private void finish() {
        if (!isFinished) {
            isFinished = true;
            window.close();
            streams.ended(isConfirmed);
            service.unregisterChannel(this);
            ending.done();
        }
    }

    /** The session ends: the stream ends with it, after what was received completely. */
    private void sessionEnded() {
        isCloseSent = true;
        boolean wasConfirmed = isConfirmed;
        finish();
        if (stream != null) {
            if (isEofReceived) {
                stream.peerClosed();
            } else {
                stream.abort();
            }
        } else if (!wasConfirmed && !isAbandoned) {
            opening.failed(Reason.CLOSED);
        }
    }

    @Override
    protected Closeable getInnerCloseable() {
        return ending;
    }

    @Override
    protected void preClose() {
        // MINA would tell its listeners by reflection and close its windows; neither is used here.
    }

    @Override
    protected void configureWindow() {
        // The window is our own.
    }

    @Override
    protected void signalChannelInitialized() {
        // No listeners.
    }

    @Override
    public void handleChannelRegistrationResult(
            ConnectionService service, Session session, long channelId, boolean registered) {
        if (!registered) {
            throw new IllegalStateException("session: is closing (expected: open)");
        }
    }

    @Override
    public void handleChannelUnregistration(ConnectionService service) {
        // No listeners.
    }

    @Override
    public synchronized OpenFuture open() {
        throw new UnsupportedOperationException("opened with the forward's address");
    }

    @Override
    protected void doOpen() {
        throw new UnsupportedOperationException("handled in handleOpenSuccess");
    }

    @Override
    protected void doWriteData(byte[] data, int off, long len) {
        throw new UnsupportedOperationException("handled in handleData");
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int off, long len) {
        throw new UnsupportedOperationException("handled in handleExtendedData");
    }

    /** How MINA closes the channel when it closes the session. */
    private final class Ending extends IoBaseCloseable {

        private final DefaultCloseFuture future = new DefaultCloseFuture("", null);
        private volatile boolean isClosing;

        void done() {
            isClosing = true;
            future.setClosed();
        }

        @Override
        public CloseFuture close(boolean immediately) {
            isClosing = true;
            EventLoop loop = streams.eventLoop();
            if (immediately) {
                runOn(loop, ForwardedChannel.this::sessionEnded);
                future.setClosed();
            } else {
                runOn(loop, this::closeGracefully);
            }
            return future;
        }

        private void closeGracefully() {
            if (stream != null) {
                stream.close();
            } else {
                sendClose();
            }
        }

        private static void runOn(EventLoop loop, Runnable task) {
            if (loop.inEventLoop()) {
                task.run();
            } else {
                loop.execute(task);
            }
        }

        @Override
        public void addCloseFutureListener(SshFutureListener<CloseFuture> listener) {
            future.addListener(listener);
        }

        @Override
        public void removeCloseFutureListener(SshFutureListener<CloseFuture> listener) {
            future.removeListener(listener);
        }

        @Override
        public boolean isClosed() {
            return future.isClosed();
        }

        @Override
        public boolean isClosing() {
            return isClosing;
        }
    }
}
