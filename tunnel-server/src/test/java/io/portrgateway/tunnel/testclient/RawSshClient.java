package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.security.PublicKey;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A logged-in SSH connection on which a test does what it likes: requests in any order, packets of any content, silence, key exchanges.
 * Accepts every channel and hands it to the test, which has to read it or leave it. Thread-safe.
 */
public final class RawSshClient implements AutoCloseable {

    private final SshClient ssh = SshClients.v1();
    private final SshLink link;
    private final BlockingQueue<ClientStream> streams = new LinkedBlockingQueue<>();
    private final List<Violation> violations = new CopyOnWriteArrayList<>();

    private RawSshClient(String host, int port, String user) throws PortrStartException {
        try {
            link = SshLink.dial(ssh, host, port, user, new Listener());
        } catch (PortrStartException e) {
            ssh.close(true);
            throw e;
        }
    }

    /** Connects and logs in with method {@code none}, then an empty password. */
    public static RawSshClient connect(String host, int port, String user) throws PortrStartException {
        return new RawSshClient(host, port, user);
    }

    /** Sends a global request with these bytes as its payload; answers complete in the order in which they come. */
    public CompletableFuture<Reply> request(String name, boolean wantReply, byte[] payload) {
        return link.request(name, wantReply, Mux.bytes(payload));
    }

    /** Sends {@code tcpip-forward} or {@code cancel-tcpip-forward}. */
    public CompletableFuture<Reply> request(String name, String address, int port) {
        return link.request(name, true, Mux.forward(address, port));
    }

    /** Sends a message as it is, the message number first. */
    public void send(byte[] message) throws IOException {
        link.mux().sendRaw(message);
    }

    /** Sends a message built as SSH fields after the message number: Integer and Boolean as such, String and byte[] with their length. */
    public void send(int message, Object... fields) throws IOException {
        ByteArrayBuffer buffer = new ByteArrayBuffer();
        buffer.putByte((byte) message);
        for (Object field : fields) {
            switch (field) {
                case Integer number -> buffer.putUInt(Integer.toUnsignedLong(number));
                case Boolean flag -> buffer.putBoolean(flag);
                case String text -> buffer.putString(text);
                case byte[] bytes -> buffer.putBytes(bytes);
                default -> throw new IllegalArgumentException("field: " + field + " (expected: SSH type)");
            }
        }
        send(buffer.getCompactData());
    }

    /** The next channel the server opened, or null when none came in time. */
    public @Nullable ClientStream nextStream(long limitMillis) throws InterruptedException {
        return streams.poll(limitMillis, TimeUnit.MILLISECONDS);
    }

    /** Neither reads nor asks anything any more; the TCP connection stays: a half-open peer. */
    public void goSilent() {
        link.goSilent();
    }

    /** Reads again. */
    public void resume() {
        link.resume();
    }

    /** Starts a key exchange with these ciphers offered, and waits for it. */
    public void rekey(String ciphers) throws IOException {
        link.rekey(ciphers);
    }

    /** The cipher in use toward the server. */
    public String cipher() {
        return link.negotiated(KexProposalOption.C2SENC);
    }

    /** The key exchange method in use. */
    public String keyExchange() {
        return link.negotiated(KexProposalOption.ALGORITHMS);
    }

    /** The type of host key the server proved. */
    public String hostKeyType() {
        return link.negotiated(KexProposalOption.SERVERKEYS);
    }

    /** The server's host key. */
    public PublicKey hostKey() {
        return link.hostKey();
    }

    /** The server's identification line. */
    public String serverIdentification() {
        return link.serverIdentification();
    }

    /** What the server said when it disconnected; empty when it said nothing. */
    public String disconnectText() {
        return link.disconnectText();
    }

    /** Completes when the connection is gone. */
    public CompletableFuture<Void> ended() {
        return link.ended();
    }

    /** What the server did wrong so far, in order. */
    public List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** Closes the TCP connection without a word. Idempotent. */
    @Override
    public void close() {
        link.cut();
        ssh.close(true);
    }

    private final class Listener implements MuxListener {
        @Override
        public Verdict judge(Opening opening) {
            return Verdict.ACCEPT;
        }

        @Override
        public void opened(ClientStream stream) {
            streams.add(stream);
        }

        @Override
        public void violated(Violation violation) {
            violations.add(violation);
        }
    }
}
