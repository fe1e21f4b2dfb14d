package io.portrgateway.tunnel.transport;

import io.portrgateway.tunnel.config.TransportConfig;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.io.AbstractIoServiceFactoryFactory;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoServiceEventListener;
import org.apache.sshd.common.io.IoServiceFactory;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/**
 * Gives MINA its sockets out of the shared event loops, which it never closes. For a server: there is no connector.
 * Thread-safe.
 */
public final class NettyIoServiceFactory extends AbstractCloseable implements IoServiceFactory {

    private final EventLoops loops;
    private final TransportConfig config;
    private final ConnectionGate gate;
    private @Nullable IoServiceEventListener listener;

    private NettyIoServiceFactory(EventLoops loops, TransportConfig config, ConnectionGate gate) {
        this.loops = loops;
        this.config = config;
        this.gate = gate;
    }

    /** What {@code SshServer.setIoServiceFactoryFactory} takes. */
    public static AbstractIoServiceFactoryFactory of(EventLoops loops, TransportConfig config, ConnectionGate gate) {
        return new AbstractIoServiceFactoryFactory(null) {
            @Override
            public IoServiceFactory create(FactoryManager manager) {
                NettyIoServiceFactory factory = new NettyIoServiceFactory(loops, config, gate);
                factory.setIoServiceEventListener(manager.getIoServiceEventListener());
                return factory;
            }
        };
    }

    @Override
    public IoAcceptor createAcceptor(IoHandler handler) {
        NettyIoAcceptor acceptor = new NettyIoAcceptor(loops, config, gate, handler);
        acceptor.setIoServiceEventListener(listener);
        return acceptor;
    }

    @Override
    public IoConnector createConnector(IoHandler handler) {
        throw new UnsupportedOperationException("this server opens no SSH connections");
    }

    @Override
    public @Nullable IoServiceEventListener getIoServiceEventListener() {
        return listener;
    }

    @Override
    public void setIoServiceEventListener(@Nullable IoServiceEventListener listener) {
        this.listener = listener;
    }
}
