package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.HeaderField;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to be sent into a tunnel. Nobody changes the array.
 *
 * @param origin what it repeats; null for a request from elsewhere
 * @param target as in the request line
 * @param headers in their order, one character per byte; of those that the gateway writes only the ones whose
 *     place matters: Host, Content-Length and Transfer-Encoding, whatever their value
 * @param body as it goes through the tunnel, without a transfer coding
 */
// nobody compares them, and a copy of a mebibyte per use is too dear
@SuppressWarnings("ArrayRecordComponent")
public record ReplayRequest(
        @Nullable Origin origin,
        String method,
        String target,
        List<HeaderField> headers,
        List<HeaderField> trailers,
        byte[] body) {

    public ReplayRequest {
        headers = List.copyOf(headers);
        trailers = List.copyOf(trailers);
    }

    /**
     * A request from elsewhere, such as a file: without the fields that are about one connection, and those that the gateway
     * writes itself.
     */
    public static ReplayRequest from(
            String method, String target, List<HeaderField> headers, List<HeaderField> trailers, byte[] body) {
        return new ReplayRequest(
                null,
                method,
                target,
                headers.stream()
                        .filter(field -> !RequestRules.isOwn(field.name()) || RequestRules.isPlaced(field))
                        .toList(),
                trailers.stream()
                        .filter(field -> !RequestRules.isOwn(field.name()))
                        .toList(),
                body);
    }

    /** The recorded exchange that is repeated, and where it went. Immutable. */
    public record Origin(String id, Instant startedAt, String connectionId, String subdomain) {

        public static Origin of(Exchange exchange) {
            return new Origin(exchange.id(), exchange.startedAt(), exchange.connectionId(), exchange.subdomain());
        }
    }

    /** As an audit event names it: without the query, which may hold what is nobody's business. */
    String subject() {
        int query = target.indexOf('?');
        return method + " " + (query < 0 ? target : target.substring(0, query));
    }
}
