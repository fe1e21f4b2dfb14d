package io.portrgateway.tunnel.ssh;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.AbstractClientSession;
import org.apache.sshd.client.session.ClientConnectionService;
import org.apache.sshd.client.session.ClientConnectionServiceFactory;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.ClientUserAuthServiceFactory;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * An SSH client that plays {@code forwarded-tcpip} channels message by message, as strict about the rules as Go's client:
 * each breach by the server is noted in {@link #violations()}.
 */
final class RawClient implements AutoCloseable {

    private final SshClient client;
    private final ClientSession session;
    private final Map<Long, RawStream> streams = new ConcurrentHashMap<>();
    private final BlockingQueue<RawStream> opened = new LinkedBlockingQueue<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong nextId = new AtomicLong(100);
    private volatile OpenPolicy policy = OpenPolicy.ACCEPT;
    private volatile long windowBytes = 2 << 20;
    private volatile long packetBytes = 32 << 10;

    /** What to do with a channel that the server opens. */
    @FunctionalInterface
    interface OpenPolicy {
        OpenPolicy ACCEPT = stream -> 0;

        /** 0 to accept, a reason code to decline, -1 to leave it unanswered. */
        int answer(RawStream stream);
    }

    RawClient(int port, BuiltinCiphers... ciphers) throws IOException {
        client = ClientBuilder.builder()
                .serverKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE)
                .build();
        client.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory(null));
        client.setServiceFactories(List.of(ClientUserAuthServiceFactory.INSTANCE, new ClientConnectionServiceFactory() {
            @Override
            public Service create(Session created) throws IOException {
                return new Channels((AbstractClientSession) created);
            }
        }));
        if (ciphers.length > 0) {
            client.setCipherFactories(List.<NamedFactory<Cipher>>of(ciphers));
        }
        client.start();
        session = client.connect("app", "127.0.0.1", port)
                .verify(DataPathRig.PATIENCE)
                .getSession();
        session.addPasswordIdentity("any");
        session.auth().verify(DataPathRig.PATIENCE);
    }

    /** Asks for a forward, as the portr client does. */
    void forward(String address, int port) throws IOException {
        Buffer buffer = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST, 64);
        buffer.putString("tcpip-forward");
        buffer.putBoolean(true);
        buffer.putString(address);
        buffer.putUInt(port);
        session.request("tcpip-forward", buffer, DataPathRig.PATIENCE);
    }

    /** How long a want-reply keepalive takes. */
    Duration keepalive() throws IOException {
        Buffer buffer = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST, 64);
        buffer.putString("keepalive@openssh.com");
        buffer.putBoolean(true);
        long start = System.nanoTime();
        session.request("keepalive@openssh.com", buffer, DataPathRig.PATIENCE);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    void setPolicy(OpenPolicy policy) {
        this.policy = policy;
    }

    /** What the following channels advertise. */
    void setLimits(long windowBytes, long packetBytes) {
        this.windowBytes = windowBytes;
        this.packetBytes = packetBytes;
    }

    ClientSession session() {
        return session;
    }

    /** The next channel that the server opened and the policy accepted. */
    RawStream nextStream() throws InterruptedException {
        RawStream stream = opened.poll(DataPathRig.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (stream == null) {
            throw new AssertionError("the server opened no channel");
        }
        return stream;
    }

    /** Accepts a channel that the policy left unanswered. */
    void acceptLate(RawStream stream) throws IOException {
        streams.put(stream.id(), stream);
        stream.confirm();
    }

    Queue<String> violations() {
        return violations;
    }

    void violation(String what) {
        violations.add(what);
    }

    @Override
    public void close() throws IOException {
        session.close(true).await(DataPathRig.PATIENCE);
        client.close(true).await(DataPathRig.PATIENCE);
    }

    private void openRequested(Buffer buffer) throws IOException {
        String type = buffer.getString();
        RawStream stream = new RawStream(this, nextId.incrementAndGet(), windowBytes, packetBytes, buffer);
        if (!type.equals("forwarded-tcpip")) {
            violation("channel type " + type);
        }
        int answer = policy.answer(stream);
        if (answer == 0) {
            streams.put(stream.id(), stream);
            stream.confirm();
            opened.add(stream);
        } else if (answer > 0) {
            stream.decline(answer);
        }
    }

    /** Hands channel messages to the streams, everything else to MINA. */
    private final class Channels extends ClientConnectionService {

        Channels(AbstractClientSession session) throws IOException {
            super(session);
        }

        @Override
        public void process(int cmd, Buffer buffer) throws Exception {
            if (cmd == SshConstants.SSH_MSG_CHANNEL_OPEN) {
                openRequested(buffer);
            } else if (cmd > SshConstants.SSH_MSG_CHANNEL_OPEN && cmd <= SshConstants.SSH_MSG_CHANNEL_FAILURE) {
                long id = buffer.getUInt();
                RawStream stream = streams.get(id);
                if (stream == null) {
                    violation("message " + cmd + " for unknown channel " + id);
                } else {
                    stream.handle(cmd, new ByteArrayBuffer(buffer.getCompactData()));
                }
            } else {
                super.process(cmd, buffer);
            }
        }
    }
}
