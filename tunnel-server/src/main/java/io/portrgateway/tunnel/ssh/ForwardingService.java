package io.portrgateway.tunnel.ssh;

import java.io.IOException;
import org.apache.sshd.common.RuntimeSshException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerConnectionService;
import org.jspecify.annotations.Nullable;

/**
 * The {@code ssh-connection} service of one session: global requests go to its {@link ForwardRequestHandler}, the one
 * terminal to its {@link ClientConsole}, everything else is refused. Confined to the session's event loop.
 */
final class ForwardingService extends ServerConnectionService {

    static final String NAME = "ssh-connection";

    private final SshSession session;
    private final SshContext context;
    private final Heartbeat heartbeat;
    private boolean hasConsole;

    ForwardingService(SshSession session, SshContext context) throws SshException {
        super(session);
        this.session = session;
        this.context = context;
        this.heartbeat = new Heartbeat(session, context.config().heartbeat());
        session.forwards().begin(this);
        // What a client still sends for a channel that we closed is late, not wrong; an answer would be wrong, because
        // the client has forgotten the channel too (portr-protocol 3.7).
        setUnknownChannelReferenceHandler((service, command, channelId, buffer) -> {
            if (channelId >= nextChannelId.get()) {
                throw new SshException(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "unknown channel");
            }
            return null;
        });
    }

    @Override
    public void start() {
        heartbeat.start();
    }

    @Override
    protected void preClose() {
        heartbeat.stop();
        super.preClose();
    }

    @Override
    protected @Nullable IoWriteFuture globalRequest(Buffer buffer) throws Exception {
        String request = buffer.getString();
        boolean wantReply = buffer.getBoolean();
        if ("no-more-sessions@openssh.com".equals(request)) {
            setAllowMoreSessions(false);
        }
        session.forwards().handle(request, wantReply, buffer);
        return AbstractIoWriteFuture.fulfilled(session, true);
    }

    @Override
    protected void requestSuccess(Buffer buffer) {
        // The answer to a probe: that something was heard is noted already.
    }

    @Override
    protected void requestFailure(Buffer buffer) {
        // The same: portr clients answer every probe with a failure.
    }

    @Override
    protected void channelOpen(Buffer buffer) throws Exception {
        String type = buffer.getString();
        long sender = buffer.getUInt();
        long windowBytes = buffer.getUInt();
        long packetBytes = buffer.getUInt();
        if (isClosing()) {
            return;
        }
        if (!"session".equals(type)
                || !isAllowMoreSessions()
                || hasConsole
                || session.forwards().isPortr()) {
            context.metrics().requestRefused();
            sendChannelOpenFailure(
                    buffer,
                    sender,
                    SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED,
                    "this gateway serves remote forwards (ssh -R) and nothing else",
                    "");
            return;
        }
        hasConsole = true;
        openConsole(sender, windowBytes, packetBytes, buffer);
    }

    private void openConsole(long sender, long windowBytes, long packetBytes, Buffer buffer) throws IOException {
        ClientConsole console = new ClientConsole(session, context.metrics());
        long channelId = registerChannel(console);
        Buffer confirmation = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN_CONFIRMATION, Integer.BYTES * 4);
        confirmation.putUInt(sender);
        confirmation.putUInt(channelId);
        confirmation.putUInt(console.getLocalWindow().getSize());
        confirmation.putUInt(console.getLocalWindow().getPacketSize());
        session.writePacket(confirmation);
        try {
            console.open(sender, windowBytes, packetBytes, buffer);
        } catch (RuntimeSshException | IllegalArgumentException wrongSizes) {
            throw new SshException(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "channel sizes", wrongSizes);
        }
    }
}
