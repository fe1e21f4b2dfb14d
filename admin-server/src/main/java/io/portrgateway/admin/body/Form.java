package io.portrgateway.admin.body;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Names and values of a form or a query, decoded. Immutable. */
public record Form(List<Field> fields, boolean cut) {

    private static final int MAX_FIELDS = 1000;

    public Form {
        fields = List.copyOf(fields);
    }

    /** One field; {@code redacted} when its value was taken out before it was recorded. */
    public record Field(String name, String value, boolean redacted) {}

    /** The fields of a text such as {@code a=1&b=2}. */
    public static Form parse(String text) {
        List<Field> fields = new ArrayList<>();
        int at = 0;
        while (at < text.length() && fields.size() < MAX_FIELDS) {
            int end = text.indexOf('&', at);
            end = end < 0 ? text.length() : end;
            if (end > at) {
                String pair = text.substring(at, end);
                int equals = pair.indexOf('=');
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                fields.add(new Field(
                        Visible.line(decoded(equals < 0 ? pair : pair.substring(0, equals))),
                        Visible.text(value),
                        value.equals(Redacted.MARK)));
            }
            at = end + 1;
        }
        return new Form(fields, at < text.length());
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }
}
