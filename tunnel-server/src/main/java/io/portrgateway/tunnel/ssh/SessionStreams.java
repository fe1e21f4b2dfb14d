package io.portrgateway.tunnel.ssh;

import com.github.f4b6a3.ulid.UlidCreator;
import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.transport.NettyIoSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.jspecify.annotations.Nullable;

/**
 * What all streams of one SSH session share: its loop, its window budget, its limit, its turn at the socket.
 *
 * <p>Confined to {@link #eventLoop()} unless a method says otherwise.
 */
final class SessionStreams {

    private final Session session;
    private final ConnectionService service;
    private final TransportConfig config;
    private final NettyIoSession socket;
    private final WindowBudget nodeBudget;
    private final WindowBudget budget;
    private final SshMetrics metrics;
    private final Gather gather = new Gather();
    private final ArrayDeque<SshStreamChannel> waiting = new ArrayDeque<>(0);
    private final String sessionId = UlidCreator.getUlid().toString();
    private int streamCount;

    private SessionStreams(
            ConnectionService service, TransportConfig config, WindowBudget nodeBudget, SshMetrics metrics) {
        this.session = service.getSession();
        this.service = service;
        this.config = config;
        this.nodeBudget = nodeBudget;
        this.metrics = metrics;
        this.socket = NettyIoSession.of(session);
        this.budget = new WindowBudget(config.sessionWindowBytes(), nodeBudget);
    }

    /** The streams of a session that just began to forward. */
    static SessionStreams of(
            ConnectionService service, TransportConfig config, WindowBudget nodeBudget, SshMetrics metrics) {
        SessionStreams streams = new SessionStreams(service, config, nodeBudget, metrics);
        streams.session.addSessionListener(streams.new KeyExchangeEnd());
        streams.socket.setWritableListener(streams::resume);
        return streams;
    }

    /** Names the session among all others. Any thread. */
    String sessionId() {
        return sessionId;
    }

    /** The loop of the session. Any thread. */
    EventLoop eventLoop() {
        return socket.eventLoop();
    }

    NettyIoSession socket() {
        return socket;
    }

    Gather gather() {
        return gather;
    }

    /** Whether the session can still carry streams. Any thread. */
    boolean isOpen() {
        return !session.isClosing();
    }

    SshMetrics metrics() {
        return metrics;
    }

    /** The client agreed to a stream. */
    void began(long sinceAskedNanos) {
        metrics.streamBegan(Duration.ofNanos(sinceAskedNanos));
        metrics.windows(nodeBudget.reservedBytes());
    }

    TransportConfig config() {
        return config;
    }

    /** Streams that are open or being opened. */
    int streamCount() {
        return streamCount;
    }

    boolean isFull() {
        return streamCount >= config.maxStreamCount();
    }

    ReceiveWindow newWindow() {
        return new ReceiveWindow(budget, config.initialWindowBytes(), config.maxWindowBytes(), System::nanoTime);
    }

    /** Asks the client for one more stream; null when the session is ending. */
    @Nullable
    ForwardedChannel open(SessionForward forward, InetSocketAddress visitor, ForwardedChannel.Opening opening) {
        ForwardedChannel channel = new ForwardedChannel(this, opening);
        streamCount++;
        try {
            service.registerChannel(channel);
            channel.open(forward.bindAddress(), forward.bindPort(), visitor);
            return channel;
        } catch (IOException | IllegalStateException sessionIsEnding) {
            channel.abandon();
            channel.close(true);
            return null;
        }
    }

    /** A stream is gone for good. */
    void ended(boolean wasConfirmed) {
        streamCount--;
        metrics.windows(nodeBudget.reservedBytes());
        if (wasConfirmed) {
            metrics.streamEnded();
        }
    }

    /** Whether data may be given to the SSH socket: it has room, and no key exchange is going on. */
    boolean canWrite() {
        return session.getKexState() == KexState.DONE && socket.isWritable();
    }

    /** The stream goes on when {@link #canWrite} again, after those that waited before it. */
    void waitForSocket(SshStreamChannel stream) {
        waiting.add(stream);
    }

    private void resume() {
        while (!waiting.isEmpty() && canWrite()) {
            waiting.remove().resumeWriting();
        }
    }

    /** Data waits while keys are exchanged, instead of piling up in MINA's queue; this is what wakes it up. */
    private final class KeyExchangeEnd implements SessionListener {

        @Override
        public void sessionEvent(Session changed, Event event) {
            if (event == Event.KeyEstablished) {
                // MINA says so just before it is true.
                eventLoop().execute(SessionStreams.this::resume);
            }
        }
    }
}
