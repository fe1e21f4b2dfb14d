package io.portrgateway.tunnel.capture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a body is, as the header fields beside it say. Immutable.
 *
 * @param type the media type in lower case, without its parameters; empty when nothing says it
 */
record BodyFormat(String type, Charset charset, Coding coding) {

    private static final Set<String> TEXTS = Set.of(
            "application/xml",
            "application/javascript",
            "application/ecmascript",
            "application/graphql",
            "application/x-yaml",
            "application/yaml",
            "application/toml",
            "application/sql",
            "image/svg+xml");

    private static final Set<String> JSON_LINES =
            Set.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines");

    /** How the bytes were made smaller. */
    enum Coding {
        NONE,
        GZIP,
        DEFLATE,
        /** One that the JDK cannot undo. */
        OTHER
    }

    static BodyFormat of(Fields headers) {
        @Nullable String contentType = headers.first("content-type");
        String whole = contentType == null ? "" : contentType;
        int semicolon = whole.indexOf(';');
        String type = semicolon < 0 ? whole : whole.substring(0, semicolon);
        return new BodyFormat(
                type.strip().toLowerCase(Locale.ROOT), charset(whole), coding(headers.first("content-encoding")));
    }

    private static Charset charset(String contentType) {
        int at = contentType.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String rest = contentType.substring(at + "charset=".length());
        int semicolon = rest.indexOf(';');
        String name = (semicolon < 0 ? rest : rest.substring(0, semicolon)).replace("\"", "");
        try {
            return Charset.forName(name.strip());
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return StandardCharsets.UTF_8;
        }
    }

    private static Coding coding(@Nullable String contentEncoding) {
        String name = contentEncoding == null ? "" : contentEncoding.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "identity" -> Coding.NONE;
            case "gzip", "x-gzip" -> Coding.GZIP;
            case "deflate" -> Coding.DEFLATE;
            default -> Coding.OTHER;
        };
    }

    boolean isJson() {
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json") || isJsonLines();
    }

    /** One JSON text per line. */
    boolean isJsonLines() {
        return JSON_LINES.contains(type);
    }

    boolean isForm() {
        return type.equals("application/x-www-form-urlencoded");
    }

    boolean isText() {
        return type.startsWith("text/") || type.endsWith("+xml") || isJson() || isForm() || TEXTS.contains(type);
    }

    /** The first bytes without their coding, at most so many; as far as they could be read. */
    byte[] decoded(BodySample sample, int mostBytes) {
        byte[] kept = sample.kept();
        if (coding == Coding.NONE) {
            return kept.length <= mostBytes ? kept : Arrays.copyOf(kept, mostBytes);
        }
        if (coding == Coding.OTHER) {
            return new byte[0];
        }
        byte[] decoded = new byte[Math.min(mostBytes, Math.max(1024, kept.length * 4))];
        int count = 0;
        try (InputStream from = open(kept)) {
            for (int read = 0; read >= 0 && count < mostBytes; count += Math.max(read, 0)) {
                if (count == decoded.length) {
                    decoded = Arrays.copyOf(decoded, Math.min(mostBytes, 2 * decoded.length));
                }
                read = from.read(decoded, count, decoded.length - count);
            }
        } catch (IOException cutOrWrong) {
            // What was read until there is good all the same
            return Arrays.copyOf(decoded, count);
        }
        return Arrays.copyOf(decoded, count);
    }

    /** Undoes the coding, which is one that can be undone. */
    InputStream open(byte[] coded) throws IOException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(coded);
        return coding == Coding.GZIP ? new GZIPInputStream(bytes) : new InflaterInputStream(bytes);
    }
}
