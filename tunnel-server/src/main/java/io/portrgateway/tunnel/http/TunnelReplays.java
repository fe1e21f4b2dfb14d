package io.portrgateway.tunnel.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.replay.Replay;
import io.portrgateway.tunnel.replay.ReplayResult;
import io.portrgateway.tunnel.replay.Replays;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends requests again as ordinary exchanges of a visitor that is not there. Thread-safe. */
final class TunnelReplays implements Replays {

    private static final Logger LOG = LoggerFactory.getLogger(TunnelReplays.class);

    private final Edge edge;
    private final Duration timeout;
    private final String publicScheme;

    TunnelReplays(Edge edge, Duration timeout, String publicScheme) {
        this.edge = edge;
        this.timeout = timeout;
        this.publicScheme = publicScheme;
    }

    @Override
    public void send(Replay replay, Tunnel tunnel, Consumer<ReplayResult> told) {
        if (!(tunnel.lease().binding() instanceof HttpBinding binding)
                || tunnel.lease().owner().teamId() != replay.origin().teamId()) {
            told.accept(ReplayResult.refused(ReplayResult.INVALID));
            return;
        }
        RequestHead head;
        HttpHeaders trailers;
        try {
            String host = binding.hostname() + "." + edge.config().routing().domain();
            head = ReplayHeads.read(replay, host, edge.config().limits());
            trailers = ReplayHeads.trailers(replay);
        } catch (MalformedHead malformed) {
            told.accept(ReplayResult.refused(
                    malformed.failure() == Failure.BAD_REQUEST
                            ? ReplayResult.INVALID
                            : EdgeResponses.look(malformed.failure()).reason()));
            return;
        }
        if (head.upgrade() != null) {
            told.accept(ReplayResult.refused(ReplayResult.UPGRADE));
            return;
        }
        Optional<EventLoop> loop =
                tunnel.upstreams().stream().filter(Upstream::isOpen).findFirst().map(Upstream::eventLoop);
        if (loop.isEmpty()) {
            told.accept(ReplayResult.refused(ReplayResult.OFFLINE));
            return;
        }
        @Nullable String known = replay.origin().scheme();
        boolean isTls = "https".equals(known == null ? publicScheme : known);
        ReplayVisitor visitor = new ReplayVisitor(edge, replay, tunnel, loop.get(), isTls, trailers, told);
        loop.get().execute(() -> {
            try {
                visitor.start(head, timeout);
            } catch (RuntimeException bug) {
                LOG.error("replay.failed replay={}", replay.id(), bug);
                visitor.fail();
            }
        });
    }
}
