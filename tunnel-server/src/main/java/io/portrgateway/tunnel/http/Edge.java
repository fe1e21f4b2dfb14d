package io.portrgateway.tunnel.http;

import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.metrics.HttpMetrics;
import io.portrgateway.tunnel.registry.TunnelRegistry;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What every connection of the edge shares. Thread-safe: all parts are immutable, per loop, or thread-safe themselves.
 *
 * @param draining set once, when the gateway stops
 */
record Edge(
        HttpConfig config,
        TunnelRegistry registry,
        HttpMetrics metrics,
        Capture capture,
        HostRouter router,
        TrustedProxies trusted,
        Forwarding forwarding,
        HeaderRules rules,
        EdgeResponses responses,
        ConnectionLimits connections,
        HeadBuffer.Source heads,
        Watch.Loops watches,
        AtomicBoolean draining) {

    /** The tick is a fraction of the shortest limit, so that a limit is never exceeded by much. */
    private static final long LONGEST_TICK_NANOS = 500_000_000L;

    private static final long SHORTEST_TICK_NANOS = 5_000_000L;

    static Edge of(HttpConfig config, TunnelRegistry registry, HttpMetrics metrics, Capture capture) {
        HostRouter router = new HostRouter(config.routing());
        TrustedProxies trusted = new TrustedProxies(config.trust().proxies());
        return new Edge(
                config,
                registry,
                metrics,
                capture,
                router,
                trusted,
                new Forwarding(trusted),
                new HeaderRules(config.trust().passReplayId()),
                new EdgeResponses(new ErrorPages(config.routing(), router)),
                new ConnectionLimits(config.limits()),
                new HeadBuffer.Source(),
                new Watch.Loops(tickNanos(config)),
                new AtomicBoolean());
    }

    private static long tickNanos(HttpConfig config) {
        HttpConfig.Timeouts t = config.timeouts();
        long shortest = Math.min(
                Math.min(t.header().toNanos(), t.keepAlive().toNanos()),
                Math.min(t.bodyProgress().toNanos(), t.linger().toNanos()));
        if (t.responseHeader().isPositive()) {
            shortest = Math.min(shortest, t.responseHeader().toNanos());
        }
        if (t.upstreamIdle().isPositive()) {
            shortest = Math.min(shortest, t.upstreamIdle().toNanos());
        }
        return Math.clamp(shortest / 8, SHORTEST_TICK_NANOS, LONGEST_TICK_NANOS);
    }
}
