package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.web.Format;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * What the top of the page says. Immutable.
 *
 * @param tone the class of the status badge
 * @param place scheme and host, which the address begins with
 * @param unreadable its headers and bodies are encrypted, and there is no key for them
 * @param messages of an ended stream: how many there were, recorded or not
 * @param owner whose tunnel it is; null where that is nobody's business
 */
record ExchangeView(
        String id,
        String method,
        String place,
        String target,
        String url,
        @Nullable Integer status,
        String statusText,
        String tone,
        String outcome,
        String help,
        boolean open,
        boolean failed,
        boolean unreadable,
        String tunnel,
        String connectionId,
        @Nullable String session,
        String node,
        String visitor,
        String protocol,
        @Nullable String tls,
        String requestSize,
        String responseSize,
        String duration,
        Instant startedAt,
        String startedExactly,
        @Nullable String messages,
        @Nullable String replayOf,
        @Nullable String owner) {

    private static final DateTimeFormatter EXACT =
            DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm:ss.SSS 'UTC'", Locale.ENGLISH);

    static ExchangeView of(Exchange exchange, @Nullable String owner, Format format) {
        @Nullable Integer status = exchange.status();
        @Nullable HttpStatus known = status == null ? null : HttpStatus.resolve(status);
        return new ExchangeView(
                exchange.id(),
                Visible.field(exchange.method()),
                Visible.field(exchange.scheme() + "://" + exchange.authority()),
                Visible.field(exchange.target()),
                Visible.field(exchange.url()),
                status,
                known == null ? "" : known.getReasonPhrase(),
                tone(exchange),
                OutcomeWords.title(exchange),
                OutcomeWords.help(exchange),
                exchange.isOpen(),
                !exchange.isOpen() && !exchange.isCompleted(),
                exchange.isUnreadable(),
                exchange.subdomain(),
                exchange.connectionId(),
                exchange.session(),
                exchange.node(),
                exchange.visitorAddress(),
                protocol(exchange),
                exchange.tls(),
                format.bytes(exchange.requestBytes()),
                format.bytes(exchange.responseBytes()),
                Waterfall.micros(exchange.durationMicros()),
                exchange.startedAt(),
                EXACT.format(exchange.startedAt().atOffset(ZoneOffset.UTC)),
                exchange.frameCount() == null ? null : format.count(exchange.frameCount()) + " passed",
                exchange.replayOf(),
                owner);
    }

    private static String tone(Exchange exchange) {
        @Nullable Integer status = exchange.status();
        if (status == null || status >= 500) {
            return "bad";
        }
        return status >= 400 ? "warn" : status < 300 ? "good" : "";
    }

    static String protocol(Exchange exchange) {
        String version = exchange.httpVersion();
        return version.startsWith("HTTP") ? version : "HTTP/" + version;
    }
}
