package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.har.Entry.Message;
import io.portrgateway.admin.har.Entry.Timings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads one entry of a HAR file of any program: strict in what a request is made of, lenient in what browsers leave out or write
 * in their own ways. What follows from the rest, such as cookies, is not read. Confined to one entry.
 */
final class EntryReader {

    /** What {@code _portr} may hold. */
    private static final Set<String> EXTRAS = Set.of(
            "id",
            "outcome",
            "tunnel",
            "connection",
            "visitorAddress",
            "tls",
            "session",
            "node",
            "queuedMicros",
            "requestMicros",
            "firstByteMicros",
            "durationMicros",
            "requestBytes",
            "responseBytes",
            "replayOf");

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern URL =
            Pattern.compile("(https?|wss?)://[^/?#\\s\\p{Cntrl}@]+([/?#][^\\s\\p{Cntrl}]*)?");
    private static final Pattern OTHER_SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern OUR_SCHEME = Pattern.compile("(?i)(https?|wss?):.*", Pattern.DOTALL);
    private static final int MAX_METHOD_CHARS = 40;
    private static final int MAX_URL_CHARS = 64 * 1024;
    private static final int MAX_HEADERS = 1_000;
    private static final int MAX_HEADER_CHARS = 64 * 1024;
    private static final int MAX_WORDS_CHARS = 1_000;
    private static final int MAX_STATUS = 999;

    private final int number;

    private EntryReader(int number) {
        this.number = number;
    }

    /** The entry; nothing when it was never on a network, such as a {@code data:} URL. */
    static Optional<Entry> read(int number, JsonNode node) {
        return new EntryReader(number).entry(node);
    }

    private Optional<Entry> entry(JsonNode node) {
        JsonNode request = object(node, "request", "request");
        JsonNode response = object(node, "response", "response");
        String address = text(request, "url", "request.url");
        if (!OUR_SCHEME.matcher(address).matches()
                && OTHER_SCHEME.matcher(address).matches()) {
            return Optional.empty();
        }
        JsonNode content = response.path("content");
        List<Message> messages = new ArrayList<>(messages(node.path("_webSocketMessages"), "_webSocketMessages"));
        messages.addAll(messages(node.path("_serverSentEvents"), "_serverSentEvents"));
        String version = words(request, "httpVersion");
        return Optional.of(new Entry(
                started(node),
                method(request),
                url(address),
                version,
                headers(request.path("headers"), "request.headers", false),
                headers(request.path("_trailers"), "request._trailers", false),
                requestBody(request),
                status(response),
                words(response, "statusText"),
                words(response, "httpVersion"),
                headers(response.path("headers"), "response.headers", true),
                headers(response.path("_trailers"), "response._trailers", true),
                responseBody(content, bytes(response, "bodySize")),
                words(response, "redirectURL"),
                optional(response, "_error"),
                timings(node),
                messages,
                extras(node.path("_portr"))));
    }

