package io.portrgateway.admin.har;

import io.portrgateway.admin.exchange.HeaderField;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The cookies in headers, as HAR wants them beside the headers. Stateless. */
final class Cookies {

    private Cookies() {}

    /** One cookie; only name and value are known of a sent one. Immutable. */
    record Cookie(
            String name,
            String value,
            @Nullable String path,
            @Nullable String domain,
            @Nullable Instant expires,
            boolean httpOnly,
            boolean secure,
            @Nullable String sameSite) {}

    /** Those that a visitor sent. */
    static List<Cookie> sent(List<HeaderField> headers) {
        List<Cookie> cookies = new ArrayList<>();
        for (HeaderField field : headers) {
            if (field.isNamed("cookie")) {
                for (String part : field.value().split(";")) {
                    if (!part.isBlank()) {
                        cookies.add(new Cookie(name(part), value(part), null, null, null, false, false, null));
                    }
                }
            }
        }
        return cookies;
    }

    /** Those that an answer sets. */
    static List<Cookie> set(List<HeaderField> headers) {
        return headers.stream()
                .filter(field -> field.isNamed("set-cookie"))
                .map(field -> one(field.value()))
                .toList();
    }

    private static Cookie one(String line) {
        String[] parts = line.split(";");
        @Nullable String path = null;
        @Nullable String domain = null;
        @Nullable Instant expires = null;
        @Nullable String sameSite = null;
        boolean httpOnly = false;
        boolean secure = false;
        for (int i = 1; i < parts.length; i++) {
            String value = value(parts[i]);
            switch (name(parts[i]).toLowerCase(Locale.ROOT)) {
                case "path" -> path = value;
                case "domain" -> domain = value;
                case "expires" -> expires = time(value);
                case "samesite" -> sameSite = value;
                case "httponly" -> httpOnly = true;
                case "secure" -> secure = true;
                default -> {
                    // Max-Age and what is to come: HAR has no place for it, and the header is there as well
                }
            }
        }
        String first = parts.length == 0 ? "" : parts[0];
        return new Cookie(name(first), value(first), path, domain, expires, httpOnly, secure, sameSite);
    }

    private static @Nullable Instant time(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException another) {
            return null;
        }
    }

    private static String name(String part) {
        int equals = part.indexOf('=');
        return (equals < 0 ? part : part.substring(0, equals)).strip();
    }

    private static String value(String part) {
        int equals = part.indexOf('=');
        return equals < 0 ? "" : part.substring(equals + 1).strip();
    }

    static void write(JsonGenerator json, List<Cookie> cookies) {
        json.writeArrayPropertyStart("cookies");
        for (Cookie cookie : cookies) {
            json.writeStartObject();
            json.writeStringProperty("name", cookie.name());
            json.writeStringProperty("value", cookie.value());
            text(json, "path", cookie.path());
            text(json, "domain", cookie.domain());
            text(
                    json,
                    "expires",
                    cookie.expires() == null ? null : cookie.expires().toString());
            json.writeBooleanProperty("httpOnly", cookie.httpOnly());
            json.writeBooleanProperty("secure", cookie.secure());
            text(json, "sameSite", cookie.sameSite());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }
}
