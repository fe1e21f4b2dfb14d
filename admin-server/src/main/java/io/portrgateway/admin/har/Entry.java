package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.HeaderField;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request with its answer, with everything that our HAR files say of it; what is written and read back is equal. Immutable.
 *
 * <p>Header text has one character per byte, as in {@link HeaderField}.
 *
 * @param url absolute: http, https, ws or wss
 * @param status 0 when there was no answer
 * @param redirectUrl empty when there was none
 * @param error why there is no complete answer, if it was ours to say
 * @param messages of a WebSocket or of a server-sent stream, in order
 * @param extras what HAR has no place for: scalars by name, under {@code _portr}
 */
record Entry(
        Instant startedAt,
        String method,
        String url,
        String httpVersion,
        List<HeaderField> requestHeaders,
        List<HeaderField> requestTrailers,
        Payload requestBody,
        int status,
        String statusText,
        String responseHttpVersion,
        List<HeaderField> responseHeaders,
        List<HeaderField> responseTrailers,
        Payload responseBody,
        String redirectUrl,
        @Nullable String error,
        Timings timings,
        List<Message> messages,
        Map<String, Object> extras) {

    Entry {
        requestHeaders = List.copyOf(requestHeaders);
        requestTrailers = List.copyOf(requestTrailers);
        responseHeaders = List.copyOf(responseHeaders);
        responseTrailers = List.copyOf(responseTrailers);
        messages = List.copyOf(messages);
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
    }

    /** Path and query as they stand in a request line. */
    String target() {
        int path = url.indexOf('/', url.indexOf("://") + "://".length());
        int query = url.indexOf('?');
        if (path < 0 || (query >= 0 && query < path)) {
            return query < 0 ? "/" : "/" + withoutFragment(url.substring(query));
        }
        return withoutFragment(url.substring(path));
    }

    /** What follows the question mark; empty when there is none. */
    String query() {
        String target = target();
        int mark = target.indexOf('?');
        return mark < 0 ? "" : target.substring(mark + 1);
    }

    private static String withoutFragment(String text) {
        int mark = text.indexOf('#');
        return mark < 0 ? text : text.substring(0, mark);
    }

    /** The first value of the header; empty when there is none. */
    static String header(List<HeaderField> headers, String name) {
        return headers.stream()
                .filter(field -> field.isNamed(name))
                .map(HeaderField::value)
                .findFirst()
                .orElse("");
    }

    /**
     * Where the time went, in milliseconds; -1 where it is not known or does not apply.
     *
     * @param connect includes {@code ssl}
     * @param time from the start until the answer's last byte
     */
    record Timings(
            double blocked,
            double dns,
            double connect,
            double ssl,
            double send,
            double waiting,
            double receive,
            double time) {}

    /**
     * A message.
     *
     * @param type {@code send} from the visitor, {@code receive} to the visitor
     * @param time seconds since 1970
     * @param opcode 1 text, 2 binary, 8 close, 9 ping, 10 pong; 0 an event of a server-sent stream
     * @param name an event's name
     * @param id an event's id
     * @param data text; or base64, always of a binary message
     * @param base64 whether {@code data} is, though the message is a text
     * @param totalBytes as it passed, when the end is missing; else -1
     */
    record Message(
            String type,
            double time,
            int opcode,
            @Nullable String name,
            @Nullable String id,
            String data,
            boolean base64,
            long totalBytes) {}
}
