package io.portrgateway.tunnel.capture;

import com.github.f4b6a3.ulid.UlidCreator;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.RecordedExchange.Phases;
import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.capture.RecordedExchange.Response;
import io.portrgateway.tunnel.registry.Lease;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Watches one exchange. It only reads what it is shown, keeps copies on the heap, and gives one record to the queue at
 * the end. Confined to the visitor's event loop, but for the byte counts of a relay, which come from any loop.
 */
public final class ExchangeRecorder {

    private final CaptureQueue queue;
    private final Lease lease;
    private final Request request;
    private final BodyTee requestBody;
    private final BodyTee responseBody;
    private final Instant startedAt;
    private final String id;
    private final long beganNanos;
    private final AtomicLong relayedToUpstream = new AtomicLong();
    private final AtomicLong relayedToVisitor = new AtomicLong();
    private Fields requestTrailers = Fields.NONE;
    private Fields responseHeaders = Fields.NONE;
    private Fields responseTrailers = Fields.NONE;
    private @Nullable Long queuedMicros;
    private @Nullable Long requestMicros;
    private @Nullable Long firstByteMicros;

    ExchangeRecorder(CaptureQueue queue, Lease lease, int bodyBytes, Request request, long beganNanos) {
        this.queue = queue;
        this.lease = lease;
        this.request = request;
        this.requestBody = new BodyTee(queue, bodyBytes);
        this.responseBody = new BodyTee(queue, bodyBytes);
        this.beganNanos = beganNanos;
        this.startedAt =
                Instant.now().minusNanos(System.nanoTime() - beganNanos).truncatedTo(ChronoUnit.MICROS);
        this.id = UlidCreator.getUlid(startedAt.toEpochMilli()).toString();
    }

    /** The record's id. */
    public String id() {
        return id;
    }

    /** When the exchange began, as the record says. */
    public Instant startedAt() {
        return startedAt;
    }

    /** A stream to the service is there. */
    public void opened() {
        queuedMicros = micros();
    }

    /** Something came from the service. */
    public void heardUpstream() {
        firstByteMicros = micros();
    }

    /** A part of the request's body; it stays the caller's. */
    public void toUpstream(ByteBuf part) {
        requestBody.add(part);
    }

    /** The request is complete. */
    public void requestEnded(HttpHeaders trailers) {
        requestTrailers = Fields.of(trailers);
        requestMicros = micros();
    }

    /** The head of the answer. */
    public void answers(HttpHeaders headers) {
        responseHeaders = Fields.of(headers);
    }

    /** A part of the answer's body; it stays the caller's. */
    public void toVisitor(ByteBuf part) {
        responseBody.add(part);
    }

    /** The answer is complete. */
    public void answerEnded(HttpHeaders trailers) {
        responseTrailers = Fields.of(trailers);
    }

    /** Bytes of an upgraded connection. Any loop. */
    public void relayedToUpstream(int byteCount) {
        relayedToUpstream.addAndGet(byteCount);
    }

    /** Bytes of an upgraded connection. Any loop. */
    public void relayedToVisitor(int byteCount) {
        relayedToVisitor.addAndGet(byteCount);
    }

    /**
     * The exchange is over; nothing is told after this.
     *
     * @param status what the visitor saw; 0 for nothing
     * @param session names the client's session that served it last
     */
    public void ended(Outcome outcome, int status, @Nullable String session) {
        Response response = new Response(
                status,
                responseHeaders,
                responseTrailers,
                requestTrailers,
                requestBody.sample(),
                responseBody.sample(),
                requestBody.sample().totalBytes() + relayedToUpstream.get(),
                responseBody.sample().totalBytes() + relayedToVisitor.get());
        queue.offer(new RecordedExchange(
                id,
                startedAt,
                lease,
                session,
                request,
                response,
                new Phases(queuedMicros, requestMicros(), firstByteMicros, micros()),
                outcome,
                (long) requestBody.heldBytes() + responseBody.heldBytes()));
    }

    /** A request that was complete before the stream was there is passed on when the stream is. */
    private @Nullable Long requestMicros() {
        if (queuedMicros == null || requestMicros == null) {
            return null;
        }
        return Math.max(queuedMicros, requestMicros);
    }

    private long micros() {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - beganNanos);
    }
}
