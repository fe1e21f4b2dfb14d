package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.metrics.SshMetrics.Limit;
import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.Client;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The global requests of one session: opens and cancels forwards, answers keepalives, refuses the rest. Confined to the
 * session's event loop; {@link #close}, {@link #report} and {@link #keepsStreamsAlive} are for any thread.
 */
final class ForwardRequestHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ForwardRequestHandler.class);

    /** What a client is told it got when it asked for "any port" of a host name. */
    private static final int HTTP_PORT = 80;

    private final SshSession session;
    private final SshContext context;
    private final ClientNotices notices;
    private final ReplyQueue replies;
    private final List<Forward> forwards = new ArrayList<>();

    private volatile @Nullable ConnectionService connection;
    private volatile boolean keepsStreamsAlive;

    ForwardRequestHandler(SshSession session, SshContext context, ClientNotices notices) {
        this.session = session;
        this.context = context;
        this.notices = notices;
        this.replies = new ReplyQueue(session);
    }

    /** The session is logged in. */
    void begin(ConnectionService service) {
        connection = service;
        // What plain SSH forwards ends in the service itself, which knows how to keep a connection alive.
        keepsStreamsAlive = !isPortr();
    }

    boolean isPortr() {
        return session.identity() instanceof LoginResult.PortrClient;
    }

    /** Handles one global request; {@code buffer} stands behind its name and the wish for an answer. */
    void handle(String request, boolean wantReply, Buffer buffer) throws IOException {
        if (replies.isFull()) {
            context.metrics().refused(Limit.PENDING_REQUESTS);
            session.disconnect(SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "too many unanswered requests");
            return;
        }
        ReplyQueue.Slot slot = replies.next(wantReply);
        switch (request) {
            case "tcpip-forward" ->
                ForwardRequest.read(buffer).ifPresentOrElse(asked -> open(asked, slot), () -> malformed(slot));
            case "cancel-tcpip-forward" ->
                ForwardRequest.read(buffer).ifPresentOrElse(asked -> cancel(asked, slot), () -> malformed(slot));
            case "keepalive@openssh.com" -> keepAlive(wantReply, slot);
            case "no-more-sessions@openssh.com" -> slot.succeed();
            default -> {
                context.metrics().requestRefused();
                slot.fail();
            }
        }
    }

    boolean isEmpty() {
        return forwards.isEmpty();
    }

    /** Streams in use over all forwards. */
    int inFlight() {
        return forwards.stream()
                .mapToInt(forward -> forward.upstream().inFlight())
                .sum();
    }

    /** Takes every tunnel of the session out of the routes; what is in flight goes on. */
    void withdraw(CloseReason reason) {
        for (Forward forward : forwards) {
            Tunnel tunnel = forward.tunnel();
            if (tunnel != null) {
                release(forward, tunnel, reason);
            }
        }
    }

    /** The session ends: so does all it carries. */
    void endAll(CloseReason reason) {
        List<Forward> ending = List.copyOf(forwards);
        forwards.clear();
        ending.forEach(forward -> end(forward, reason));
    }

    ConnectionService connection() {
        ConnectionService service = connection;
        if (service == null) {
            throw new IllegalStateException("session " + session.id() + " is not logged in");
        }
        return service;
    }

    boolean keepsStreamsAlive() {
        return keepsStreamsAlive;
    }

    EventLoop loop() {
        return session.loop();
    }

    boolean hasAudience() {
        return notices.hasAudience();
    }

    void warn(String sentence) {
        loop().execute(() -> notices.problem(sentence));
    }

    void report(ExchangeLine line) {
        notices.report(line);
    }

    /** The registry, the database or an administrator ends the forward; the session too when nothing else is left. */
    void close(Forward forward, CloseReason reason) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> close(forward, reason));
            return;
        }
        if (!forwards.remove(forward)) {
            return;
        }
        end(forward, reason);
        notices.problem(label(forward) + ": " + reason.sentence());
        if (forwards.isEmpty()) {
            session.end(reason, reason.sentence());
        }
    }

    private void malformed(ReplyQueue.Slot slot) {
        context.metrics().forward(SshMetrics.Forward.MALFORMED);
        slot.fail();
    }

    private void keepAlive(boolean wantReply, ReplyQueue.Slot slot) {
        if (wantReply) {
            // Only portr v1.0.14+ asks for an answer, and those clients serve many requests on a stream (3.8).
            keepsStreamsAlive = true;
        }
        slot.succeed();
    }

    private void open(ForwardRequest asked, ReplyQueue.Slot slot) {
        Owner owner = session.owner();
        LoginResult identity = session.identity();
        if (owner == null || identity == null) {
            slot.fail();
            return;
        }
        if (forwards.size() >= context.config().session().maxForwards()) {
            context.metrics().refused(Limit.FORWARDS);
            refuse(slot, "this session has its " + forwards.size() + " tunnels already");
            return;
        }
        boolean portrTcp = identity instanceof LoginResult.PortrClient client && client.kind() == TunnelKind.TCP;
        boolean duplicate = asked.port() != 0 && forwards.stream().anyMatch(forward -> forward.isNamed(asked));
        if (duplicate || (portrTcp && !forwards.isEmpty())) {
            refuse(slot, "this session forwards " + describe(asked) + " already");
            return;
        }
        ForwardTarget target = switch (identity) {
            case LoginResult.PortrClient client -> ForwardTarget.ofPortr(client, asked);
            case LoginResult.SshClient client -> ForwardTarget.ofSsh(asked, context.urls());
            case LoginResult.Denied denied -> new ForwardTarget.Nothing("not logged in");
        };
        if (target instanceof ForwardTarget.Nothing(String message)) {
            refuse(slot, message);
            return;
        }
        Forward forward = new Forward(this, asked, context.dataPath());
        forwards.add(forward);
        acquire(target, owner, forward)
                .whenComplete((result, failure) -> loop().execute(() -> acquired(forward, slot, result, failure)));
    }

    private CompletionStage<ForwardResult> acquire(ForwardTarget target, Owner owner, Forward forward) {
        Client client = new Client(session.address().getHostAddress(), software());
        SessionUpstream upstream = forward.upstream();
        try {
            return switch (target) {
                case ForwardTarget.Reserved(var tunnelId, var binding) ->
                    context.forwards().open(tunnelId, owner, binding, client, upstream);
                case ForwardTarget.Named(var binding) ->
                    context.forwards().openForSsh(owner, binding, client, upstream);
                case ForwardTarget.AnyPort any -> context.forwards().openOnAnyPort(owner, client, upstream);
                case ForwardTarget.Nothing(var message) ->
                    CompletableFuture.completedFuture(new ForwardResult.Refused(message));
            };
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** The software version of the client's identification line (RFC 4253, 4.2). */
    private String software() {
        String line = session.getClientVersion();
        int dash = line == null ? -1 : line.indexOf('-', "SSH-".length());
        return dash < 0 ? "" : line.substring(dash + 1);
    }

    private void acquired(
            Forward forward, ReplyQueue.Slot slot, @Nullable ForwardResult result, @Nullable Throwable failure) {
        if (result == null || failure != null) {
            LOG.warn(
                    "forward_unavailable session={} error={}",
                    session.id(),
                    failure == null ? "none" : failure.getClass().getSimpleName());
            context.metrics().forward(SshMetrics.Forward.UNAVAILABLE);
            drop(forward);
            notices.problem(describe(forward.request()) + ": the gateway's database is down, try again in a minute");
            slot.fail();
            return;
        }
        switch (result) {
            case ForwardResult.Refused(String message) -> {
                drop(forward);
                refuse(slot, describe(forward.request()) + ": " + message);
            }
            case ForwardResult.Opened(Tunnel tunnel) -> opened(forward, tunnel, slot);
        }
    }

    private void opened(Forward forward, Tunnel tunnel, ReplyQueue.Slot slot) {
        CloseReason reason = forward.ended();
        if (reason != null) {
            // Cancelled, displaced, or its session ended while the database was asked.
            release(forward, tunnel, reason);
            slot.fail();
            return;
        }
        forward.opened(tunnel, knownAs(forward.request(), tunnel.lease().binding()));
        context.metrics().forward(SshMetrics.Forward.OPENED);
        context.metrics().forwardBegan();
        Owner owner = tunnel.lease().owner();
        LOG.info(
                "tunnel_opened session={} membership={} tunnel={} name={}",
                session.id(),
                owner.membershipId(),
                tunnel.id(),
                tunnel.lease().binding().leaseName());
        slot.succeed(forward.request().port() == 0 ? OptionalInt.of(forward.bindPort()) : OptionalInt.empty());
        notices.tunnelUp(tunnel.lease().binding());
    }

    private void cancel(ForwardRequest asked, ReplyQueue.Slot slot) {
        forwards.stream().filter(forward -> forward.isNamed(asked)).findFirst().ifPresent(forward -> {
            forwards.remove(forward);
            end(forward, CloseReason.CLIENT);
            context.metrics().forward(SshMetrics.Forward.CANCELLED);
            notices.problem(label(forward) + ": " + CloseReason.CLIENT.sentence());
        });
        slot.succeed();
    }

    private void refuse(ReplyQueue.Slot slot, String message) {
        context.metrics().forward(SshMetrics.Forward.REFUSED);
        LOG.debug("forward_refused session={}", session.id());
        notices.problem(message);
        slot.fail();
    }

    /** Forgets a forward that never lived. */
    private void drop(Forward forward) {
        forwards.remove(forward);
        forward.end(CloseReason.CLIENT);
    }

    private void end(Forward forward, CloseReason reason) {
        if (!forward.end(reason)) {
            return;
        }
        Tunnel tunnel = forward.tunnel();
        if (tunnel != null) {
            context.metrics().forwardEnded();
            release(forward, tunnel, reason);
        }
    }

    private void release(Forward forward, Tunnel tunnel, CloseReason reason) {
        context.forwards().close(tunnel, forward.upstream(), reason).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "tunnel_close_failed session={} tunnel={} error={}",
                        session.id(),
                        tunnel.id(),
                        failure.getClass().getSimpleName());
            }
        });
    }

    /** An allocated port is told to the client; for a host name it means nothing, but it must not be 0. */
    private static int knownAs(ForwardRequest request, Binding binding) {
        if (request.port() != 0) {
            return request.port();
        }
        return switch (binding) {
            case HttpBinding http -> HTTP_PORT;
            case TcpBinding tcp -> tcp.port();
        };
    }

    private static String label(Forward forward) {
        Tunnel tunnel = forward.tunnel();
        return tunnel == null
                ? describe(forward.request())
                : ClientNotices.label(tunnel.lease().binding());
    }

    private static String describe(ForwardRequest request) {
        return (request.isAnyAddress() ? "port " : request.address() + ":") + request.port();
    }
}
