package io.portrgateway.tunnel.ssh;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.metrics.SshMetrics;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.relay.Coupling;
import io.portrgateway.tunnel.relay.RelayEnd;
import io.portrgateway.tunnel.relay.RelayLimits;
import io.portrgateway.tunnel.relay.RelayListener;
import io.portrgateway.tunnel.transport.ConnectionGate;
import io.portrgateway.tunnel.transport.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionServiceRequestHandler;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.AcceptAllPasswordAuthenticator;
import org.apache.sshd.server.auth.pubkey.AcceptAllPublickeyAuthenticator;

/**
 * A server with this package's data path and nothing else: everybody may log in, each {@code tcpip-forward} succeeds, and
 * {@link #publish} relays a public port to it.
 */
final class DataPathRig implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EventLoops loops;
    private final SshServer server = SshServer.setUpDefaultServer();
    private final SshDataPath dataPath;
    private final BlockingQueue<SshUpstream> forwards = new LinkedBlockingQueue<>();

    DataPathRig(Map<String, String> environment) throws Exception {
        this(environment, ConnectionGate.OPEN, 0);
    }

    DataPathRig(Map<String, String> environment, ConnectionGate gate, int port) throws Exception {
        TransportConfig config = TransportConfig.read(new Settings(environment));
        loops = new EventLoops(config);
        dataPath = new SshDataPath(loops, config, new SshMetrics(new SimpleMeterRegistry()));
        dataPath.install(server, gate);
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(256);
        KeyPair hostKey = keys.generateKeyPair();
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        server.setPublickeyAuthenticator(AcceptAllPublickeyAuthenticator.INSTANCE);
        server.setPasswordAuthenticator(AcceptAllPasswordAuthenticator.INSTANCE);
        server.setGlobalRequestHandlers(List.of(new KeepAliveHandler(), new Forwarding()));
        CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.start();
    }

    int sshPort() {
        return server.getPort();
    }

    SshServer server() {
        return server;
    }

    SshDataPath dataPath() {
        return dataPath;
    }

    EventLoops loops() {
        return loops;
    }

    /** The upstream of the next forward that a client asks for. */
    SshUpstream nextForward() throws InterruptedException {
        SshUpstream upstream = forwards.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (upstream == null) {
            throw new AssertionError("no client asked for a forward");
        }
        return upstream;
    }

    /** Opens a public port whose visitors reach the service behind the upstream. */
    InetSocketAddress publish(Upstream upstream) {
        return publish(upstream, 0);
    }

    InetSocketAddress publish(Upstream upstream, int port) {
        return (InetSocketAddress) new ServerBootstrap()
                .group(loops.group(), upstream.eventLoop())
                .channel(loops.serverChannelClass())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel visitor) {
                        relay(visitor, upstream);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port)
                .syncUninterruptibly()
                .channel()
                .localAddress();
    }

    private static void relay(SocketChannel visitor, Upstream upstream) {
        upstream.open(visitor.remoteAddress()).addListener(opened -> {
            if (opened.isSuccess()) {
                Coupling.couple(
                                visitor,
                                (Channel) opened.getNow(),
                                RelayLimits.withIdle(Duration.ZERO),
                                SilentListener.INSTANCE)
                        .start();
            } else {
                visitor.close();
            }
        });
    }

    @Override
    public void close() throws IOException {
        server.close(true).await(PATIENCE);
        loops.close();
    }

    /** For trying things out by hand: listens, and publishes each forward at the port it asks for. */
    public static void main(String[] arguments) throws Exception {
        DataPathRig rig = new DataPathRig(System.getenv(), ConnectionGate.OPEN, Integer.parseInt(arguments[0]));
        while (true) {
            SshUpstream upstream = rig.forwards.take();
            System.out.println(
                    "public " + rig.publish(upstream, upstream.forward().bindPort()));
        }
    }

    private enum SilentListener implements RelayListener {
        INSTANCE;

        @Override
        public void toVisitor(ByteBuf bytes) {}

        @Override
        public void toUpstream(ByteBuf bytes) {}

        @Override
        public void ended(RelayEnd end) {}
    }

    private final class Forwarding extends AbstractConnectionServiceRequestHandler {

        @Override
        public Result process(ConnectionService service, String request, boolean wantReply, Buffer buffer)
                throws Exception {
            if (!request.equals("tcpip-forward")) {
                return super.process(service, request, wantReply, buffer);
            }
            String address = buffer.getString();
            int asked = buffer.getInt();
            int port = asked == 0 ? 40_001 : asked;
            SshUpstream upstream = (SshUpstream) dataPath.upstream(new RigForward(service, address, port));
            service.getSession()
                    .addCloseFutureListener(closed -> upstream.eventLoop().execute(upstream::ended));
            Session session = service.getSession();
            Buffer reply = session.createBuffer(SshConstants.SSH_MSG_REQUEST_SUCCESS, Integer.BYTES);
            if (asked == 0) {
                reply.putUInt(port);
            }
            session.writePacket(reply);
            forwards.add(upstream);
            return Result.Replied;
        }
    }

    private record RigForward(ConnectionService connection, String bindAddress, int bindPort)
            implements SessionForward {

        @Override
        public EventLoop eventLoop() {
            return SshDataPath.loopOf(connection.getSession().getIoSession());
        }

        @Override
        public boolean keepsStreamsAlive() {
            return true;
        }

        @Override
        public void close(CloseReason reason) {
            connection.getSession().close(true);
        }

        @Override
        public void report(ExchangeLine line) {}
    }
}
