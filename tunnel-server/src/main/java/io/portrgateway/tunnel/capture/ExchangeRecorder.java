package io.portrgateway.tunnel.capture;

import com.github.f4b6a3.ulid.UlidCreator;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.RecordedExchange.Continuation;
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
 * the end; of a stream that goes on also one at its beginning, and its frames as they pass. Confined to the visitor's
 * event loop, but for the bytes of a relay, which come from the loop where they are read.
 */
public final class ExchangeRecorder {

    private final CaptureQueue queue;
    private final Lease lease;
    private final Request request;
    private final FrameLimits frameLimits;
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
    private @Nullable RecordedStream stream;

    /**
     * @param frameLimits of a stream; those of payloads are 0 where no bodies are kept
     */
    ExchangeRecorder(
            CaptureQueue queue, Lease lease, int bodyBytes, FrameLimits frameLimits, Request request, long beganNanos) {
        this.queue = queue;
        this.lease = lease;
        this.request = request;
        this.frameLimits = frameLimits;
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

    /** Behind the head of the answer comes a body; after {@link #answers}. */
    public void bodyFollows(int status, HttpHeaders headers, @Nullable String session) {
        if (EventParser.isFor(headers)) {
            goesOn(status, headers, session);
        }
    }

    /**
     * What has begun goes on for as long as both sides like: a connection that has changed its protocol, or events. Its row
     * is written now. After {@link #answers}, at most once.
     *
     * @param session names the client's session that serves it
     */
    public void goesOn(int status, HttpHeaders headers, @Nullable String session) {
        RecordedExchange row = record(new Outcome.Open(), status, session, null);
        if (queue.open(row)) {
            stream = RecordedStream.of(queue, row, headers, frameLimits, beganNanos);
        }
    }

    /** A part of the answer's body; it stays the caller's. */
    public void toVisitor(ByteBuf part) {
        responseBody.add(part);
        if (stream != null) {
            stream.toVisitor(part);
        }
    }

    /** The answer is complete. */
    public void answerEnded(HttpHeaders trailers) {
        responseTrailers = Fields.of(trailers);
    }

    /** Bytes of an upgraded connection; they stay the caller's. The loop where they were read. */
    public void relayedToUpstream(ByteBuf part) {
        relayedToUpstream.addAndGet(part.readableBytes());
        if (stream != null) {
            stream.toUpstream(part);
        }
    }

    /** Bytes of an upgraded connection; they stay the caller's. The loop where they were read. */
    public void relayedToVisitor(ByteBuf part) {
        relayedToVisitor.addAndGet(part.readableBytes());
        if (stream != null) {
            stream.toVisitor(part);
        }
    }

    /**
     * The exchange is over; nothing is told after this.
     *
     * @param status what the visitor saw; 0 for nothing
     * @param session names the client's session that served it last
     */
    public void ended(Outcome outcome, int status, @Nullable String session) {
        if (stream == null) {
            queue.offer(record(outcome, status, session, null));
        } else {
            stream.end();
            queue.end(stream.row(), record(outcome, status, session, stream));
        }
    }

    private RecordedExchange record(
            Outcome outcome, int status, @Nullable String session, @Nullable RecordedStream ended) {
        boolean isOpen = outcome instanceof Outcome.Open;
        // As long as it grows it is not shown
        BodySample requestSample = isOpen && requestMicros == null ? BodySample.NONE : requestBody.sample();
        BodySample responseSample = isOpen ? BodySample.NONE : responseBody.sample();
        Response response = new Response(
                status,
                responseHeaders,
                responseTrailers,
                requestTrailers,
                requestSample,
                responseSample,
                requestSample.totalBytes() + relayedToUpstream.get(),
                responseSample.totalBytes() + relayedToVisitor.get());
        return new RecordedExchange(
                id,
                startedAt,
                lease,
                session,
                request,
                response,
                new Phases(queuedMicros, requestMicros(), firstByteMicros, micros()),
                outcome,
                ended == null ? null : new Continuation(ended.frameCount()),
                (long) requestBody.heldBytes() + responseBody.heldBytes());
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
