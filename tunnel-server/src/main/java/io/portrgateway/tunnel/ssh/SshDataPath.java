package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.transport.ConnectionGate;
import io.portrgateway.tunnel.transport.EventLoops;
import io.portrgateway.tunnel.transport.NettyIoServiceFactory;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;

/**
 * Makes a MINA server use this server's event loops, ciphers and streams. One per node; thread-safe.
 */
final class SshDataPath {

    private static final AttributeKey<SessionStreams> STREAMS = new AttributeKey<>();

    private final EventLoops loops;
    private final TransportConfig config;
    private final WindowBudget budget;

    SshDataPath(EventLoops loops, TransportConfig config) {
        this.loops = loops;
        this.config = config;
        this.budget = new WindowBudget(config.totalWindowBytes(), null);
    }

    /** Sets transport, session, cipher and random factories of a server that is not started yet. */
    void install(SshServer server, ConnectionGate gate) {
        server.setIoServiceFactoryFactory(NettyIoServiceFactory.of(loops, config, gate));
        server.setSessionFactory(TunnelSession.factory(server));
        server.setCipherFactories(AesGcmCipher.factories());
        server.setRandomFactory(SessionRandom.FACTORY);
        // Random SSH_MSG_IGNORE packets hide nothing here and cost a packet each.
        CoreModuleProperties.IGNORE_MESSAGE_SIZE.set(server, 0);
    }

    /** What the streams of this session share; made at the first call. Any thread. */
    SessionStreams streams(ConnectionService service) {
        return service.getSession()
                .computeAttributeIfAbsent(STREAMS, key -> SessionStreams.of(service, config, budget));
    }

    /** Receive windows that clients of this node hold at present. Any thread. */
    long reservedWindowBytes() {
        return budget.reservedBytes();
    }
}
