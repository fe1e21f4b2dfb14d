package io.portrgateway.tunnel.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.Promise;
import io.portrgateway.tunnel.ListeningSockets;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.config.TcpConfig;
import io.portrgateway.tunnel.config.TransportConfig;
import io.portrgateway.tunnel.metrics.TcpMetrics;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import io.portrgateway.tunnel.registry.UpstreamException;
import io.portrgateway.tunnel.transport.EventLoops;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The TCP edge over real sockets, with the session played by plain connections to the service. */
@Timeout(60)
@ParameterizedClass(name = "{0}")
@MethodSource("arrangements")
class TcpEdgeIT {

    private static final int BIG = 8 << 20;

    /** Which sockets: those of the product's own event loops, as it makes them. */
    record Arrangement(String name, boolean isNative) {
        EventLoops newLoops() {
            return new EventLoops(TransportConfig.read(new Settings(
                    Map.of("PORTR_EVENT_LOOPS", "2", "PORTR_NATIVE_TRANSPORT", Boolean.toString(isNative)))));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Arrangement> arrangements() {
        List<Arrangement> all = new ArrayList<>();
        all.add(new Arrangement("portable sockets", false));
        if (Epoll.isAvailable()) {
            all.add(new Arrangement("epoll", true));
        }
        return all;
    }

    private final EventLoops eventLoops;
    private final MultiThreadIoEventLoopGroup loops;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TunnelRegistry registry = new TunnelRegistry();
    private final Map<String, String> environment = new HashMap<>();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    private ServerSocket service;
    private SocketUpstream upstream;
    private TcpEdge edge;
    private TcpBinding binding;
    private Tunnel tunnel;
    private long epoch;

    TcpEdgeIT(Arrangement arrangement) {
        this.eventLoops = arrangement.newLoops();
        this.loops = eventLoops.group();
    }

    @BeforeEach
    void startService() throws IOException {
        service = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        toClose.add(service);
        upstream = newUpstream(loops.next());
        int port = freePort();
        environment.put("PORTR_TCP_ADDRESS", "127.0.0.1");
        environment.put("PORTR_TCP_PORT_RANGE", port + "-" + port);
        binding = new TcpBinding(port);
    }

    @AfterEach
    void stop() throws Exception {
        if (edge != null) {
            edge.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        for (AutoCloseable closeable : toClose) {
            closeable.close();
        }
        eventLoops.close();
    }

    @Test
    void relaysBothWaysAndTellsTheServiceSideWhoTheVisitorIs() throws Exception {
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "hello");
            assertThat(read(served, 5)).isEqualTo("hello");
            write(served, "welcome");
            assertThat(read(visitor, 7)).isEqualTo("welcome");
            assertThat(upstream.visitors)
                    .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), visitor.getLocalPort()));
            assertThat(upstream.inFlight).hasValue(1);
        }

        await().untilAsserted(() -> assertThat(upstream.inFlight).hasValue(0));
        assertThat(tunnel.toUpstreamBytes().sum()).isEqualTo(5);
        assertThat(tunnel.toVisitorBytes().sum()).isEqualTo(7);
        assertThat(tunnel.requestCount().sum()).isEqualTo(1);
        assertThat(upstream.lines).hasSize(1);
    }

    @Test
    void passesHalfCloseOnAndDeliversTheAnswerAfterIt() throws Exception {
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "question");
            visitor.shutdownOutput();
            assertThat(new String(served.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("question");
            write(served, "answer");
            served.shutdownOutput();
            assertThat(new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("answer");
        }

        await().untilAsserted(() -> assertThat(edge.visitorCount()).isZero());
    }

    @Test
    void passesTheServicesHalfCloseOnWhileTheVisitorGoesOnSending() throws Exception {
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(served, "banner");
            served.shutdownOutput();
            assertThat(new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("banner");
            write(visitor, "still here");
            assertThat(read(served, 10)).isEqualTo("still here");
        }
    }

    @Test
    void deliversEveryByteBeforeTheCloseInBothDirections() throws Exception {
        open();
        byte[] sent = new byte[BIG];
        new Random(7).nextBytes(sent);

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            sendAndClose(served, sent);
            assertThat(visitor.getInputStream().readAllBytes()).isEqualTo(sent);
        }
        try (Socket visitor = visit();
                Socket served = service.accept()) {
            sendAndClose(visitor, sent);
            assertThat(served.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void deliversTheLastBytesToAVisitorThatGoesOnSendingAfterTheServiceClosed() throws Exception {
        open();
        byte[] sent = new byte[200_000];
        new Random(8).nextBytes(sent);

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            served.getOutputStream().write(sent);
            await().until(() -> tunnel.toVisitorBytes().sum() == sent.length);
            visitor.getOutputStream().write(new byte[100_000]);
            upstream.streams.getFirst().close();
            visitor.getOutputStream().write(new byte[100_000]);
            assertThat(visitor.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void deliversEveryByteWhenVisitorAndStreamLiveOnDifferentEventLoops() throws Exception {
        open();
        EventLoop other = loops.next();
        if (other == upstream.eventLoop()) {
            other = loops.next();
        }
        upstream.refusal = UpstreamException.Reason.LIMIT;
        registry.join(tunnel.lease(), newUpstream(other));
        byte[] sent = new byte[BIG];
        new Random(9).nextBytes(sent);

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            sendAndEnd(visitor, sent);
            sendAndEnd(served, sent);
            byte[][] received = new byte[1][];
            Thread reader = Thread.ofVirtual().start(() -> received[0] = readAll(served));
            assertThat(readAll(visitor)).isEqualTo(sent);
            reader.join();
            assertThat(received[0]).isEqualTo(sent);
        }
        await().untilAsserted(() -> assertThat(edge.visitorCount()).isZero());
    }

    @Test
    void keepsWhatTheVisitorSentAndEndedBeforeTheStreamWasOpen() throws Exception {
        open();
        Promise<Void> hold = upstream.holdOpening();

        try (Socket visitor = visit()) {
            write(visitor, "early bird");
            visitor.shutdownOutput();
            await().until(() -> !upstream.visitors.isEmpty());
            hold.setSuccess(null);
            try (Socket served = service.accept()) {
                assertThat(new String(served.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("early bird");
                write(served, "worm");
                served.shutdownOutput();
                assertThat(read(visitor, 4)).isEqualTo("worm");
            }
        }
    }

    @Test
    void slowsTheServiceDownToTheVisitorsPace() throws Exception {
        environment.put("PORTR_TCP_WRITE_HIGH", "64KiB");
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            byte[] block = new byte[64 << 10];
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    OutputStream out = served.getOutputStream();
                    for (int i = 0; i < 1024; i++) {
                        out.write(block);
                    }
                } catch (IOException ended) {
                    // the test is over
                }
            });
            await().pollDelay(300, TimeUnit.MILLISECONDS)
                    .until(() -> tunnel.toVisitorBytes().sum() > 0);
            long before = tunnel.toVisitorBytes().sum();
            await().during(300, TimeUnit.MILLISECONDS)
                    .until(() -> tunnel.toVisitorBytes().sum() - before < (16 << 20));
            assertThat(tunnel.toVisitorBytes().sum()).isLessThan(40L << 20);

            long total = visitor.getInputStream().skip(64L << 20);
            assertThat(total).isPositive();
            writer.interrupt();
        }
    }

    @Test
    void closesTheStreamWhenTheVisitorResets() throws Exception {
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "x");
            assertThat(read(served, 1)).isEqualTo("x");
            reset(visitor);
            assertThat(served.getInputStream().read()).isEqualTo(-1);
        }

        await().untilAsserted(() -> assertThat(upstream.inFlight).hasValue(0));
    }

    @Test
    void resetsTheVisitorWhenNoStreamCanBeOpened() throws Exception {
        open();
        upstream.refusal = UpstreamException.Reason.REFUSED;

        assertNextVisitorIsReset();

        await().untilAsserted(() -> assertThat(upstream.inFlight).hasValue(0));
        await().untilAsserted(() -> assertThat(outcome("upstream_refused")).isEqualTo(1));
    }

    @Test
    void triesAnotherSessionWhenTheFirstCannotOpenAStream() throws Exception {
        open();
        upstream.refusal = UpstreamException.Reason.LIMIT;
        SocketUpstream second = newUpstream(loops.next());
        registry.join(tunnel.lease(), second);
        second.begin();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "hop");
            assertThat(read(served, 3)).isEqualTo("hop");
            write(served, "back");
            assertThat(read(visitor, 4)).isEqualTo("back");
        }
    }

    @Test
    void resetsVisitorsOverTheLimitOfATunnel() throws Exception {
        environment.put("PORTR_TCP_MAX_CONNECTIONS_PER_TUNNEL", "1");
        open();

        try (Socket first = visit();
                Socket served = service.accept()) {
            assertNextVisitorIsReset();
            write(first, "ok");
            assertThat(read(served, 2)).isEqualTo("ok");
        }

        assertThat(outcome("refused_tunnel_limit")).isEqualTo(1);
    }

    @Test
    void resetsVisitorsOverTheLimitOfAnAddressAndForgetsThoseWhoLeft() throws Exception {
        environment.put("PORTR_TCP_MAX_CONNECTIONS_PER_ADDRESS", "1");
        open();

        try (Socket first = visit();
                Socket served = service.accept()) {
            assertNextVisitorIsReset();
            assertThat(first.isConnected()).isTrue();
            assertThat(served.isConnected()).isTrue();
        }
        await().untilAsserted(() -> assertThat(edge.visitorCount()).isZero());

        try (Socket third = visit();
                Socket served = service.accept()) {
            write(third, "ok");
            assertThat(read(served, 2)).isEqualTo("ok");
        }
    }

    @Test
    void endsASilentConnectionAfterTheIdleTimeout() throws Exception {
        environment.put("PORTR_TCP_IDLE_TIMEOUT", "200ms");
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
            assertThat(served.getInputStream().read()).isEqualTo(-1);
        }

        await().untilAsserted(() -> assertThat(outcome("idle")).isEqualTo(1));
    }

    @Test
    void refusesAPortOutsideTheRangeOrInUse() throws Exception {
        open();
        TcpBinding outside = new TcpBinding(service.getLocalPort());
        assertThat(listen(newTunnel(outside, upstream), outside)).isFalse();
        edge.unlisten(tunnel, binding).toCompletableFuture().get(5, TimeUnit.SECONDS);

        try (ServerSocket squatter =
                await().ignoreException(BindException.class).until(this::squat, ServerSocket::isBound)) {
            assertThat(squatter.isBound()).isTrue();
            assertThat(listen(newTunnel(binding, upstream), binding)).isFalse();
        }
        assertThat(edge.listenerCount()).isZero();
        assertThat(listen(newTunnel(binding, upstream), binding)).isTrue();
    }

    @Test
    void handsTheListenerOverToANewerTunnelWithoutAGap() throws Exception {
        open();
        SocketUpstream successor = newUpstream(loops.next());
        Tunnel next = newTunnel(binding, successor);

        assertThat(listen(next, binding)).isTrue();
        edge.unlisten(tunnel, binding).toCompletableFuture().get(5, TimeUnit.SECONDS);

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "new");
            assertThat(read(served, 3)).isEqualTo("new");
        }
        assertThat(successor.visitors).hasSize(1);
        assertThat(upstream.visitors).isEmpty();
        assertThat(listen(tunnel, binding)).isFalse();
    }

    @Test
    void listensAgainWhileTheOldListenerIsStillClosing() throws Exception {
        open();

        for (int round = 0; round < 50; round++) {
            Tunnel next = newTunnel(binding, upstream);
            edge.unlisten(tunnel, binding);
            assertThat(listen(next, binding)).isTrue();
            tunnel = next;
        }
    }

    @Test
    void closesThePortAndItsVisitorsWhenTheTunnelEnds() throws Exception {
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "x");
            assertThat(read(served, 1)).isEqualTo("x");
            edge.unlisten(tunnel, binding).toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
            assertThat(served.getInputStream().read()).isEqualTo(-1);
        }

        // Java's portable sockets free the port a moment later. Not asked by a connection: on loopback one to a free
        // port
        // may meet itself, or whoever took the port since.
        await().untilAsserted(() -> assertThat(ListeningSockets.ports()).doesNotContain(binding.port()));
        await().untilAsserted(() -> assertThat(upstream.inFlight).hasValue(0));
    }

    @Test
    void keepsVisitorsWhileDrainingAndAcceptsNoMore() throws Exception {
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            edge.stopAccepting();
            await().untilAsserted(() -> assertThatThrownBy(this::visit).isInstanceOf(IOException.class));
            write(visitor, "last words");
            assertThat(read(served, 10)).isEqualTo("last words");
            assertThat(edge.visitorCount()).isEqualTo(1);
            assertThat(listen(newTunnel(binding, upstream), binding)).isFalse();
        }
    }

    @Test
    void putsAProxyHeaderInFrontForTheService() throws Exception {
        environment.put("PORTR_TCP_SERVICE_PROXY_PROTOCOL", "v1");
        open();

        try (Socket visitor = visit();
                Socket served = service.accept()) {
            write(visitor, "data");
            String expected =
                    "PROXY TCP4 127.0.0.1 127.0.0.1 " + visitor.getLocalPort() + " " + binding.port() + "\r\ndata";
            assertThat(read(served, expected.length())).isEqualTo(expected);
        }
    }

    @Test
    void believesTheProxyHeaderOfATrustedProxy() throws Exception {
        environment.put("PORTR_TCP_TRUSTED_PROXIES", "127.0.0.0/8");
        open();

        try (Socket proxy = visit()) {
            write(proxy, "PROXY TCP4 203.0.113.9 127.0.0.1 4711 443\r\ndata");
            try (Socket served = service.accept()) {
                assertThat(read(served, 4)).isEqualTo("data");
            }
        }
        assertThat(upstream.visitors)
                .containsExactly(new InetSocketAddress(InetAddress.getByName("203.0.113.9"), 4711));
    }

    @Test
    void resetsATrustedProxyWithoutAHeader() throws Exception {
        environment.put("PORTR_TCP_TRUSTED_PROXIES", "127.0.0.1");
        environment.put("PORTR_TCP_PROXY_HEADER_TIMEOUT", "200ms");
        open();

        try (Socket silent = visit();
                Socket wrong = visit()) {
            write(wrong, "GET / HTTP/1.1\r\n\r\n");
            assertClosed(wrong);
            assertClosed(silent);
        }
        assertThat(upstream.visitors).isEmpty();
        await().untilAsserted(() -> assertThat(upstream.inFlight).hasValue(0));
    }

    @Test
    void resetsTheVisitorWhenNoSessionIsOpen() throws Exception {
        open();
        upstream.close(CloseReason.LOST);

        assertNextVisitorIsReset();
    }

    /** The reset may come while the visitor still connects. */
    private void assertNextVisitorIsReset() {
        assertThatThrownBy(() -> {
                    try (Socket visitor = visit()) {
                        visitor.getInputStream().read();
                    }
                })
                .isInstanceOf(SocketException.class);
    }

    private void open() throws Exception {
        Settings settings = new Settings(environment);
        TcpConfig config = TcpConfig.read(settings);
        assertThat(settings.problems()).isEmpty();
        edge = new TcpEdge(config, new TcpMetrics(meters), loops, eventLoops.serverChannelClass());
        tunnel = newTunnel(binding, upstream);
        assertThat(listen(tunnel, binding)).isTrue();
    }

    private boolean listen(Tunnel candidate, TcpBinding where) throws Exception {
        return edge.listen(candidate, where).toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    private Tunnel newTunnel(TcpBinding where, SocketUpstream session) {
        epoch++;
        TunnelId id = new TunnelId("01TCP%021d".formatted(epoch));
        return registry.join(new Lease(id, where, new Owner(1, 1, 1), epoch), session)
                .orElseThrow()
                .tunnel();
    }

    private SocketUpstream newUpstream(EventLoop loop) {
        return new SocketUpstream(
                loop,
                eventLoops.channelClass(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), service.getLocalPort()));
    }

    private Socket visit() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), binding.port()), 5_000);
        return socket;
    }

    private double outcome(String name) {
        return meters.get("portr.tcp.connections")
                .tag("outcome", name)
                .counter()
                .count();
    }

    private ServerSocket squat() throws IOException {
        return new ServerSocket(binding.port(), 5, InetAddress.getLoopbackAddress());
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void assertClosed(Socket socket) {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (IOException reset) {
            assertThat(reset).isInstanceOf(SocketException.class);
        }
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void sendAndClose(Socket from, byte[] bytes) {
        Thread.ofVirtual().start(() -> {
            try (from) {
                from.getOutputStream().write(bytes);
            } catch (IOException ended) {
                // seen by the reader as missing bytes
            }
        });
    }

    private static void sendAndEnd(Socket from, byte[] bytes) {
        Thread.ofVirtual().start(() -> {
            try {
                from.getOutputStream().write(bytes);
                from.shutdownOutput();
            } catch (IOException ended) {
                // seen by the reader as missing bytes
            }
        });
    }

    private static byte[] readAll(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(Socket socket, int byteCount) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] bytes = in.readNBytes(byteCount);
        return new String(Arrays.copyOf(bytes, bytes.length), StandardCharsets.US_ASCII);
    }
}
