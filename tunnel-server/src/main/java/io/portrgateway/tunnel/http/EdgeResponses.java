package io.portrgateway.tunnel.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * What each {@link Failure} looks like: status, reason, page, log level, metric tag. The one place that knows
 * (portr-protocol 4.3). Immutable.
 */
final class EdgeResponses {

    /**
     * @param status 0 when there is nobody to answer
     * @param reason value of {@code X-Portr-Error-Reason} and of the metric's tag
     */
    record Look(int status, String reason, Level level, String title, String text) {}

    private final ErrorPages pages;

    EdgeResponses(ErrorPages pages) {
        this.pages = pages;
    }

    /** The exhaustive table. */
    static Look look(Failure failure) {
        return switch (failure) {
            case BAD_REQUEST ->
                new Look(
                        400,
                        "bad-request",
                        Level.DEBUG,
                        "This request is not valid",
                        "The gateway could not read the request without doubt about its meaning, so it was not passed on.");
            case HEADER_TOO_LARGE ->
                new Look(
                        431,
                        "header-too-large",
                        Level.DEBUG,
                        "The request's header is too large",
                        "Fewer or shorter header fields, cookies above all, or a shorter address will help.");
            case BODY_TOO_LARGE ->
                new Look(
                        413,
                        "body-too-large",
                        Level.DEBUG,
                        "The request's body is too large",
                        "This gateway limits how much one request may send.");
            case VISITOR_TIMEOUT ->
                new Look(
                        408,
                        "request-timeout",
                        Level.DEBUG,
                        "The request took too long to arrive",
                        "The connection was idle in the middle of the request.");
            case VISITOR_LEFT -> new Look(0, "visitor-left", Level.DEBUG, "", "");
            case TOO_MANY_CONNECTIONS ->
                new Look(
                        429,
                        "too-many-connections",
                        Level.DEBUG,
                        "Too many connections",
                        "There are too many connections from your address. Try again in a moment.");
            case NO_TUNNEL ->
                new Look(
                        404,
                        "unregistered-subdomain",
                        Level.DEBUG,
                        "No tunnel is open here",
                        "Nobody is serving this address right now. If it is yours, open the tunnel with one of these:");
            case CONNECTION_LOST ->
                new Look(
                        503,
                        "connection-lost",
                        Level.INFO,
                        "The tunnel lost its connection",
                        "The client behind this address is away and should be back soon. This page reloads by itself.");
            case UPSTREAM_LIMIT ->
                new Look(
                        503,
                        "upstream-limit",
                        Level.INFO,
                        "This tunnel is busy",
                        "It has as many requests in flight as it may have. Try again in a moment.");
            case UPSTREAM_REFUSED ->
                new Look(
                        503,
                        "local-server-not-online",
                        Level.INFO,
                        "The local server is not running",
                        "The tunnel is open, but nothing answers at its other end. Start the local server, then reload.");
            case UPSTREAM_TIMEOUT ->
                new Look(
                        504,
                        "upstream-timeout",
                        Level.INFO,
                        "The local server did not answer in time",
                        "The tunnel is open and the request was passed on, but no answer came.");
            case UPSTREAM_CLOSED ->
                new Look(
                        502,
                        "upstream-closed",
                        Level.INFO,
                        "The local server hung up",
                        "The connection to the local server ended before it gave a complete answer.");
            case BAD_RESPONSE ->
                new Look(
                        502,
                        "bad-response",
                        Level.INFO,
                        "The local server's answer is not valid",
                        "What came back is not well-formed HTTP, or its meaning is in doubt, so it was not passed on.");
            case INTERNAL ->
                new Look(
                        500,
                        "internal",
                        Level.ERROR,
                        "Something went wrong in the gateway",
                        "This is our fault, not yours. It has been noted.");
        };
    }

    /**
     * The answer to show.
     *
     * @param host the request's authority, where one could be read
     * @param accept the request's {@code Accept}, where there is one
     */
    EdgeAnswer answer(Failure failure, @Nullable String host, @Nullable String accept) {
        Look look = look(failure);
        if (prefersJson(accept)) {
            String json =
                    "{\"error\":\"" + look.reason() + "\",\"message\":\"" + look.title() + ". " + look.text() + "\"}\n";
            return new EdgeAnswer(
                    look.status(), look.reason(), "application/json", json.getBytes(StandardCharsets.UTF_8), null);
        }
        return new EdgeAnswer(
                look.status(),
                look.reason(),
                "text/html; charset=utf-8",
                pages.page(failure, look, host).getBytes(StandardCharsets.UTF_8),
                null);
    }

    /** A permanent redirect that keeps method and body. */
    static EdgeAnswer redirect(String location) {
        return new EdgeAnswer(308, null, "text/plain; charset=utf-8", new byte[0], location);
    }

    /** Whether JSON is asked for and HTML is not, or JSON comes first. */
    static boolean prefersJson(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        String text = accept.toLowerCase(Locale.ROOT);
        int json = text.indexOf("application/json");
        if (json < 0) {
            json = text.indexOf("+json");
        }
        int html = text.indexOf("text/html");
        return json >= 0 && (html < 0 || json < html);
    }
}
