package io.portrgateway.tunnel.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.metrics.CaptureMetrics;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Lease;
import io.portrgateway.tunnel.registry.Owner;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A gateway's HTTP edge on loopback ports, with tunnels to scripted origins. */
final class EdgeKit implements AutoCloseable {

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final TunnelRegistry registry = new TunnelRegistry();
    final MultiThreadIoEventLoopGroup loops;
    final CaptureQueue captured;
    final HttpEdge edge;
    final InetSocketAddress plain;
    final InetSocketAddress tls;
    private final List<Origin> origins = new ArrayList<>();
    private int tunnelCount;

    EdgeKit(String... settings) throws IOException {
        this(2, settings);
    }

    EdgeKit(int loopCount, String... settings) throws IOException {
        loops = new MultiThreadIoEventLoopGroup(loopCount, NioIoHandler.newFactory());
        Map<String, String> environment = new HashMap<>(Map.of(
                "PORTR_DOMAIN", "example.test:8001",
                "PORTR_CAPTURE", "off",
                "PORTR_PROXY_PORT", "0",
                "PORTR_TLS_PORT", "0",
                "PORTR_HTTP_ADDRESS", "127.0.0.1"));
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        Settings read = new Settings(environment);
        HttpConfig config = HttpConfig.read(read);
        CaptureConfig capture = CaptureConfig.read(read);
        if (!read.problems().isEmpty()) {
            throw new IllegalArgumentException(read.problems().toString());
        }
        captured = new CaptureQueue(capture, new CaptureMetrics(meters));
        edge = new HttpEdge(
                config,
                loops,
                loops,
                NioServerSocketChannel.class,
                registry,
                new HttpMetrics(meters),
                new Capture(capture, captured));
        List<InetSocketAddress> bound = edge.start();
        plain = bound.get(0);
        tls = bound.get(bound.size() - 1);
    }

    EventLoop loop() {
        return loops.next();
    }

    Origin origin(Origin.Script script) throws IOException {
        Origin origin = new Origin(script);
        origins.add(origin);
        return origin;
    }

    /** Opens a tunnel with one session to the origin. */
    OriginUpstream tunnel(String name, Origin origin) {
        OriginUpstream upstream = new OriginUpstream(loop(), origin.address());
        registry.join(lease(name), upstream);
        return upstream;
    }

    /** Adds a session to a tunnel. */
    OriginUpstream join(String name, Origin origin) {
        OriginUpstream upstream = new OriginUpstream(loop(), origin.address());
        registry.join(find(name).lease(), upstream);
        return upstream;
    }

    Tunnel find(String name) {
        return registry.find(new Hostname(name)).orElseThrow();
    }

    private Lease lease(String name) {
        String id = String.format("%026d", ++tunnelCount);
        return new Lease(new TunnelId(id), new HttpBinding(new Hostname(name)), new Owner(1, 1, 1), tunnelCount);
    }

    Wire visitor() throws IOException {
        return Wire.connect(plain);
    }

    double count(String meter, String... tags) {
        var counter = meters.find(meter).tags(tags).functionCounter();
        return counter == null ? 0 : counter.count();
    }

    double gauge(String meter) {
        return meters.get(meter).gauge().value();
    }

    @Override
    public void close() throws IOException {
        edge.close();
        for (Origin origin : origins) {
            origin.close();
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
