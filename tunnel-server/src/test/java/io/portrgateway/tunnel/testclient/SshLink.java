package io.portrgateway.tunnel.testclient;

import io.portrgateway.tunnel.testclient.PortrStartException.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.util.buffer.Buffer;

/** One logged-in SSH connection: MINA's transport and log-in under our own {@link Mux}. Thread-safe. */
final class SshLink implements AutoCloseable {

    private static final Duration DIAL_LIMIT = Duration.ofSeconds(10);
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

    private final ClientSession session;
    private final Mux mux;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean silent;
    private volatile String disconnectText = "";

    private SshLink(ClientSession session, MuxListener listener) {
        this.session = session;
        this.mux = session.getService(Mux.class);
        mux.attach(listener);
        session.addSessionListener(new SessionListener() {
            @Override
            public void sessionDisconnect(
                    Session closing, int reason, String text, String language, boolean initiator) {
                if (!initiator) {
                    disconnectText = text;
                }
            }
        });
        session.addCloseFutureListener(future -> ended.complete(null));
    }

    /** Connects and logs in as the client does: method {@code none}, then an empty password. */
    static SshLink dial(SshClient client, String host, int port, String user, MuxListener listener)
            throws PortrStartException {
        SshLink link;
        try {
            link = new SshLink(
                    client.connect(user, host, port).verify(DIAL_LIMIT).getClientSession(), listener);
        } catch (IOException | RuntimeException e) {
            throw new PortrStartException(Stage.DIAL, "cannot connect: " + e.getMessage(), e);
        }
        try {
            link.session.auth().verify(HANDSHAKE_LIMIT);
            return link;
        } catch (IOException | RuntimeException e) {
            link.cut();
            String said = link.disconnectText.isEmpty() ? String.valueOf(e.getMessage()) : link.disconnectText;
            throw new PortrStartException(Stage.HANDSHAKE, "cannot log in: " + said, e);
        }
    }

    CompletableFuture<Reply> request(String name, boolean wantReply, Consumer<Buffer> payload) {
        return silent ? new CompletableFuture<>() : mux.request(name, wantReply, payload);
    }

    Mux mux() {
        return mux;
    }

    /** Completes when the connection is gone, or given up by {@link #abandon}. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    boolean isUp() {
        return !ended.isDone();
    }

    /** What the server said when it disconnected; empty when it said nothing. */
    String disconnectText() {
        return disconnectText;
    }

    /** Neither reads nor asks anything any more; the TCP connection stays. */
    void goSilent() {
        silent = true;
        session.getIoSession().suspendRead();
    }

    /** As a client whose network is gone: for it the connection has ended, the server gets no sign of it. */
    void abandon() {
        goSilent();
        ended.complete(null);
    }

    void resume() {
        silent = false;
        session.getIoSession().resumeRead();
    }

    /** Starts a key exchange with these ciphers offered, and waits for it. */
    void rekey(String ciphers) throws IOException {
        RekeyingSession rekeying = (RekeyingSession) session;
        // the future of an exchange completes a little before the next one may start
        Awaiting.await(HANDSHAKE_LIMIT, "no key exchange under way", () -> rekeying.getKexState() == KexState.DONE);
        rekeying.offerCiphers(ciphers);
        session.reExchangeKeys().verify(HANDSHAKE_LIMIT);
    }

    String negotiated(KexProposalOption option) {
        return String.valueOf(session.getNegotiatedKexParameter(option));
    }

    String serverIdentification() {
        return String.valueOf(session.getServerVersion());
    }

    java.security.PublicKey hostKey() {
        return session.getServerKey();
    }

    /** Closes the TCP connection at once: no DISCONNECT, no CLOSE, no cancel. */
    void cut() {
        session.getIoSession().close(true);
        session.close(true);
        ended.complete(null);
    }

    @Override
    public void close() {
        cut();
    }
}
