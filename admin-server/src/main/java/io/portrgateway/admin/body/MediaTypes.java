package io.portrgateway.admin.body;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;
import org.apache.tomcat.util.http.parser.MediaType;
import org.jspecify.annotations.Nullable;

/** What the value of {@code Content-Type} says; nothing where it makes no sense. Immutable. */
record MediaTypes(String type, Optional<String> charsetName, Optional<Charset> charset, Optional<String> boundary) {

    private static final int MAX_CHARS = 1000;

    private static final MediaTypes NONE = new MediaTypes("", Optional.empty(), Optional.empty(), Optional.empty());

    static MediaTypes of(@Nullable String contentType) {
        if (contentType == null || contentType.isBlank() || contentType.length() > MAX_CHARS) {
            return NONE;
        }
        @Nullable MediaType parsed = parsed(contentType.strip());
        if (parsed == null) {
            // often only a parameter makes no sense
            parsed = parsed(contentType.split(";", 2)[0].strip());
        }
        if (parsed == null) {
            return NONE;
        }
        @Nullable String charset = unquoted(parsed.getParameterValue("charset"));
        return new MediaTypes(
                (parsed.getType() + "/" + parsed.getSubtype()).toLowerCase(Locale.ROOT),
                Optional.ofNullable(charset),
                charset(charset),
                Optional.ofNullable(unquoted(parsed.getParameterValue("boundary"))));
    }

    private static @Nullable MediaType parsed(String text) {
        try {
            return MediaType.parseMediaType(new StringReader(text));
        } catch (IOException impossible) {
            return null;
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
