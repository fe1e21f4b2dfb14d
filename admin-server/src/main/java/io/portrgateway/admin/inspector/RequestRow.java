package io.portrgateway.admin.inspector;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.web.Format;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A row of the list, in words. Immutable.
 *
 * @param seq where the row stands; what came later has more
 * @param href its page
 * @param kind colour of the status: good, warn, bad or the empty text
 * @param path what is shown of the target
 */
record RequestRow(
        String id,
        long seq,
        String href,
        Instant startedAt,
        String time,
        String method,
        String status,
        String kind,
        String path,
        String host,
        String visitor,
        String duration,
        String size,
        List<Badge> badges) {

    private static final int PATH_CHARS = 300;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    RequestRow {
        badges = List.copyOf(badges);
    }

    /** What is special about it. */
    record Badge(String text, String kind, String title) {}

    /** A row of the list that the query made; its page knows by it what is before and after. */
    static RequestRow of(Exchange exchange, String teamSlug, String query, boolean truncated, Format format) {
        String status = exchange.status() == null ? "" : exchange.status().toString();
        boolean failed = !exchange.isCompleted() && !exchange.isOpen();
        List<Badge> badges = new ArrayList<>();
        if (exchange.isOpen()) {
            badges.add(new Badge("open", "accent", "The stream goes on"));
        }
        if (failed) {
            badges.add(new Badge("failed", "bad", "The visitor got no complete answer: " + exchange.outcome()));
        }
        if (exchange.replayOf() != null) {
            badges.add(new Badge("replay", "accent", "Sent again from the inspector"));
        }
        if (status.equals("101")) {
            badges.add(new Badge("websocket", "", "Became a WebSocket, or another protocol"));
        }
        if (truncated) {
            badges.add(new Badge("cut", "warn", "Not all of the body was kept"));
        }
        String path = exchange.target();
        return new RequestRow(
                exchange.id(),
                exchange.seq(),
                "/" + teamSlug + "/requests/" + exchange.id()
                        + (query.isEmpty() ? "" : "?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8)),
                exchange.startedAt(),
                TIME.format(exchange.startedAt().atOffset(ZoneOffset.UTC)),
                exchange.method(),
                status.isEmpty() ? "–" : status,
                kind(status, failed),
                path.length() > PATH_CHARS ? path.substring(0, PATH_CHARS) + "…" : path,
                exchange.subdomain(),
                exchange.visitorAddress(),
                exchange.isOpen() ? "" : duration(exchange.durationMicros()),
                format.bytes(exchange.responseBytes()),
                badges);
    }

    private static String kind(String status, boolean failed) {
        if (failed || status.startsWith("5")) {
            return "bad";
        }
        return status.startsWith("4") ? "warn" : status.startsWith("2") ? "good" : "";
    }

    /** {@code 850 µs}, {@code 12 ms}, {@code 1.35 s}, {@code 2 min}. */
    static String duration(long micros) {
        if (micros < 1_000) {
            return micros + " µs";
        }
        if (micros < 10_000) {
            return String.format(Locale.ROOT, "%.1f ms", micros / 1_000.0);
        }
        if (micros < 1_000_000) {
            return micros / 1_000 + " ms";
        }
        return micros < 100_000_000
                ? String.format(Locale.ROOT, "%.2f s", micros / 1_000_000.0)
                : micros / 60_000_000 + " min";
    }
}
