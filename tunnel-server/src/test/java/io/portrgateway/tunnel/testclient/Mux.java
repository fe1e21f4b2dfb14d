package io.portrgateway.tunnel.testclient;

import io.portrgateway.tunnel.testclient.MuxListener.Opening;
import io.portrgateway.tunnel.testclient.MuxListener.Verdict;
import io.portrgateway.tunnel.testclient.Violation.Rule;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.ServiceFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.apache.sshd.common.util.threads.ThreadUtils;

/**
 * The connection protocol as the Go library speaks it, in place of MINA's: exact windows, no tolerance (protocol section 3.7). Thread-safe;
 * {@link #process} runs on the connection's IO thread and never blocks.
 */
final class Mux extends AbstractCloseable implements Service {

    static final int WINDOW_BYTES = 2 * 1024 * 1024;
    static final int PACKET_BYTES = 32_768;
    private static final int CONNECT_FAILED = 2;
    private static final int UNKNOWN_TYPE = 3;

    static final ServiceFactory FACTORY = new ServiceFactory() {
        @Override
        public String getName() {
            return "ssh-connection";
        }

        @Override
        public Service create(Session session) {
            return new Mux(session);
        }
    };

    private final Session session;
    private final Map<Long, ClientStream> streams = new ConcurrentHashMap<>();
    private final Deque<CompletableFuture<Reply>> unanswered = new ArrayDeque<>();
    private final Map<String, Object> properties = new ConcurrentHashMap<>();
    // never reused, unlike in the Go library: so a late packet is seen as what it is
    private final AtomicLong nextId = new AtomicLong();
    private volatile MuxListener listener = new RefusingListener();

    private Mux(Session session) {
        this.session = session;
    }

    void attach(MuxListener newListener) {
        listener = newListener;
    }

    @Override
    public Session getSession() {
        return session;
    }

    @Override
    public Map<String, Object> getProperties() {
        return properties;
    }

    @Override
    public void start() {
        // nothing to say until somebody asks for a forward
    }

