package io.portrgateway.admin.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Header fields as a person types them: one {@code Name: value} per line, in UTF-8 where the tables have one character per
 * byte. A line that nobody changed stands for the very bytes that were recorded. Stateless.
 */
final class HeaderLines {

    private HeaderLines() {}

    static String text(List<HeaderField> fields) {
        return fields.stream().map(HeaderLines::line).collect(Collectors.joining("\n"));
    }

    /** The fields of these lines, or what is wrong with the first that is none. */
    static Outcome<List<HeaderField>> parse(String text, List<HeaderField> recorded) {
        List<HeaderField> fields = new ArrayList<>();
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            if (line.isBlank()) {
                continue;
            }
            Optional<HeaderField> known =
                    recorded.stream().filter(field -> line(field).equals(line)).findFirst();
            if (known.isPresent()) {
                fields.add(known.get());
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                return refused(i, "a header field is written as Name: value.");
            }
            HeaderField field = new HeaderField(line.substring(0, colon), stored(trimmed(line.substring(colon + 1))));
            Optional<Refusal> wrong = RequestRules.header(field, "Line " + (i + 1));
            if (wrong.isPresent()) {
                return Outcome.refused(wrong.get());
            }
            fields.add(field);
        }
        return Outcome.done(fields);
    }

    /** As people read it: UTF-8, where the bytes are. */
    static String shown(String latin) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(latin.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException other) {
            return latin;
        }
    }

    /** One character per byte. */
    static String stored(String typed) {
        return new String(typed.getBytes(UTF_8), ISO_8859_1);
    }

    private static String line(HeaderField field) {
        return field.name() + ": " + shown(field.value());
    }

    /** Without blanks and tabs around it, which are no part of a value; other characters are judged. */
    private static String trimmed(String value) {
        return value.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }

    private static Outcome<List<HeaderField>> refused(int line, String message) {
        return Outcome.refused(Refusal.invalid("headers", "Line " + (line + 1) + ": " + message));
    }
}
