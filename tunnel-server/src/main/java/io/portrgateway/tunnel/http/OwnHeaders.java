package io.portrgateway.tunnel.http;

import io.netty.util.AsciiString;
import java.util.function.BiConsumer;

/** The header fields of the gateway's own answers (portr-protocol 4.3). */
final class OwnHeaders {

    private static final AsciiString ERROR = AsciiString.cached("X-Portr-Error");
    private static final AsciiString REASON = AsciiString.cached("X-Portr-Error-Reason");
    private static final AsciiString POLICY = AsciiString.cached("Content-Security-Policy");
    private static final AsciiString NO_SNIFF = AsciiString.cached("X-Content-Type-Options");
    private static final AsciiString REFERRER = AsciiString.cached("Referrer-Policy");

    private OwnHeaders() {}

    static void each(EdgeAnswer answer, BiConsumer<CharSequence, CharSequence> field) {
        field.accept("Content-Type", answer.contentType());
        field.accept("Cache-Control", "no-store");
        if (answer.location() != null) {
            field.accept("Location", answer.location());
        }
        if (answer.reason() != null) {
            field.accept(ERROR, "true");
            field.accept(REASON, answer.reason());
            field.accept(POLICY, ErrorPages.CONTENT_SECURITY_POLICY);
            field.accept(NO_SNIFF, "nosniff");
            field.accept(REFERRER, "no-referrer");
            if (answer.status() == 503 || answer.status() == 429) {
                field.accept("Retry-After", "3");
            }
        }
    }
}
