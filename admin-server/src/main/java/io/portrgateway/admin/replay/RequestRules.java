package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request must be like before it is written into a tunnel (RFC 9110 and 9112): nothing in it can end a line, begin
 * another request, or say something about its length that is not so. Stateless.
 */
final class RequestRules {

    static final int MAX_HEADERS = 120;

    /** Below what tunnel-server takes of a head, so that there is room for what it adds. */
    static final int MAX_HEAD_CHARS = 48 << 10;

    private static final int MAX_METHOD_CHARS = 32;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** Visible ASCII, and bytes beyond it, which some clients send as they are. */
    private static final Pattern ORIGIN_FORM = Pattern.compile("/[\\x21\\x22\\x24-\\x7e\\x80-\\xff]*");

    /** Tabs, blanks, visible ASCII and bytes beyond it. */
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

    private static final Set<String> OWN = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "upgrade",
            "http2-settings",
            "expect");

    private RequestRules() {}

    /** Whether the gateway writes this field itself, from the tunnel's name and the body. */
    static boolean isOwn(String name) {
        return OWN.contains(name.toLowerCase(Locale.ROOT));
    }

    static Optional<Refusal> method(String method) {
        if (!TOKEN.matcher(method).matches() || method.length() > MAX_METHOD_CHARS) {
            return refused(
                    "method",
                    "A method is one word of at most " + MAX_METHOD_CHARS
                            + " letters, digits or hyphens, such as POST; it was " + quoted(method) + ".");
        }
        return method.equals("CONNECT")
                ? refused("method", "CONNECT asks for a connection and not for an answer: it cannot go into a tunnel.")
                : Optional.empty();
    }

    static Optional<Refusal> target(String method, String target) {
        if (method.equals("OPTIONS") && target.equals("*")) {
            return Optional.empty();
        }
        if (!target.startsWith("/")) {
            return refused("target", "Path and query begin with a slash, such as /hook?id=1; no scheme and no host.");
        }
        if (target.length() > MAX_HEAD_CHARS) {
            return refused("target", "Path and query may have at most " + MAX_HEAD_CHARS + " characters.");
        }
        return ORIGIN_FORM.matcher(target).matches()
                ? Optional.empty()
                : refused(
                        "target",
                        "Path and query hold a blank, a line break, a # or another character that has to be written as"
                                + " %-encoding, such as %20.");
    }

    /** Judges fields in the order given; {@code where} is what a field is called in the sentence, such as "Line". */
    static Optional<Refusal> headers(List<HeaderField> headers, String where) {
        int chars = 0;
        for (int i = 0; i < headers.size(); i++) {
            Optional<Refusal> wrong = header(headers.get(i), where + " " + (i + 1));
            if (wrong.isPresent()) {
                return wrong;
            }
            chars += headers.get(i).name().length() + headers.get(i).value().length();
        }
        if (headers.size() > MAX_HEADERS) {
            return refused("headers", "At most " + MAX_HEADERS + " header fields; these are " + headers.size() + ".");
        }
        return chars > MAX_HEAD_CHARS
                ? refused("headers", "All header fields together may have at most " + MAX_HEAD_CHARS + " characters.")
                : Optional.empty();
    }

    static Optional<Refusal> header(HeaderField field, String where) {
        @Nullable String wrong = null;
        if (!TOKEN.matcher(field.name()).matches()) {
            wrong = quoted(field.name()) + " is no header name: letters, digits and hyphens, no blanks.";
        } else if (isOwn(field.name())) {
            wrong = field.name() + " is written by the gateway, from the tunnel’s name and the body. Remove it.";
        } else if (!VALUE.matcher(field.value()).matches()) {
            wrong = "the value of " + field.name() + " holds a line break or another control character.";
        } else if (!field.value().equals(field.value().strip())) {
            wrong = "the value of " + field.name() + " begins or ends with a blank.";
        }
        return wrong == null ? Optional.empty() : refused("headers", where + ": " + wrong);
    }

    /** Everything at once, for what did not come from a form: the last look before it is stored. */
    static Optional<Refusal> check(ReplayRequest request, long maxBodyBytes) {
        return method(request.method())
                .or(() -> target(request.method(), request.target()))
                .or(() -> headers(sendersOwn(request.headers()), "Header"))
                .or(() -> headers(request.trailers(), "Trailer"))
                .or(() -> body(request.body().length, maxBodyBytes));
    }

    static Optional<Refusal> body(long bytes, long maxBytes) {
        return bytes > maxBytes
                ? refused(
                        "body",
                        "The body has " + bytes + " bytes, and " + maxBytes
                                + " is the most that may be sent again here (PORTR_REPLAY_MAX_BODY).")
                : Optional.empty();
    }

    /** Whether the field says where a request goes or how long it is; its place is kept, its value is ours. */
    static boolean isPlaced(HeaderField field) {
        return field.isNamed("host") || field.isNamed("content-length") || field.isNamed("transfer-encoding");
    }

    private static List<HeaderField> sendersOwn(List<HeaderField> headers) {
        return headers.stream().filter(field -> !isPlaced(field)).toList();
    }

    private static Optional<Refusal> refused(String field, String message) {
        return Optional.of(Refusal.invalid(field, message));
    }

    /** Short and on one line, whatever was typed. */
    private static String quoted(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "␤");
        return "“" + (line.length() > 40 ? line.substring(0, 40) + "…" : line) + "”";
    }
}
