package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.web.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A kept request as its page shows it. Immutable. */
record EntryView(
        Instant startedAt,
        String method,
        String url,
        String httpVersion,
        int status,
        String statusText,
        String time,
        @Nullable String error,
        Message request,
        Message response) {

    private static final int SHOWN_CHARS = 64 * 1024;

    /**
     * One side.
     *
     * @param text the body, or its beginning; null when there is nothing to read
     * @param note what is to be said of the body; null when the text says it all
     */
    record Message(
            List<HeaderField> headers,
            List<HeaderField> trailers,
            @Nullable String text,
            @Nullable String note) {}

    static EntryView of(Entry entry, Format format) {
        return new EntryView(
                entry.startedAt(),
                entry.method(),
                entry.url(),
                entry.httpVersion(),
                entry.status(),
                entry.statusText(),
                String.format(Locale.ROOT, "%.1f ms", entry.timings().time()),
                entry.error(),
                message(entry.requestHeaders(), entry.requestTrailers(), entry.requestBody(), format),
                message(entry.responseHeaders(), entry.responseTrailers(), entry.responseBody(), format));
    }

    private static Message message(List<HeaderField> headers, List<HeaderField> trailers, Payload body, Format format) {
        List<HeaderField> shown = headers.stream().map(EntryView::readable).toList();
        if (body.isMissing()) {
            return new Message(shown, trailers, null, "The body is not in the file.");
        }
        if (body.isEmpty()) {
            return new Message(shown, trailers, null, "No body.");
        }
        @Nullable String text = body.text().orElse(null);
        if (text == null || text.indexOf('\0') >= 0) {
            return new Message(
                    shown,
                    trailers,
                    null,
                    format.bytes(body.bytes().length) + " of binary data. Export it to see them.");
        }
        return text.length() > SHOWN_CHARS
                ? new Message(
                        shown,
                        trailers,
                        text.substring(0, SHOWN_CHARS),
                        "Only the beginning of " + format.bytes(body.bytes().length) + " is shown.")
                : new Message(shown, trailers, text, body.comment());
    }

    /** Header values are bytes; most that are not ASCII are UTF-8. */
    private static HeaderField readable(HeaderField field) {
        byte[] bytes = field.value().getBytes(StandardCharsets.ISO_8859_1);
        return new HeaderField(field.name(), Payload.text(bytes).orElse(field.value()));
    }
}
