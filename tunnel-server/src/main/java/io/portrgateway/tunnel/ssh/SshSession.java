package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.metrics.SshMetrics.Login;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.transport.NettyIoSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.BufferException;
import org.apache.sshd.server.ServerFactoryManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SSH session: its log-in, its end, and what is known about it. Confined to its event loop; {@link #end} and
 * {@link #drain} hop there by themselves.
 *
 * <p>Its text form never holds the user name, because portr puts the secret key into it.
 */
final class SshSession extends TunnelSession {

    private static final Logger LOG = LoggerFactory.getLogger(SshSession.class);

    /** A peer that does not take the DISCONNECT is cut after this time. */
    private static final long DISCONNECT_MILLIS = 2000;

    private static final long DRAIN_POLL_MILLIS = 50;

    private final SshContext context;
    private final String id;
    private final EventLoop loop;
    private final Consumer<SshSession> onEnd;
    private final InetAddress address;
    private final long acceptedNanos = System.nanoTime();
    private final ClientNotices notices;
    private final ForwardRequestHandler forwards;

    private long heardNanos = acceptedNanos;
    private @Nullable UserAuthService login;
    private @Nullable LoginResult identity;
    private volatile @Nullable Owner owner;
    private @Nullable CloseReason reason;
    private boolean ended;

    SshSession(
            ServerFactoryManager server,
            NettyIoSession transport,
            SshContext context,
            String id,
            Consumer<SshSession> onEnd)
            throws Exception {
        super(server, transport);
        this.context = context;
        this.id = id;
        this.loop = transport.eventLoop();
        this.onEnd = onEnd;
        this.address = addressOf(transport);
        this.notices = new ClientNotices(loop, context.urls(), context.metrics());
        this.forwards = new ForwardRequestHandler(this, context, notices);
    }

    private static InetAddress addressOf(IoSession transport) {
        return transport.getRemoteAddress() instanceof InetSocketAddress peer && peer.getAddress() != null
                ? peer.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /** Names the session in logs. Any thread. */
    String id() {
        return id;
    }

    EventLoop loop() {
        return loop;
    }

    InetAddress address() {
        return address;
    }

    ClientNotices notices() {
        return notices;
    }

    ForwardRequestHandler forwards() {
        return forwards;
    }

    /** Who proved to be at the other end; nothing before the log-in. */
    @Nullable
    LoginResult identity() {
        return identity;
    }

    /** The membership that is logged in; nothing before that. Any thread. */
    @Nullable
    Owner owner() {
        return owner;
    }

    /** When anything was last heard of the peer, as {@link System#nanoTime()} tells time. */
    long heardNanos() {
        return heardNanos;
    }

    /** Sends the identification and starts the time for the log-in. */
    @Override
    public void start() throws Exception {
        loop.schedule(this::loginTimedOut, context.config().login().grace().toMillis(), TimeUnit.MILLISECONDS);
        super.start();
    }

    @Override
    public void messageReceived(Readable buffer) throws Exception {
        heardNanos = System.nanoTime();
        super.messageReceived(buffer);
    }

    /** One log-in service in the whole life of the session: asking for it again would reset its counters. */
    @Override
    protected boolean handleServiceRequest(String serviceName, Buffer buffer) throws Exception {
        if (login != null || !UserAuthService.NAME.equals(serviceName)) {
            disconnect(SshConstants.SSH2_DISCONNECT_SERVICE_NOT_AVAILABLE, "only ssh-userauth can be asked for, once");
            return false;
        }
        return super.handleServiceRequest(serviceName, buffer);
    }

    /** Called by the log-in service's factory. */
    UserAuthService beginLogin() {
        UserAuthService service = new UserAuthService(this, new Authenticator(context));
        login = service;
        return service;
    }

    /**
     * The only way to become someone: called with the identity out of the one log-in request that proved it.
     *
     * @return whether the session lives on
     */
    boolean loggedIn(LoginResult proven, Owner provenOwner, Login how, Buffer buffer) throws Exception {
        if (!context.limits().enterSession(provenOwner.membershipId())) {
            LOG.info("session_refused session={} membership={} limit=sessions", id, provenOwner.membershipId());
            disconnect(
                    SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS,
                    "you have too many open sessions; close some or ask your administrator for more");
            return false;
        }
        identity = proven;
        owner = provenOwner;
        context.limits().loggedIn(address);
        context.metrics().login(how);
        context.metrics().sessionBegan(Duration.ofNanos(System.nanoTime() - acceptedNanos));
        LOG.info(
                "session_opened session={} membership={} login={} address={}",
                id,
                provenOwner.membershipId(),
                how,
                address.getHostAddress());
        signalAuthenticationSuccess("membership-" + provenOwner.membershipId(), ForwardingService.NAME, buffer);
        return true;
    }

    /** Ends the session with a sentence that the person at the client reads. Any thread; idempotent. */
    void end(CloseReason why, String sentence) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> end(why, sentence));
            return;
        }
        if (ended) {
            return;
        }
        finish(why);
        try {
            disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, sentence);
        } catch (IOException | RuntimeException unwritable) {
            close(true);
        }
    }

    /** Takes the tunnels out of the routes, waits for what is in flight until the deadline, then ends. Any thread. */
    void drain(long deadlineNanos) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> drain(deadlineNanos));
            return;
        }
        if (ended) {
            return;
        }
        forwards.withdraw(CloseReason.SHUTDOWN);
        if (forwards.inFlight() > 0 && System.nanoTime() - deadlineNanos < 0) {
            loop.schedule(() -> drain(deadlineNanos), DRAIN_POLL_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            end(CloseReason.SHUTDOWN, CloseReason.SHUTDOWN.sentence());
        }
    }

    /** Nothing was heard of the peer for too long: its tunnels are free at once. On the loop. */
    void lost() {
        LOG.info("session_lost session={} silent_millis={}", id, (System.nanoTime() - heardNanos) / 1_000_000);
        context.metrics().heartbeatLost();
        finish(CloseReason.LOST);
        close(true);
    }

    /** Writes the reason and closes when it is out; unlike its parent it does not log what the peer may have made up. */
    @Override
    public void disconnect(int code, String sentence) throws IOException {
        boolean decoding =
                code == SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR || code == SshConstants.SSH2_DISCONNECT_MAC_ERROR;
        // What was wrong with a packet is not told: it would be an oracle (CVE-2008-5161).
        String told = decoding ? "protocol error or corrupt packet" : sentence;
        Buffer buffer = createBuffer(SshConstants.SSH_MSG_DISCONNECT, told.length() + Long.BYTES * 2);
        buffer.putInt(decoding ? SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR : code);
        buffer.putString(told);
        buffer.putString("");
        loop.schedule(() -> close(true), DISCONNECT_MILLIS, TimeUnit.MILLISECONDS);
        writePacket(buffer).addListener(written -> close(true));
    }

    /** The peer says good-bye: its names are free at once. */
    @Override
    protected void handleDisconnect(int code, String message, String language, Buffer buffer) throws Exception {
        if (reason == null) {
            reason = CloseReason.CLIENT;
        }
        close(true);
    }

    /** Whatever a peer sends is its own fault: one short line, no stack trace, and the session ends. */
    @Override
    public void exceptionCaught(Throwable failure) {
        if (isClosing()) {
            return;
        }
        boolean expected = failure instanceof IOException || failure instanceof BufferException;
        if (expected) {
            LOG.debug(
                    "session_failed session={} error={}", id, failure.getClass().getSimpleName());
        } else {
            LOG.warn(
                    "session_failed session={} error={} at={}",
                    id,
                    failure.getClass().getName(),
                    origin(failure));
        }
        boolean transportBroken = failure instanceof IOException && !(failure instanceof SshException);
        if (transportBroken) {
            close(true);
            return;
        }
        int code = failure instanceof SshException ssh && ssh.getDisconnectCode() > 0
                ? ssh.getDisconnectCode()
                : SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR;
        try {
            disconnect(code, "the SSH protocol was not followed");
        } catch (IOException | RuntimeException unwritable) {
            close(true);
        }
    }

    @Override
    protected void preClose() {
        if (loop.inEventLoop()) {
            finish(CloseReason.LOST);
        } else {
            loop.execute(() -> finish(CloseReason.LOST));
        }
        super.preClose();
    }

    @Override
    public String toString() {
        return "SshSession[" + id + "]";
    }

    private void finish(CloseReason why) {
        if (ended) {
            return;
        }
        ended = true;
        CloseReason effective = reason == null ? why : reason;
        forwards.endAll(effective);
        notices.detach();
        Owner ownerNow = owner;
        if (ownerNow != null) {
            context.limits().loggedOut(address);
            context.limits().leaveSession(ownerNow.membershipId());
            context.metrics().sessionEnded();
            LOG.info("session_ended session={} membership={} reason={}", id, ownerNow.membershipId(), effective);
        }
        onEnd.accept(this);
    }

    private void loginTimedOut() {
        if (owner != null || ended) {
            return;
        }
        context.metrics().login(Login.TIMED_OUT);
        LOG.debug("login_timed_out session={} address={}", id, address.getHostAddress());
        end(CloseReason.LOST, "the log-in took too long");
    }

    private static String origin(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length == 0 ? "unknown" : trace[0].toString();
    }
}
