package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.har.Entry.Message;
import io.portrgateway.admin.har.Entry.Timings;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes one entry of a HAR 1.2 file. What the standard has no place for begins with an underscore, as it asks: those of
 * browsers where there are any ({@code _resourceType}, {@code _transferSize}, {@code _webSocketMessages}, {@code _error}), else
 * ours:
 *
 * <ul>
 *   <li>{@code postData._encoding}: {@code base64} when the text is; the standard knows that of answers only
 *   <li>{@code _truncated} and {@code _totalBytes} of a body or message whose end was not recorded
 *   <li>{@code _trailers} of a request or an answer
 *   <li>{@code _serverSentEvents}: like the messages of a WebSocket, with {@code name} and {@code id}
 *   <li>{@code _portr}: what else was recorded, such as the phases in microseconds
 * </ul>
 *
 * Stateless.
 */
final class EntryWriter {

    static final JsonMapper JSON = new JsonMapper();

    private static final String FORM = "application/x-www-form-urlencoded";
    /** Longer forms stand there as text only: field by field they would be many times as long. */
    private static final int MAX_FORM_BYTES = 64 * 1024;

    private static final int UNKNOWN = -1;
    private static final int EVENT = 0;

    private EntryWriter() {}

    /** The entry as text: how collections keep it. */
    static String text(Entry entry) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(json, entry);
        }
        return text.toString();
    }

    static void write(JsonGenerator json, Entry entry) {
        json.writeStartObject();
        json.writeStringProperty("startedDateTime", time(entry.startedAt()));
        json.writeNumberProperty("time", entry.timings().time());
        request(json, entry);
        response(json, entry);
        json.writeObjectPropertyStart("cache");
        json.writeEndObject();
        timings(json, entry.timings());
        if (entry.url().startsWith("ws")) {
            json.writeStringProperty("_resourceType", "websocket");
        }
        messages(json, "_webSocketMessages", entry.messages(), false);
        messages(json, "_serverSentEvents", entry.messages(), true);
        if (!entry.extras().isEmpty()) {
            json.writePOJOProperty("_portr", entry.extras());
        }
        json.writeEndObject();
    }

    /** In microseconds: that fine it was recorded. */
    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS).toString();
    }

    private static void request(JsonGenerator json, Entry entry) {
        Payload body = entry.requestBody();
        json.writeObjectPropertyStart("request");
        json.writeStringProperty("method", entry.method());
        json.writeStringProperty("url", entry.url());
        json.writeStringProperty("httpVersion", entry.httpVersion());
        Cookies.write(json, Cookies.sent(entry.requestHeaders()));
        fields(json, "headers", entry.requestHeaders());
        pairs(json, "queryString", entry.query());
        if (!body.isEmpty() && !body.isMissing()) {
            postData(json, entry);
        }
        json.writeNumberProperty("headersSize", UNKNOWN);
        json.writeNumberProperty("bodySize", body.passedBytes());
        trailers(json, entry.requestTrailers());
        if (body.isMissing() && body.comment() != null) {
            json.writeStringProperty("comment", body.comment());
        }
        json.writeEndObject();
    }

    private static void postData(JsonGenerator json, Entry entry) {
        Payload body = entry.requestBody();
        String type = Entry.header(entry.requestHeaders(), "content-type");
        Optional<String> text = body.text();
        json.writeObjectPropertyStart("postData");
        json.writeStringProperty("mimeType", type);
        json.writeStringProperty("text", text.orElseGet(body::base64));
        if (text.isEmpty()) {
            json.writeStringProperty("_encoding", "base64");
        } else if (type.toLowerCase(Locale.ROOT).startsWith(FORM) && body.bytes().length <= MAX_FORM_BYTES) {
            pairs(json, "params", text.get());
        }
        truncation(json, body);
        json.writeEndObject();
    }

    private static void response(JsonGenerator json, Entry entry) {
        Payload body = entry.responseBody();
        json.writeObjectPropertyStart("response");
        json.writeNumberProperty("status", entry.status());
        json.writeStringProperty("statusText", entry.statusText());
        json.writeStringProperty("httpVersion", entry.responseHttpVersion());
        Cookies.write(json, Cookies.set(entry.responseHeaders()));
        fields(json, "headers", entry.responseHeaders());
        content(json, entry);
        json.writeStringProperty("redirectURL", entry.redirectUrl());
        json.writeNumberProperty("headersSize", UNKNOWN);
        json.writeNumberProperty("bodySize", body.passedBytes());
        json.writeNumberProperty("_transferSize", Math.max(0, body.passedBytes()));
        if (entry.error() != null) {
            json.writeStringProperty("_error", entry.error());
        }
        trailers(json, entry.responseTrailers());
        json.writeEndObject();
    }

    private static void content(JsonGenerator json, Entry entry) {
        Payload body = entry.responseBody();
        String type = Entry.header(entry.responseHeaders(), "content-type");
        json.writeObjectPropertyStart("content");
        json.writeNumberProperty("size", body.totalBytes());
        if (body.passedBytes() >= 0 && body.passedBytes() != body.totalBytes()) {
            json.writeNumberProperty("compression", body.totalBytes() - body.passedBytes());
        }
        json.writeStringProperty("mimeType", type.isEmpty() ? "x-unknown" : type);
        if (!body.isMissing()) {
            Optional<String> text = body.text();
            json.writeStringProperty("text", text.orElseGet(body::base64));
            if (text.isEmpty()) {
                json.writeStringProperty("encoding", "base64");
            }
            truncation(json, body);
        } else if (body.comment() != null) {
            json.writeStringProperty("comment", body.comment());
        }
        json.writeEndObject();
    }

    private static void truncation(JsonGenerator json, Payload body) {
        if (body.truncated()) {
            json.writeBooleanProperty("_truncated", true);
            json.writeNumberProperty("_totalBytes", body.totalBytes());
        }
        if (body.comment() != null) {
            json.writeStringProperty("comment", body.comment());
        }
    }

    private static void timings(JsonGenerator json, Timings timings) {
        json.writeObjectPropertyStart("timings");
        json.writeNumberProperty("blocked", timings.blocked());
        json.writeNumberProperty("dns", timings.dns());
        json.writeNumberProperty("connect", timings.connect());
        json.writeNumberProperty("ssl", timings.ssl());
        json.writeNumberProperty("send", timings.send());
        json.writeNumberProperty("wait", timings.waiting());
        json.writeNumberProperty("receive", timings.receive());
        json.writeEndObject();
    }

    private static void messages(JsonGenerator json, String name, List<Message> messages, boolean events) {
        List<Message> some = messages.stream()
                .filter(message -> (message.opcode() == EVENT) == events)
                .toList();
        if (some.isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart(name);
        for (Message message : some) {
            json.writeStartObject();
            json.writeStringProperty("type", message.type());
            json.writeNumberProperty("time", message.time());
            json.writeNumberProperty("opcode", message.opcode());
            optional(json, "name", message.name());
            optional(json, "id", message.id());
            json.writeStringProperty("data", message.data());
            if (message.base64()) {
                json.writeStringProperty("_encoding", "base64");
            }
            if (message.totalBytes() >= 0) {
                json.writeBooleanProperty("_truncated", true);
                json.writeNumberProperty("_totalBytes", message.totalBytes());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void optional(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private static void trailers(JsonGenerator json, List<HeaderField> trailers) {
        if (!trailers.isEmpty()) {
            fields(json, "_trailers", trailers);
        }
    }

    private static void fields(JsonGenerator json, String name, List<HeaderField> fields) {
        json.writeArrayPropertyStart(name);
        fields.forEach(field -> pair(json, field.name(), field.value()));
        json.writeEndArray();
    }

    /** Names and values as they stand there, still encoded: that is how browsers write them. */
    private static void pairs(JsonGenerator json, String name, String encoded) {
        json.writeArrayPropertyStart(name);
        for (String part : encoded.split("&")) {
            int equals = part.indexOf('=');
            if (!part.isEmpty()) {
                pair(json, equals < 0 ? part : part.substring(0, equals), equals < 0 ? "" : part.substring(equals + 1));
            }
        }
        json.writeEndArray();
    }

    private static void pair(JsonGenerator json, String name, String value) {
        json.writeStartObject();
        json.writeStringProperty("name", name);
        json.writeStringProperty("value", value);
        json.writeEndObject();
    }
}