    private Instant started(JsonNode node) {
        String text = text(node, "startedDateTime", "startedDateTime");
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException wrong) {
            throw problem("startedDateTime", shown(text) + " (expected: a time such as 2026-03-31T08:00:00.000Z)");
        }
    }

    private String method(JsonNode request) {
        String method = text(request, "method", "request.method");
        if (method.length() > MAX_METHOD_CHARS || !TOKEN.matcher(method).matches()) {
            throw problem("request.method", shown(method) + " (expected: a method such as GET)");
        }
        return method;
    }

    private String url(String text) {
        if (text.length() > MAX_URL_CHARS) {
            throw problem("request.url", "longer than " + MAX_URL_CHARS + " characters");
        }
        String url = encoded(text);
        if (!URL.matcher(url).matches()) {
            throw problem("request.url", shown(text) + " (expected: an http, https, ws or wss URL without spaces)");
        }
        return url;
    }

    /** Some programs show URLs as people write them; on the wire there is only ASCII. */
    private static String encoded(String url) {
        if (url.chars().allMatch(character -> character < 0x7f)) {
            return url;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte one : url.getBytes(StandardCharsets.UTF_8)) {
            if (one >= 0 && one < 0x7f) {
                encoded.append((char) one);
            } else {
                encoded.append('%').append("%02X".formatted(one & 0xff));
            }
        }
        return encoded.toString();
    }

    private int status(JsonNode response) {
        JsonNode status = response.path("status");
        if (!status.isInt() || status.asInt() < 0 || status.asInt() > MAX_STATUS) {
            throw problem("response.status", shown(status.toString()) + " (expected: a status such as 200, or 0)");
        }
        return status.asInt();
    }

    private Payload requestBody(JsonNode request) {
        long passed = bytes(request, "bodySize");
        JsonNode data = request.path("postData");
        JsonNode text = data.path("text");
        if (!text.isString()) {
            return passed > 0
                    ? new Payload(null, passed, passed, true, optional(request, "comment"))
                    : new Payload(new byte[0], 0, passed, false, null);
        }
        byte[] bytes = content(text.asString(), data.path("_encoding"), "request.postData");
        boolean truncated = data.path("_truncated").asBoolean(false);
        long total = truncated ? bytes(data, "_totalBytes") : bytes.length;
        return new Payload(bytes, total, passed, truncated, optional(data, "comment"));
    }

    private Payload responseBody(JsonNode content, long passed) {
        long size = bytes(content, "size");
        JsonNode text = content.path("text");
        if (!text.isString()) {
            return size > 0
                    ? new Payload(null, size, passed, true, optional(content, "comment"))
                    : new Payload(new byte[0], 0, passed, false, optional(content, "comment"));
        }
        return new Payload(
                content(text.asString(), content.path("encoding"), "response.content"),
                size,
                passed,
                content.path("_truncated").asBoolean(false),
                optional(content, "comment"));
    }

    private byte[] content(String text, JsonNode encoding, String field) {
        if (encoding.isMissingNode()
                || encoding.isNull()
                || encoding.asString("").isEmpty()) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (!encoding.asString("").equalsIgnoreCase("base64")) {
            throw problem(field, "encoding " + shown(encoding.asString("")) + " (expected: base64, or none)");
        }
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException wrong) {
            throw problem(field + ".text", "not base64, which its encoding says it is");
        }
    }

    /**
     * The headers without those of HTTP/2 that begin with a colon, which say once more what method and URL say. Some browsers put
     * several lines of an answer into one, separated by line ends.
     */
    private List<HeaderField> headers(JsonNode list, String field, boolean ofAnswer) {
        if (list.isMissingNode() && field.contains("_")) {
            return List.of();
        }
        if (!list.isArray()) {
            throw problem(field, "missing (expected: a list of name and value)");
        }
        List<HeaderField> headers = new ArrayList<>();
        for (JsonNode pair : list) {
            String name = text(pair, "name", field + ".name");
            if (name.startsWith(":")) {
                continue;
            }
            if (!TOKEN.matcher(name).matches()) {
                throw problem(field, "name " + shown(name) + " (expected: letters, digits and hyphens)");
            }
            String value = latin(text(pair, "value", field + "." + name));
            for (String line : ofAnswer ? value.split("\n") : new String[] {value}) {
                if (line.length() > MAX_HEADER_CHARS || line.chars().anyMatch(EntryReader::breaksHeaders)) {
                    throw problem(field, name + " is too long, or holds a line end (expected: one line)");
                }
                headers.add(new HeaderField(name, line));
            }
        }
        if (headers.size() > MAX_HEADERS) {
            throw problem(field, "more than " + MAX_HEADERS + " of them");
        }
        return headers;
    }

    private static boolean breaksHeaders(int character) {
        return character == '\r' || character == '\n' || character == 0;
    }

    /** One character per byte, as recorded headers have it. */
    private static String latin(String value) {
        return value.chars().allMatch(character -> character <= 0xff)
                ? value
                : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static Timings timings(JsonNode node) {
        JsonNode timings = node.path("timings");
        return new Timings(
                millis(timings, "blocked", -1),
                millis(timings, "dns", -1),
                millis(timings, "connect", -1),
                millis(timings, "ssl", -1),
                millis(timings, "send", 0),
                millis(timings, "wait", 0),
                millis(timings, "receive", 0),
                millis(node, "time", 0));
    }

    private static double millis(JsonNode node, String field, double otherwise) {
        double value = node.path(field).asDouble(otherwise);
        return Double.isFinite(value) && value >= 0 ? value : otherwise;
    }

    private List<Message> messages(JsonNode list, String field) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode one : list) {
            if (messages.size() == RecordedEntries.MAX_FRAMES) {
                throw problem(field, "more than " + RecordedEntries.MAX_FRAMES + " of them");
            }
            boolean truncated = one.path("_truncated").asBoolean(false);
            messages.add(new Message(
                    words(one, "type"),
                    millis(one, "time", 0),
                    one.path("opcode").asInt(0),
                    optional(one, "name"),
                    optional(one, "id"),
                    text(one, "data", field + ".data"),
                    one.path("_encoding").asString("").equals("base64"),
                    truncated ? bytes(one, "_totalBytes") : -1));
        }
        return messages;
    }

    private static Map<String, Object> extras(JsonNode node) {
        Map<String, Object> extras = new LinkedHashMap<>();
        node.propertyStream().filter(field -> EXTRAS.contains(field.getKey())).forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isString()) {
                extras.put(field.getKey(), bounded(value.asString()));
            } else if (value.isIntegralNumber() && value.canConvertToLong()) {
                extras.put(field.getKey(), value.asLong());
            }
        });
        return extras;
    }

    private JsonNode object(JsonNode node, String name, String field) {
        JsonNode value = node.path(name);
        if (!value.isObject()) {
            throw problem(field, "missing (expected: an object)");
        }
        return value;
    }

    private String text(JsonNode node, String name, String field) {
        JsonNode value = node.path(name);
        if (!value.isString()) {
            throw problem(field, (value.isMissingNode() ? "missing" : "not a text") + " (expected: a text)");
        }
        return value.asString();
    }

    /** A text that nothing hangs on. */
    private static String words(JsonNode node, String name) {
        @Nullable String text = optional(node, name);
        return text == null ? "" : text;
    }

    private static @Nullable String optional(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isString() ? bounded(value.asString()) : null;
    }

    private static String bounded(String text) {
        return text.length() > MAX_WORDS_CHARS ? text.substring(0, MAX_WORDS_CHARS) : text;
    }

    private static long bytes(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isNumber() ? Math.max(-1, (long) value.asDouble(-1)) : -1;
    }

    private HarProblem problem(String field, String what) {
        return HarProblem.of(number, field, what);
    }

    private static String shown(String text) {
        int max = 80;
        return "\"" + (text.length() > max ? text.substring(0, max) + "…" : text) + "\"";
    }
}
