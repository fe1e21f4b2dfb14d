package io.portrgateway.tunnel.capture;

import io.portrgateway.tunnel.capture.BodyFormat.Coding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Takes secrets out of bodies: values at paths of JSON texts, and of form fields by name. A body that may contain such a
 * value and cannot be read is not kept. Immutable.
 */
final class BodyRedaction {

    /** A compressed body becomes smaller than this, or is not kept: one of a few kilobytes may say that it has gigabytes. */
    private static final int MOST_DECODED_BYTES = 8 << 20;

    private final JsonPaths paths;
    private final UnaryOperator<String> form;

    /** @param form replaces the values of secret parameters */
    BodyRedaction(JsonPaths paths, UnaryOperator<String> form) {
        this.paths = paths;
        this.form = form;
    }

    boolean isBlind() {
        return paths.isBlind();
    }

    BodySample apply(Fields headers, BodySample body) {
        if (body.keptBytes() == 0) {
            return body;
        }
        BodyFormat format = BodyFormat.of(headers);
        if (format.isForm()) {
            return withoutSecretFields(format, body);
        }
        if (paths.isEmpty()) {
            return body;
        }
        if (format.isJson()) {
            return withoutSecretValues(format, body);
        }
        if (format.type().equals("text/event-stream")) {
            // Its events are kept by themselves, each without its secrets
            return body.withheld();
        }
        // Many services send JSON without saying so
        boolean mayBeJson = format.type().isEmpty() || format.type().equals("text/plain");
        return mayBeJson && begins(format.decoded(body, 1024)) ? withoutSecretValuesIfJson(format, body) : body;
    }

    /** Like a JSON body, for a text that says not what it is. */
    BodySample text(BodySample text, boolean isWhole) {
        if (paths.isEmpty() || text.keptBytes() == 0) {
            return text;
        }
        if (!isWhole) {
            return text.withheld();
        }
        return begins(text.kept())
                ? withoutSecretValuesIfJson(new BodyFormat("", StandardCharsets.UTF_8, Coding.NONE), text)
                : text;
    }

    private static boolean begins(byte[] text) {
        for (byte first : text) {
            if (first == '{' || first == '[') {
                return true;
            }
            if (first != ' ' && first != '\t' && first != '\r' && first != '\n') {
                return false;
            }
        }
        return false;
    }

    private BodySample withoutSecretFields(BodyFormat format, BodySample body) {
        if (format.coding() == Coding.OTHER) {
            return body.withheld();
        }
        byte[] bytes = decoded(format, body);
        if (isTooLong(format, bytes)) {
            return body.withheld();
        }
        // One character per byte, because only ASCII is changed
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String changed = form.apply(text);
        return changed.equals(text) ? body : body.changed(coded(format, changed.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private BodySample withoutSecretValuesIfJson(BodyFormat format, BodySample body) {
        if (body.isTruncated()) {
            return body.withheld();
        }
        try {
            return replaced(format, body);
        } catch (IOException notJson) {
            return body;
        }
    }

    private BodySample withoutSecretValues(BodyFormat format, BodySample body) {
        if (body.isTruncated() || format.coding() == Coding.OTHER) {
            return body.withheld();
        }
        try {
            return replaced(format, body);
        } catch (IOException unreadable) {
            return body.withheld();
        }
    }

    private BodySample replaced(BodyFormat format, BodySample body) throws IOException {
        byte[] bytes = decoded(format, body);
        if (isTooLong(format, bytes)) {
            throw new IOException("too long");
        }
        String text =
                format.charset().newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        String changed = format.isJsonLines() ? replacedLines(text) : paths.replace(text, Redaction.MARK);
        return changed.equals(text) ? body : body.changed(coded(format, changed.getBytes(format.charset())));
    }

    private static byte[] decoded(BodyFormat format, BodySample body) {
        return format.decoded(body, format.coding() == Coding.NONE ? Integer.MAX_VALUE : MOST_DECODED_BYTES);
    }

    private static boolean isTooLong(BodyFormat format, byte[] decoded) {
        return format.coding() != Coding.NONE && decoded.length == MOST_DECODED_BYTES;
    }

    private String replacedLines(String text) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            lines.add(line.isBlank() ? line : paths.replace(line, Redaction.MARK));
        }
        return String.join("\n", lines);
    }

    /** As the header fields say that it is. */
    private static byte[] coded(BodyFormat format, byte[] bytes) {
        if (format.coding() == Coding.NONE) {
            return bytes;
        }
        ByteArrayOutputStream coded = new ByteArrayOutputStream(bytes.length / 4);
        try (OutputStream to =
                format.coding() == Coding.GZIP ? new GZIPOutputStream(coded) : new DeflaterOutputStream(coded)) {
            to.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return coded.toByteArray();
    }
}
