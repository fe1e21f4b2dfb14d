package io.portrgateway.tunnel.ssh;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.transport.ConnectionGate;
import io.portrgateway.tunnel.transport.EventLoops;
import io.portrgateway.tunnel.transport.NettyIoServiceFactory;
import io.portrgateway.tunnel.transport.NettyIoSession;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;

/**
 * Makes a MINA server use this server's event loops, ciphers and streams. One per node; thread-safe.
 */
final class SshDataPath {

    private static final AttributeKey<SessionStreams> STREAMS = new AttributeKey<>();

    private final EventLoops loops;
    private final TransportConfig config;
    private final SshMetrics metrics;
    private final WindowBudget budget;

    SshDataPath(EventLoops loops, TransportConfig config, SshMetrics metrics) {
        this.loops = loops;
        this.config = config;
        this.metrics = metrics;
        this.budget = new WindowBudget(config.totalWindowBytes(), null);
    }

    /**
     * Sets transport, session, cipher and random factories of a server that is not started yet, and what
     * depends on them; the rest of its configuration is the caller's.
     */
    void install(SshServer server, ConnectionGate gate) {
        server.setIoServiceFactoryFactory(NettyIoServiceFactory.of(loops, config, gate));
        server.setSessionFactory(TunnelSession.factory(server));
        server.setCipherFactories(AesGcmCipher.factories());
        server.setRandomFactory(SessionRandom.FACTORY);
        // Random SSH_MSG_IGNORE packets hide nothing here and cost a packet each.
        CoreModuleProperties.IGNORE_MESSAGE_SIZE.set(server, 0);
    }

    /** The loop that runs the session with this socket. Any thread. */
    static EventLoop loopOf(IoSession socket) {
        return ((NettyIoSession) socket).eventLoop();
    }

    /** The upstream of a forward. Any thread. */
    SessionUpstream upstream(SessionForward forward) {
        SessionStreams streams = forward.connection()
                .getSession()
                .computeAttributeIfAbsent(
                        STREAMS, key -> SessionStreams.of(forward.connection(), config, budget, metrics));
        return new SshUpstream(forward, streams);
    }

    /** Receive windows that clients of this node hold at present. Any thread. */
    long reservedWindowBytes() {
        return budget.reservedBytes();
    }
}
