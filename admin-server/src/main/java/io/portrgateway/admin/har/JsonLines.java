package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * An exchange as one JSON object, for programs: as {@code /api/v1/requests/{id}} shows it, and with its bodies in base64, as they
 * passed. Thread-safe.
 */
@Component
final class JsonLines {

    private final Exchanges exchanges;

    JsonLines(Exchanges exchanges) {
        this.exchanges = exchanges;
    }

    Map<String, @Nullable Object> shape(Exchange exchange) {
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("id", exchange.id());
        shape.put("cursor", exchange.seq());
        shape.put("started_at", exchange.startedAt().toString());
        shape.put("method", exchange.method());
        shape.put("url", exchange.url());
        shape.put("target", exchange.target());
        shape.put("tunnel", exchange.subdomain());
        shape.put("hostname", exchange.hostname());
        shape.put("connection_id", exchange.connectionId());
        shape.put("http_version", exchange.httpVersion());
        shape.put("tls", exchange.tls());
        shape.put("visitor_address", exchange.visitorAddress());
        shape.put("status", exchange.status());
        shape.put("outcome", exchange.outcome());
        shape.put("request_bytes", exchange.requestBytes());
        shape.put("response_bytes", exchange.responseBytes());
        shape.put("duration_micros", exchange.durationMicros());
        shape.put("queued_micros", exchange.queuedMicros());
        shape.put("request_micros", exchange.requestMicros());
        shape.put("first_byte_micros", exchange.firstByteMicros());
        shape.put("replay_of", exchange.replayOf());
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("request_headers", readable(exchange.requestHeaders()));
        content.put("request_trailers", readable(exchange.requestTrailers()));
        content.put("response_headers", readable(exchange.responseHeaders()));
        content.put("response_trailers", readable(exchange.responseTrailers()));
        content.put("request_body", body(exchange, Direction.TO_UPSTREAM));
        content.put("response_body", body(exchange, Direction.TO_VISITOR));
        shape.put("content", content);
        return shape;
    }

    private Map<String, Object> body(Exchange exchange, Direction direction) {
        StoredBody body =
                exchanges.body(exchange, direction).orElseGet(() -> StoredBody.none(exchange.bytes(direction)));
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("total_bytes", body.totalBytes());
        shape.put("kept_bytes", body.content().length);
        shape.put("truncated", body.truncated());
        shape.put("base64", Base64.getEncoder().encodeToString(body.content()));
        return shape;
    }

    /** Bytes that are UTF-8 as what they say; others one character per byte. */
    private static List<HeaderField> readable(List<HeaderField> fields) {
        return fields.stream()
                .map(field -> Payload.text(field.value().getBytes(StandardCharsets.ISO_8859_1))
                        .map(text -> new HeaderField(field.name(), text))
                        .orElse(field))
                .toList();
    }
}
