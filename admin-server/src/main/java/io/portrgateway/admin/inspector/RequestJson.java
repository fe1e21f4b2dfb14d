package io.portrgateway.admin.inspector;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Frame;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as the API shows it. Immutable. The list has it without headers.
 *
 * @param cursor its place in the order of all, for {@code after} of the next call
 */
record RequestJson(
        String id,
        long cursor,
        @JsonProperty("started_at") String startedAt,
        String method,
        String url,
        String target,
        String tunnel,
        String hostname,
        @JsonProperty("connection_id") String connectionId,
        @JsonProperty("http_version") String httpVersion,
        @Nullable String tls,
        @JsonProperty("visitor_address") String visitorAddress,
        @Nullable Integer status,
        String outcome,
        @JsonProperty("request_bytes") long requestBytes,
        @JsonProperty("response_bytes") long responseBytes,
        @JsonProperty("duration_micros") long durationMicros,
        @JsonProperty("queued_micros") @Nullable Long queuedMicros,
        @JsonProperty("request_micros") @Nullable Long requestMicros,
        @JsonProperty("first_byte_micros") @Nullable Long firstByteMicros,
        @JsonProperty("replay_of") @Nullable String replayOf,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Content content) {

    /** Header and trailer lists in the order they came. */
    record Content(
            @JsonProperty("request_headers") List<HeaderField> requestHeaders,
            @JsonProperty("request_trailers") List<HeaderField> requestTrailers,
            @JsonProperty("response_headers") List<HeaderField> responseHeaders,
            @JsonProperty("response_trailers") List<HeaderField> responseTrailers,
            @JsonProperty("request_body") BodyJson requestBody,
            @JsonProperty("response_body") BodyJson responseBody) {}

    /** What is kept of a body: at the route {@code body/toUpstream} or {@code body/toVisitor}. */
    record BodyJson(
            @JsonProperty("total_bytes") long totalBytes,
            @JsonProperty("kept_bytes") long keptBytes,
            boolean truncated) {

        static BodyJson of(StoredBody body) {
            return new BodyJson(body.totalBytes(), body.content().length, body.truncated());
        }
    }

    /** A frame of a WebSocket or an event; {@code text} where it is text, {@code base64} where it is not. */
    record FrameJson(
            int number,
            @JsonProperty("at_micros") long atMicros,
            String direction,
            String kind,
            @JsonProperty("final") boolean last,
            boolean compressed,
            @JsonProperty("total_bytes") long totalBytes,
            boolean truncated,
            @JsonProperty("close_code") @Nullable Integer closeCode,
            @JsonProperty("event_name") @Nullable String eventName,
            @JsonProperty("event_id") @Nullable String eventId,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String text,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String base64) {

        static FrameJson of(Frame frame) {
            @Nullable String text = frame.kind().equals("binary") ? null : utf8(frame.content());
            return new FrameJson(
                    frame.number(),
                    frame.atMicros(),
                    frame.direction().text(),
                    frame.kind(),
                    frame.last(),
                    frame.compressed(),
                    frame.totalBytes(),
                    frame.truncated(),
                    frame.closeCode(),
                    frame.eventName(),
                    frame.eventId(),
                    text,
                    text == null ? Base64.getEncoder().encodeToString(frame.content()) : null);
        }
    }

    static RequestJson brief(Exchange exchange) {
        return of(exchange, null);
    }

    static RequestJson full(Exchange exchange, StoredBody request, StoredBody response) {
        return of(
                exchange,
                new Content(
                        readable(exchange.headers(Direction.TO_UPSTREAM)),
                        readable(exchange.requestTrailers()),
                        readable(exchange.headers(Direction.TO_VISITOR)),
                        readable(exchange.responseTrailers()),
                        BodyJson.of(request),
                        BodyJson.of(response)));
    }

    private static RequestJson of(Exchange exchange, @Nullable Content content) {
        return new RequestJson(
                exchange.id(),
                exchange.seq(),
                exchange.startedAt().toString(),
                exchange.method(),
                exchange.url(),
                exchange.target(),
                exchange.subdomain(),
                exchange.hostname(),
                exchange.connectionId(),
                exchange.httpVersion(),
                exchange.tls(),
                exchange.visitorAddress(),
                exchange.status(),
                exchange.outcome(),
                exchange.requestBytes(),
                exchange.responseBytes(),
                exchange.durationMicros(),
                exchange.queuedMicros(),
                exchange.requestMicros(),
                exchange.firstByteMicros(),
                exchange.replayOf(),
                content);
    }

    /** Bytes that are UTF-8 as what they say; others one character per byte. */
    private static List<HeaderField> readable(List<HeaderField> fields) {
        return fields.stream()
                .map(field -> {
                    @Nullable String text = utf8(field.value().getBytes(StandardCharsets.ISO_8859_1));
                    return text == null ? field : new HeaderField(field.name(), text);
                })
                .toList();
    }

    private static @Nullable String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }
}
