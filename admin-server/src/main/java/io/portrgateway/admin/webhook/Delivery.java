package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A request as far as its signature is about it. Nobody changes the array.
 *
 * @param url as the provider called it, as far as we know
 * @param body what was recorded of it
 * @param whole whether that is all of it
 * @param at when it came
 */
// nobody compares them
@SuppressWarnings("ArrayRecordComponent")
record Delivery(String url, List<HeaderField> headers, byte[] body, boolean whole, Instant at) {

    /** What tunnel-server puts in the place of a secret before it stores a request. */
    static final String MARK = "[redacted]";

    Delivery {
        headers = List.copyOf(headers);
    }

    Optional<String> header(String name) {
        return headers.stream()
                .filter(field -> field.isNamed(name))
                .map(field -> field.value().strip())
                .findFirst();
    }

    boolean has(String name) {
        return header(name).isPresent();
    }

    boolean isRedacted() {
        return new String(body, StandardCharsets.ISO_8859_1).contains(MARK) || url.contains(MARK);
    }
}
