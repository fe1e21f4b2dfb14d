package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.relay.Coupling;
import io.portrgateway.tunnel.relay.RelayEnd;
import io.portrgateway.tunnel.relay.RelayLimits;
import io.portrgateway.tunnel.relay.RelayListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Swaps the HTTP codecs of both sides for a raw relay once a 101 has been written to the visitor. Bytes either side sent
 * behind its head wait in the codecs and are passed on when those are removed, in order and before anything newer.
 *
 * <p>Begins on the visitor's event loop, where the 101 was written.
 */
final class UpgradeSplice implements RelayListener, Watch.Watched {

    private final Edge edge;
    private final UpstreamHandler stream;
    private final RelayLimits limits;
    private final Exchange exchange;
    private final ExchangeTally tally;
    private final Watch.Entry watchEntry = new Watch.Entry(this);
    private @Nullable Coupling coupling;

    UpgradeSplice(Edge edge, UpstreamHandler stream, Exchange exchange, ExchangeTally tally) {
        HttpConfig.Timeouts timeouts = edge.config().timeouts();
        this.edge = edge;
        this.stream = stream;
        this.limits = new RelayLimits(timeouts.upgradeIdle(), timeouts.bodyProgress(), timeouts.linger());
        this.exchange = exchange;
        this.tally = tally;
    }

    /** Couples the two; {@code visitorCodec} are the visitor's HTTP handlers, from the last to the first. */
    void begin(Channel visitor, List<ChannelHandler> visitorCodec) {
        Channel upstream = stream.channel();
        prepare(visitor);
        prepare(upstream);
        Coupling pair = Coupling.couple(visitor, upstream, limits, this);
        coupling = pair;
        edge.watches().add(visitor.eventLoop(), watchEntry);
        for (ChannelHandler handler : visitorCodec) {
            visitor.pipeline().remove(handler);
        }
        Runnable rest = () -> {
            stream.removeCodec();
            pair.start();
        };
        if (upstream.eventLoop().inEventLoop()) {
            rest.run();
        } else {
            upstream.eventLoop().execute(rest);
        }
    }

    /** Ends the care for the connection; on the visitor's loop. */
    void forget() {
        edge.watches().remove(watchEntry);
    }

    /** The relay watches its own limits. */
    @Override
    public void check(long nowNanos) {}

    @Override
    public void cut() {
        if (coupling != null) {
            coupling.close();
        }
    }

    private static void prepare(Channel channel) {
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Override
    public void toVisitor(ByteBuf bytes) {
        tally.relayedToVisitor(bytes);
    }

    @Override
    public void toUpstream(ByteBuf bytes) {
        tally.relayedToUpstream(bytes);
    }

    @Override
    public void ended(RelayEnd end) {
        exchange.relayEnded();
    }
}
