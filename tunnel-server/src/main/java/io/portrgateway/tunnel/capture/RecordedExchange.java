package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.registry.Lease;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One exchange as the inspector shows it. Immutable.
 *
 * @param id a ULID, made once, so that writing it twice can be noticed
 * @param startedAt when the request's head was read; whole microseconds, as the database keeps them
 * @param lease whose tunnel it went through
 * @param session the client's session that served it last; null when none did
 * @param continuation null but for the end of a stream whose beginning has its row already
 * @param heldBytes heap that the queue has reserved for it
 */
public record RecordedExchange(
        String id,
        Instant startedAt,
        Lease lease,
        @Nullable String session,
        Request request,
        Response response,
        Phases phases,
        Outcome outcome,
        @Nullable Continuation continuation,
        long heldBytes) {

    /**
     * What the visitor sent.
     *
     * @param visitorAddress without port
     * @param scheme as the visitor's browser knows it
     * @param httpVersion {@code 1.0}, {@code 1.1} or {@code 2}
     * @param tls the version of TLS on the connection to us; null without
     * @param authority the {@code Host} value or {@code :authority} as it was sent
     * @param target path and query as they were sent
     * @param replayOf the exchange it repeats; null for a visitor's own
     */
    public record Request(
            String visitorAddress,
            String scheme,
            String httpVersion,
            @Nullable String tls,
            String method,
            String authority,
            String target,
            Fields headers,
            @Nullable String replayOf) {

        /** A visitor's own request. */
        public Request(
                String visitorAddress,
                String scheme,
                String httpVersion,
                @Nullable String tls,
                String method,
                String authority,
                String target,
                Fields headers) {
            this(visitorAddress, scheme, httpVersion, tls, method, authority, target, headers, null);
        }

        Request with(Fields changed) {
            return new Request(visitorAddress, scheme, httpVersion, tls, method, authority, target, changed, replayOf);
        }
    }

    /**
     * What passed besides the request's head.
     *
     * @param status what the visitor saw; 0 when it saw none
     * @param requestBytes payload in the direction of the service; of an upgraded connection all of it
     */
    public record Response(
            int status,
            Fields headers,
            Fields trailers,
            Fields requestTrailers,
            BodySample requestBody,
            BodySample body,
            long requestBytes,
            long responseBytes) {}

    /**
     * Time since the start until each phase was over; null for one that was not reached.
     *
     * @param queuedMicros a stream to the service was there
     * @param requestMicros the request's last byte was passed on
     * @param firstByteMicros the service's answer began
     * @param durationMicros the exchange was over
     */
    public record Phases(
            @Nullable Long queuedMicros,
            @Nullable Long requestMicros,
            @Nullable Long firstByteMicros,
            long durationMicros) {}

    /**
     * Says that there is a row with outcome {@code open}.
     *
     * @param frameCount frames or events that passed, kept or not; null where none were looked for
     */
    public record Continuation(@Nullable Long frameCount) {}

    /** Whose tunnel it went through. */
    public long teamId() {
        return lease.owner().teamId();
    }

    /** The same exchange without what is in its bodies. */
    public RecordedExchange withoutBodies() {
        return with(
                request,
                new Response(
                        response.status(),
                        response.headers(),
                        response.trailers(),
                        response.requestTrailers(),
                        response.requestBody().withheld(),
                        response.body().withheld(),
                        response.requestBytes(),
                        response.responseBytes()));
    }

    /** The same exchange without what is in its header fields, trailers and bodies. */
    public RecordedExchange withoutContents() {
        return with(
                request.with(Fields.NONE),
                new Response(
                        response.status(),
                        Fields.NONE,
                        Fields.NONE,
                        Fields.NONE,
                        response.requestBody().withheld(),
                        response.body().withheld(),
                        response.requestBytes(),
                        response.responseBytes()));
    }

    RecordedExchange with(Request changed, Response changedResponse) {
        return new RecordedExchange(
                id, startedAt, lease, session, changed, changedResponse, phases, outcome, continuation, heldBytes);
    }

    RecordedExchange holding(long bytes) {
        return new RecordedExchange(
                id, startedAt, lease, session, request, response, phases, outcome, continuation, bytes);
    }
}
