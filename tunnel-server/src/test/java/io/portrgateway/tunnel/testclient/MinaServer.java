package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;

/** A stock MINA server for tests of the clients: its own forwarder binds the ports that are asked for, and it can be told to misbehave. */
final class MinaServer implements AutoCloseable {

    static final String KEY = "key";

    final List<String> users = new CopyOnWriteArrayList<>();
    private final SshServer server = SshServer.setUpDefaultServer();
    private volatile RequestHandler.Result keepaliveResult = RequestHandler.Result.ReplySuccess;

    MinaServer() throws IOException, GeneralSecurityException {
        server.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.setKeyPairProvider(KeyPairProvider.wrap(KeyUtils.generateKeyPair("ssh-ed25519", 256)));
        server.setPasswordAuthenticator((user, password, session) -> {
            users.add(user);
            return password.isEmpty() && user.endsWith(":" + KEY);
        });
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        // the tests write packets for channels this server knows nothing about
        server.setUnknownChannelReferenceHandler((service, command, id, buffer) -> null);
        List<RequestHandler<ConnectionService>> handlers = new ArrayList<>();
        handlers.add((service, request, wantReply, buffer) ->
                request.equals("keepalive@openssh.com") ? keepaliveResult : RequestHandler.Result.Unsupported);
        handlers.addAll(server.getGlobalRequestHandlers());
        server.setGlobalRequestHandlers(handlers);
        server.start();
    }

    int port() {
        return server.getPort();
    }

    /** What a keep-alive gets; {@code Replied} means no answer at all. */
    void answerKeepalives(RequestHandler.Result result) {
        keepaliveResult = result;
    }

    void refuseForwards() {
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
    }

    int sessionCount() {
        return server.getActiveSessions().size();
    }

    AbstractSession onlySession() {
        List<AbstractSession> sessions = server.getActiveSessions();
        if (sessions.size() != 1) {
            throw new IllegalStateException("sessions: " + sessions.size() + " (expected: 1)");
        }
        return sessions.getFirst();
    }

    /** Writes one message to the only session: Integer and Boolean as such, String and byte[] with their length. */
    void send(byte message, Object... fields) throws IOException {
        AbstractSession session = onlySession();
        Buffer buffer = session.createBuffer(message, 64);
        for (Object field : fields) {
            switch (field) {
                case Integer number -> buffer.putUInt(Integer.toUnsignedLong(number));
                case Boolean flag -> buffer.putBoolean(flag);
                case String text -> buffer.putString(text);
                case byte[] bytes -> buffer.putBytes(bytes);
                default -> throw new IllegalArgumentException("field: " + field + " (expected: SSH type)");
            }
        }
        session.writePacket(buffer);
    }

    /** Opens a channel of ours with a huge window, as channel 77; the client's channel has number 0 when it is its first. */
    void openChannel(String address, int port, String originator, int originatorPort) throws IOException {
        send(
                SshConstants.SSH_MSG_CHANNEL_OPEN,
                "forwarded-tcpip",
                77,
                1 << 30,
                32_768,
                address,
                port,
                originator,
                originatorPort);
    }

    void stop() throws IOException {
        server.stop(true);
    }

    @Override
    public void close() throws IOException {
        server.close(true);
    }
}
