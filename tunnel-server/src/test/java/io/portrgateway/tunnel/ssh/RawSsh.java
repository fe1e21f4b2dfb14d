package io.portrgateway.tunnel.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.ClientFactoryManager;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSessionImpl;
import org.apache.sshd.client.session.SessionFactory;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * An SSH client that does the key exchange by itself and nothing else: every other message is written and read by the
 * test. Thread-safe.
 */
final class RawSsh implements AutoCloseable {

    private final SshClient client;
    private final RawSession session;

    /** A message from the server. */
    record Message(int command, Buffer body) {
        Message expect(int expected) {
            if (command != expected) {
                throw new AssertionError("message " + command + " instead of " + expected
                        + (command == SshConstants.SSH_MSG_DISCONNECT ? ": " + reason() : ""));
            }
            return this;
        }

        /** The sentence of a DISCONNECT. */
        String reason() {
            body.getInt();
            return body.getString();
        }
    }

    private RawSsh(SshClient client, RawSession session) {
        this.client = client;
        this.session = session;
    }

    static RawSsh connect(int port, BuiltinDHFactories... keyExchanges) throws IOException {
        SshClient client = ClientBuilder.builder().factory(RawClient::new).build();
        client.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        if (keyExchanges.length > 0) {
            client.setKeyExchangeFactories(
                    NamedFactory.setUpTransformedFactories(false, List.of(keyExchanges), ClientBuilder.DH2KEX));
        }
        CoreModuleProperties.NIO_WORKERS.set(client, 1);
        client.start();
        try {
            RawSession session = (RawSession) client.connect("ignored", "127.0.0.1", port)
                    .verify(Duration.ofSeconds(10))
                    .getSession();
            RawSsh raw = new RawSsh(client, session);
            raw.read().expect(SshConstants.SSH_MSG_SERVICE_ACCEPT);
            return raw;
        } catch (IOException | RuntimeException | Error failure) {
            client.stop();
            throw failure;
        }
    }

    /** Connects and logs in as portr does. */
    static RawSsh logIn(int port, String user) throws IOException {
        RawSsh raw = connect(port);
        raw.password(user, "");
        raw.read().expect(SshConstants.SSH_MSG_USERAUTH_SUCCESS);
        return raw;
    }

    String negotiated(KexProposalOption option) {
        return session.getNegotiatedKexParameter(option);
    }

    String offered(KexProposalOption option) {
        return session.getServerKexProposals().get(option);
    }

    String serverVersion() {
        return session.getServerVersion();
    }

    Buffer message(byte command) {
        return session.createBuffer(command, 64);
    }

    void send(Buffer message) throws IOException {
        session.writePacket(message);
    }

    /** The next message; fails when there is none within ten seconds. */
    Message read() {
        Message message = poll(Duration.ofSeconds(10));
        if (message == null) {
            throw new AssertionError("no message from the server");
        }
        return message;
    }

    Message poll(Duration limit) {
        try {
            return session.received.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    boolean isOpen() {
        return session.isOpen();
    }

    void none(String user) throws IOException {
        send(userAuth(user, "none"));
    }

    void password(String user, String password) throws IOException {
        Buffer request = userAuth(user, "password");
        request.putBoolean(false);
        request.putString(password);
        send(request);
    }

    /** Offers a key without a proof. */
    void offer(String user, KeyPair key) throws IOException {
        Buffer request = userAuth(user, "publickey");
        request.putBoolean(false);
        request.putString("ssh-ed25519");
        request.putPublicKey(key.getPublic());
        send(request);
    }

    /** Claims one key and signs with another, or the same. */
    void sign(String user, KeyPair claimed, KeyPair signing) throws Exception {
        Buffer signed = new ByteArrayBuffer();
        signed.putBytes(session.getSessionId());
        signed.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
        putProof(signed, user, claimed);
        Signature signature = BuiltinSignatures.ed25519.create();
        signature.initSigner(session, signing.getPrivate());
        signature.update(session, signed.array(), signed.rpos(), signed.available());
        Buffer wrapped = new ByteArrayBuffer();
        wrapped.putString("ssh-ed25519");
        wrapped.putBytes(signature.sign(session));

        Buffer request = message(SshConstants.SSH_MSG_USERAUTH_REQUEST);
        putProof(request, user, claimed);
        request.putBytes(wrapped.getCompactData());
        send(request);
    }

    void forward(String address, int port) throws IOException {
        globalRequest("tcpip-forward", true, address, port);
    }

    void cancel(String address, int port) throws IOException {
        globalRequest("cancel-tcpip-forward", true, address, port);
    }

    void globalRequest(String name, boolean wantReply, Object... fields) throws IOException {
        Buffer request = message(SshConstants.SSH_MSG_GLOBAL_REQUEST);
        request.putString(name);
        request.putBoolean(wantReply);
        for (Object field : fields) {
            switch (field) {
                case String text -> request.putString(text);
                case Integer number -> request.putInt(number);
                case byte[] bytes -> request.putRawBytes(bytes);
                default -> throw new IllegalArgumentException(field.toString());
            }
        }
        send(request);
    }

    /** Opens a channel of the type; the server's answer is the next message. */
    void openChannel(String type) throws IOException {
        Buffer open = message(SshConstants.SSH_MSG_CHANNEL_OPEN);
        open.putString(type);
        open.putUInt(7);
        open.putUInt(2 << 20);
        open.putUInt(32 << 10);
        send(open);
    }

    private Buffer userAuth(String user, String method) {
        Buffer request = message(SshConstants.SSH_MSG_USERAUTH_REQUEST);
        request.putString(user);
        request.putString("ssh-connection");
        request.putString(method);
        return request;
    }

    private static void putProof(Buffer buffer, String user, KeyPair claimed) {
        buffer.putString(user);
        buffer.putString("ssh-connection");
        buffer.putString("publickey");
        buffer.putBoolean(true);
        buffer.putString("ssh-ed25519");
        buffer.putPublicKey(claimed.getPublic());
    }

    @Override
    public void close() {
        session.close(true);
        client.stop();
    }

    private static final class RawClient extends SshClient {
        @Override
        protected SessionFactory createSessionFactory() {
            return new SessionFactory(this) {
                @Override
                protected ClientSessionImpl doCreateSession(IoSession transport) throws Exception {
                    return new RawSession(getClient(), transport);
                }
            };
        }
    }

    /** Keeps what the transport layer does not need. */
    private static final class RawSession extends ClientSessionImpl {

        private static final Set<Integer> TRANSPORT = Set.of(
                (int) SshConstants.SSH_MSG_KEXINIT,
                (int) SshConstants.SSH_MSG_NEWKEYS,
                (int) SshConstants.SSH_MSG_IGNORE,
                (int) SshConstants.SSH_MSG_DEBUG);

        private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();

        RawSession(ClientFactoryManager client, IoSession transport) throws Exception {
            super(client, transport);
        }

        @Override
        protected void doHandleMessage(Buffer buffer) throws Exception {
            int command = buffer.array()[buffer.rpos()] & 0xff;
            boolean keyExchange = command >= SshConstants.SSH_MSG_KEX_FIRST && command <= SshConstants.SSH_MSG_KEX_LAST;
            boolean extensions = command == 7;
            if (TRANSPORT.contains(command) || keyExchange) {
                super.doHandleMessage(buffer);
            } else if (!extensions) {
                byte[] body = new byte[buffer.available() - 1];
                System.arraycopy(buffer.array(), buffer.rpos() + 1, body, 0, body.length);
                received.add(new Message(command, new ByteArrayBuffer(body)));
            }
        }
    }

    /** Text as the bytes of an SSH string. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
