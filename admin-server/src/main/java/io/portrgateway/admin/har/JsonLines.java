package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.exchange.HeaderField;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** An exchange as one JSON object, for programs: everything that was recorded, bodies as they passed. Thread-safe. */
@Component
final class JsonLines {

    private final Exchanges exchanges;

    JsonLines(Exchanges exchanges) {
        this.exchanges = exchanges;
    }

    Map<String, @Nullable Object> shape(Exchange exchange) {
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("id", exchange.id());
        shape.put("started_at", exchange.startedAt().toString());
        shape.put("tunnel", exchange.subdomain());
        shape.put("connection_id", exchange.connectionId());
        shape.put("session", exchange.session());
        shape.put("node", exchange.node());
        shape.put("visitor_address", exchange.visitorAddress());
        shape.put("tls", exchange.tls());
        shape.put("http_version", exchange.httpVersion());
        shape.put("method", exchange.method());
        shape.put("url", exchange.url());
        shape.put("hostname", exchange.hostname());
        shape.put("target", exchange.target());
        shape.put("status", exchange.status());
        shape.put("outcome", exchange.outcome());
        shape.put("replay_of", exchange.replayOf());
        shape.put("queued_micros", exchange.queuedMicros());
        shape.put("request_micros", exchange.requestMicros());
        shape.put("first_byte_micros", exchange.firstByteMicros());
        shape.put("duration_micros", exchange.durationMicros());
        shape.put("request", message(exchange, Direction.TO_UPSTREAM, exchange.requestTrailers()));
        shape.put("response", message(exchange, Direction.TO_VISITOR, exchange.responseTrailers()));
        return shape;
    }

    private Map<String, @Nullable Object> message(
            Exchange exchange, Direction direction, List<HeaderField> trailerFields) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("headers", pairs(exchange.headers(direction)));
        message.put("trailers", pairs(trailerFields));
        message.put("bytes", exchange.bytes(direction));
        message.put(
                "body",
                exchanges
                        .body(exchange, direction)
                        .map(body -> {
                            Map<String, Object> shape = new LinkedHashMap<>();
                            shape.put("base64", Base64.getEncoder().encodeToString(body.content()));
                            shape.put("total_bytes", body.totalBytes());
                            shape.put("truncated", body.truncated());
                            return shape;
                        })
                        .orElse(null));
        return message;
    }

    private static List<List<String>> pairs(List<HeaderField> fields) {
        return fields.stream()
                .map(field -> List.of(field.name(), field.value()))
                .toList();
    }
}
