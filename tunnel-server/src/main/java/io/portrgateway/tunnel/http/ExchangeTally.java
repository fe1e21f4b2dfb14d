package io.portrgateway.tunnel.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.ExchangeRecorder;
import io.portrgateway.tunnel.capture.Outcome;
import io.portrgateway.tunnel.registry.ExchangeLine;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelError;
import io.portrgateway.tunnel.registry.Upstream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is counted, logged, told and recorded about one exchange. Confined to the visitor's event loop, but for the bytes
 * of a relay, which come from the loop where they are read.
 */
final class ExchangeTally {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeTally.class);

    private static final int LONGEST_TOLD_TARGET = 200;

    private final Edge edge;
    private final RequestHead head;
    private final long beganNanos = System.nanoTime();
    private @Nullable Tunnel tunnel;
    private @Nullable ExchangeRecorder recorder;
    private boolean heardUpstream;
    private boolean replayed;
    private long requestBytes;
    private long responseBytes;

    ExchangeTally(Edge edge, RequestHead head) {
        this.edge = edge;
        this.head = head;
        edge.metrics().exchanges(1);
    }

    void began(Tunnel target, Visitor visitor) {
        tunnel = target;
        replayed = visitor instanceof ReplayVisitor;
        target.requestCount().increment();
        recorder = Recording.begin(edge, target, head, visitor, beganNanos);
        if (recorder != null && !head.hasBody()) {
            recorder.requestEnded(EmptyHttpHeaders.INSTANCE);
        }
    }

    @Nullable
    ExchangeRecorder recorder() {
        return recorder;
    }

    void opened() {
        if (recorder != null) {
            recorder.opened();
        }
        edge.metrics().opened(System.nanoTime() - beganNanos);
    }

    /** Something came from the service. */
    void heardUpstream() {
        if (!heardUpstream) {
            heardUpstream = true;
            if (recorder != null) {
                recorder.heardUpstream();
            }
            edge.metrics().firstByte(System.nanoTime() - beganNanos);
        }
    }

    boolean hasHeardUpstream() {
        return heardUpstream;
    }

    /** Counts bytes of the request's body; answers how many there are so far. */
    long toUpstream(ByteBuf part) {
        requestBytes += part.readableBytes();
        if (recorder != null) {
            recorder.toUpstream(part);
        }
        return requestBytes;
    }

    /** The request is complete. */
    void requestEnded(HttpHeaders trailers) {
        if (recorder != null) {
            recorder.requestEnded(trailers);
        }
    }

    long requestBytes() {
        return requestBytes;
    }

    /** The final answer begins. */
    void answers(HttpHeaders headers) {
        if (recorder != null) {
            recorder.answers(headers);
        }
    }

    /** Behind the answer's head comes a body, which may be a stream of events. */
    void bodyFollows(int status, HttpHeaders headers, @Nullable Upstream upstream) {
        if (recorder != null) {
            recorder.bodyFollows(status, headers, upstream == null ? null : upstream.sessionId());
        }
    }

    /** Behind the answer's head comes another protocol. */
    void upgraded(int status, HttpHeaders headers, @Nullable Upstream upstream) {
        if (recorder != null) {
            recorder.goesOn(status, headers, upstream == null ? null : upstream.sessionId());
        }
    }

    void toVisitor(ByteBuf part) {
        responseBytes += part.readableBytes();
        if (recorder != null) {
            recorder.toVisitor(part);
        }
    }

    /** The answer is complete. */
    void answerEnded(HttpHeaders trailers) {
        if (recorder != null) {
            recorder.answerEnded(trailers);
        }
    }

    /** Counts relayed bytes at once; they stay as they are. The loop where they were read. */
    void relayedToVisitor(ByteBuf bytes) {
        countToVisitor(bytes.readableBytes());
        if (recorder != null) {
            recorder.relayedToVisitor(bytes);
        }
    }

    /** Counts relayed bytes at once; they stay as they are. The loop where they were read. */
    void relayedToUpstream(ByteBuf bytes) {
        countToUpstream(bytes.readableBytes());
        if (recorder != null) {
            recorder.relayedToUpstream(bytes);
        }
    }

    private void countToVisitor(long byteCount) {
        edge.metrics().toVisitor(byteCount);
        if (tunnel != null) {
            tunnel.toVisitorBytes().add(byteCount);
        }
    }

    private void countToUpstream(long byteCount) {
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
            if (tunnel != null) {
                error(failure).ifPresent(tunnel::failed);
            }
        }
        if (requestBytes > 0) {
            countToUpstream(requestBytes);
        }
        if (responseBytes > 0) {
            countToVisitor(responseBytes);
        }
        if (recorder != null) {
            recorder.ended(outcome(failure), status, upstream == null ? null : upstream.sessionId());
        }
        if (upstream != null && upstream.hasAudience()) {
            upstream.report(new ExchangeLine(label(), told(), status, TimeUnit.NANOSECONDS.toMillis(nanos)));
        }
    }

    private static Outcome outcome(@Nullable Failure failure) {
        return failure == null
                ? new Outcome.Completed()
                : new Outcome.Failed(EdgeResponses.look(failure).reason());
    }

    /** What the failure means for the tunnel; nothing when it is the visitor's own. */
    private static Optional<TunnelError> error(Failure failure) {
        return switch (failure) {
            case BAD_REQUEST,
                    HEADER_TOO_LARGE,
                    BODY_TOO_LARGE,
                    VISITOR_TIMEOUT,
                    VISITOR_LEFT,
                    TOO_MANY_CONNECTIONS,
                    NO_TUNNEL -> Optional.empty();
            case CONNECTION_LOST -> Optional.of(TunnelError.CLIENT_LOST);
            case UPSTREAM_LIMIT -> Optional.of(TunnelError.BUSY);
            case UPSTREAM_REFUSED -> Optional.of(TunnelError.SERVICE_REFUSED);
            case UPSTREAM_TIMEOUT -> Optional.of(TunnelError.SERVICE_TIMEOUT);
            case UPSTREAM_CLOSED -> Optional.of(TunnelError.SERVICE_CLOSED);
            case BAD_RESPONSE -> Optional.of(TunnelError.SERVICE_ANSWER);
            case INTERNAL -> Optional.of(TunnelError.GATEWAY);
        };
    }

    private String label() {
        if (replayed && tunnel != null && tunnel.lease().binding() instanceof HttpBinding binding) {
            // Its Host may be that of another gateway
            return binding.hostname().label();
        }
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
        return told.append(replayed ? " (replay)" : "").toString();
    }
}
