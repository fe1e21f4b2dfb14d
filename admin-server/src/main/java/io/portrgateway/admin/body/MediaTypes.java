package io.portrgateway.admin.body;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** What the value of {@code Content-Type} says; nothing where it makes no sense. Immutable. */
record MediaTypes(String type, Optional<String> charsetName, Optional<Charset> charset, Optional<String> boundary) {

    private static final MediaTypes NONE = new MediaTypes("", Optional.empty(), Optional.empty(), Optional.empty());

    static MediaTypes of(@Nullable String contentType) {
        if (contentType == null || contentType.isBlank() || contentType.length() > 1000) {
            return NONE;
        }
        MediaType parsed;
        try {
            parsed = MediaType.parseMediaType(contentType.strip());
        } catch (InvalidMediaTypeException unreadable) {
            // often only a parameter makes no sense
            return ofBare(contentType);
        }
        @Nullable String charset = unquoted(parsed.getParameter("charset"));
        return new MediaTypes(
                (parsed.getType() + "/" + parsed.getSubtype()).toLowerCase(Locale.ROOT),
                Optional.ofNullable(charset),
                charset(charset),
                Optional.ofNullable(unquoted(parsed.getParameter("boundary"))));
    }

    private static MediaTypes ofBare(String contentType) {
        String bare = contentType.split(";", 2)[0].strip();
        try {
            MediaType parsed = MediaType.parseMediaType(bare);
            return new MediaTypes(
                    (parsed.getType() + "/" + parsed.getSubtype()).toLowerCase(Locale.ROOT),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        } catch (InvalidMediaTypeException unreadable) {
            return NONE;
        }
    }

    private static @Nullable String unquoted(@Nullable String value) {
        if (value == null || value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        return value.substring(1, value.length() - 1);
    }

    private static Optional<Charset> charset(@Nullable String name) {
        if (name == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Charset.forName(name));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Optional.empty();
        }
    }

    boolean isJson() {
        return type.equals("application/json") || type.endsWith("+json") || type.equals("text/json");
    }

    boolean isXml() {
        return type.equals("application/xml") || type.equals("text/xml") || type.endsWith("+xml");
    }

    boolean isText() {
        return type.startsWith("text/")
                || type.equals("application/javascript")
                || type.equals("application/x-ndjson")
                || type.equals("application/jsonl")
                || type.equals("application/yaml")
                || type.equals("application/x-yaml")
                || type.equals("application/toml")
                || type.equals("application/graphql")
                || type.equals("application/sql");
    }
}