    /** Sends a global request; the future completes with the answer, or at once when none is wanted. */
    CompletableFuture<Reply> request(String name, boolean wantReply, Consumer<Buffer> payload) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        Buffer buffer = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST, 64 + name.length());
        buffer.putString(name);
        buffer.putBoolean(wantReply);
        payload.accept(buffer);
        synchronized (unanswered) {
            // queued and written under one lock: answers come in the order of the requests
            try {
                if (isClosing()) {
                    throw new EOFException("connection is closed");
                }
                if (wantReply) {
                    unanswered.add(answer);
                }
                send(buffer);
                if (!wantReply) {
                    answer.complete(new Reply(true, ByteBuffer.allocate(0)));
                }
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        }
        return answer;
    }

    /** Writes a packet without ever waiting for a key exchange: then it is queued. */
    IoWriteFuture send(Buffer buffer) throws IOException {
        return ThreadUtils.runAsInternal(buffer, session::writePacket);
    }

    Buffer packet(byte command, ClientStream stream, int extraBytes) {
        Buffer buffer = session.createBuffer(command, Integer.BYTES + extraBytes);
        buffer.putUInt(stream.peerId());
        return buffer;
    }

    void violate(Rule rule, String detail) {
        listener.violated(new Violation(rule, detail));
    }

    /** Records what the real client would not survive, and ends the connection as it would. */
    void fatal(Rule rule, String detail) {
        violate(rule, detail);
        session.getIoSession().close(true);
    }

    @Override
    public void process(int command, Buffer buffer) throws IOException {
        try {
            dispatch(command, buffer);
        } catch (BufferException | IndexOutOfBoundsException e) {
            fatal(Rule.MALFORMED, SshConstants.getCommandMessageName(command) + ": " + e.getMessage());
        }
    }

    private void dispatch(int command, Buffer buffer) throws IOException {
        switch (command) {
            case SshConstants.SSH_MSG_GLOBAL_REQUEST -> globalRequest(buffer);
            case SshConstants.SSH_MSG_REQUEST_SUCCESS -> reply(true, buffer);
            case SshConstants.SSH_MSG_REQUEST_FAILURE -> reply(false, buffer);
            case SshConstants.SSH_MSG_CHANNEL_OPEN -> open(buffer);
            default -> channelMessage(command, buffer);
        }
    }

    private void globalRequest(Buffer buffer) throws IOException {
        buffer.getString();
        if (buffer.getBoolean()) {
            send(session.createBuffer(SshConstants.SSH_MSG_REQUEST_FAILURE, 1));
        }
    }

    private void reply(boolean success, Buffer buffer) {
        CompletableFuture<Reply> answer;
        synchronized (unanswered) {
            answer = unanswered.poll();
        }
        if (answer == null) {
            violate(Rule.STRAY_REPLY, "answer without request, success=" + success);
            return;
        }
        answer.complete(
                new Reply(success, ByteBuffer.wrap(buffer.getCompactData()).asReadOnlyBuffer()));
    }

    private void open(Buffer buffer) throws IOException {
        String type = buffer.getString();
        long peerId = buffer.getUInt();
        long window = buffer.getUInt();
        long packetBytes = buffer.getUInt();
        if (packetBytes < 9 || packetBytes > 1L << 31) {
            refuse(peerId, new Verdict(CONNECT_FAILED, "invalid request"));
            return;
        }
        if (!type.equals("forwarded-tcpip")) {
            refuse(peerId, new Verdict(UNKNOWN_TYPE, "unknown channel type: " + type));
            return;
        }
        Opening opening = new Opening(type, buffer.getString(), buffer.getUInt(), buffer.getString(), buffer.getUInt());
        Verdict verdict = listener.judge(opening);
        if (verdict.reason() != 0) {
            refuse(peerId, verdict);
            return;
        }
        confirm(new ClientStream(this, nextId.getAndIncrement(), peerId, window, packetBytes, opening));
    }

    private void confirm(ClientStream stream) throws IOException {
        streams.put(stream.id(), stream);
        Buffer buffer = packet(SshConstants.SSH_MSG_CHANNEL_OPEN_CONFIRMATION, stream, 12);
        buffer.putUInt(stream.id());
        buffer.putUInt(WINDOW_BYTES);
        buffer.putUInt(PACKET_BYTES);
        send(buffer);
        listener.opened(stream);
    }

    private void refuse(long peerId, Verdict verdict) throws IOException {
        Buffer buffer = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE, 64);
        buffer.putUInt(peerId);
        buffer.putUInt(verdict.reason());
        buffer.putString(verdict.text());
        buffer.putString("en");
        send(buffer);
    }

    private void channelMessage(int command, Buffer buffer) throws IOException {
        long id = buffer.getUInt();
        ClientStream stream = streams.get(id);
        if (stream == null) {
            fatal(Rule.UNKNOWN_CHANNEL, SshConstants.getCommandMessageName(command) + " for channel " + id);
            return;
        }
        switch (command) {
            case SshConstants.SSH_MSG_CHANNEL_DATA -> stream.received(buffer.getUInt(), rest(buffer), true);
            case SshConstants.SSH_MSG_CHANNEL_EXTENDED_DATA -> {
                buffer.getUInt();
                stream.received(buffer.getUInt(), rest(buffer), false);
            }
            case SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST -> stream.widened(buffer.getUInt());
            case SshConstants.SSH_MSG_CHANNEL_EOF -> stream.peerEnded();
            case SshConstants.SSH_MSG_CHANNEL_CLOSE -> {
                streams.remove(id);
                stream.peerClosed();
            }
            case SshConstants.SSH_MSG_CHANNEL_REQUEST -> {
                buffer.getString();
                if (buffer.getBoolean()) {
                    stream.send(packet(SshConstants.SSH_MSG_CHANNEL_FAILURE, stream, 0));
                }
            }
            case SshConstants.SSH_MSG_CHANNEL_SUCCESS, SshConstants.SSH_MSG_CHANNEL_FAILURE ->
                violate(Rule.STRAY_REPLY, "channel " + id + ": answer without request");
            case SshConstants.SSH_MSG_CHANNEL_OPEN_CONFIRMATION, SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE ->
                fatal(Rule.STRAY_REPLY, "channel " + id + ": " + SshConstants.getCommandMessageName(command));
            default -> fatal(Rule.MALFORMED, "message number " + command);
        }
    }

    private static byte[] rest(Buffer buffer) {
        byte[] bytes = new byte[buffer.available()];
        buffer.getRawBytes(bytes);
        return bytes;
    }

    /** Sends bytes as they are, command first: for tests of a server's parsers. */
    IoWriteFuture sendRaw(byte[] message) throws IOException {
        Buffer buffer = session.createBuffer(message[0], message.length);
        buffer.putRawBytes(message, 1, message.length - 1);
        return send(buffer);
    }

    int openStreams() {
        return streams.size();
    }

    @Override
    protected void preClose() {
        synchronized (unanswered) {
            unanswered.forEach(answer -> answer.completeExceptionally(new EOFException("connection closed")));
            unanswered.clear();
        }
        streams.values().forEach(ClientStream::connectionLost);
        streams.clear();
        super.preClose();
    }

    /** Payload of the two forward requests. */
    static Consumer<Buffer> forward(String address, int port) {
        return buffer -> {
            buffer.putString(address, StandardCharsets.US_ASCII);
            buffer.putUInt(port);
        };
    }

    /** Payload given as bytes. */
    static Consumer<Buffer> bytes(byte[] payload) {
        return buffer -> buffer.putRawBytes(payload);
    }

    private static final class RefusingListener implements MuxListener {
        @Override
        public Verdict judge(Opening opening) {
            return new Verdict(1, "no forward for address");
        }

        @Override
        public void opened(ClientStream stream) {
            stream.close();
        }

        @Override
        public void violated(Violation violation) {
            // nobody listens yet
        }
    }
}
