package io.portrgateway.tunnel.http;

import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is counted, logged and told about one exchange. Confined to the visitor's event loop, but for the byte counts of
 * a relay, which come from any loop.
 */
final class ExchangeTally {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeTally.class);

    private static final int LONGEST_TOLD_TARGET = 200;

    private final Edge edge;
    private final RequestHead head;
    private final long beganNanos = System.nanoTime();
    private @Nullable Tunnel tunnel;
    private boolean heardUpstream;
    private long requestBytes;
    private long responseBytes;

    ExchangeTally(Edge edge, RequestHead head) {
        this.edge = edge;
        this.head = head;
        edge.metrics().exchanges(1);
    }

    void began(Tunnel target) {
        tunnel = target;
        target.requestCount().increment();
    }

    void opened() {
        edge.metrics().opened(System.nanoTime() - beganNanos);
    }

    /** Something came from the service. */
    void heardUpstream() {
        if (!heardUpstream) {
            heardUpstream = true;
            edge.metrics().firstByte(System.nanoTime() - beganNanos);
        }
    }

    boolean hasHeardUpstream() {
        return heardUpstream;
    }

    /** Counts bytes of the request's body; answers how many there are so far. */
    long toUpstream(int byteCount) {
        requestBytes += byteCount;
        return requestBytes;
    }

    long requestBytes() {
        return requestBytes;
    }

    void toVisitor(int byteCount) {
        responseBytes += byteCount;
    }

    /** Counts relayed bytes at once. Any loop. */
    void relayedToVisitor(long byteCount) {
        edge.metrics().toVisitor(byteCount);
        if (tunnel != null) {
            tunnel.toVisitorBytes().add(byteCount);
        }
    }

    /** Counts relayed bytes at once. Any loop. */
    void relayedToUpstream(long byteCount) {
        edge.metrics().toUpstream(byteCount);
        if (tunnel != null) {
            tunnel.toUpstreamBytes().add(byteCount);
        }
    }

    /**
     * The exchange is over.
     *
     * @param upstream the session that served it last, told about it
     */
    void ended(@Nullable Failure failure, int status, @Nullable Upstream upstream) {
        long nanos = System.nanoTime() - beganNanos;
        edge.metrics().exchanges(-1);
        if (failure == null) {
            edge.metrics().answered(status);
            edge.metrics().total(nanos);
        } else {
            EdgeResponses.Look look = EdgeResponses.look(failure);
            edge.metrics().failed(look.reason());
            LOG.atLevel(look.level())
                    .log("exchange.failed tunnel={} reason={}", tunnel == null ? "-" : tunnel.id(), look.reason());
        }
        if (requestBytes > 0) {
            relayedToUpstream(requestBytes);
        }
        if (responseBytes > 0) {
            relayedToVisitor(responseBytes);
        }
        if (upstream != null && upstream.hasAudience()) {
            upstream.report(new ExchangeLine(label(), told(), status, TimeUnit.NANOSECONDS.toMillis(nanos)));
        }
    }

    private String label() {
        int dot = head.host().indexOf('.');
        return dot < 0 ? head.host() : head.host().substring(0, dot);
    }

    /** Method and path for a terminal: no query, and nothing a terminal could take for a command. */
    private String told() {
        String target = head.target();
        int query = target.indexOf('?');
        int end = Math.min(query < 0 ? target.length() : query, LONGEST_TOLD_TARGET);
        StringBuilder told =
                new StringBuilder(end + 8).append(head.method().name()).append(' ');
        for (int i = 0; i < end; i++) {
            char c = target.charAt(i);
            told.append(c < 0x7F ? c : '?');
        }
        return told.toString();
    }
}
