package io.portrgateway.tunnel.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a listening socket: counts and tells what could not be accepted, usually because the process has no
 * file descriptor left. Netty pauses such a listener for a second, so this is not told more often. Thread-safe.
 */
@Sharable
public final class AcceptFailures extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);

    private final String edge;
    private final Counter count;

    /** @param edge which listener this is, such as {@code ssh} */
    AcceptFailures(MeterRegistry registry, String edge) {
        this.edge = edge;
        this.count = Counter.builder("portr.accept.failures")
                .description("Connections that could not be accepted, usually for want of file descriptors")
                .tag("edge", edge)
                .register(registry);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        count.increment();
        LOG.warn("accept_failed edge={} cause={}", edge, cause.getMessage());
    }
}
