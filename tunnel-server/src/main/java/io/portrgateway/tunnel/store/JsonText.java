package io.portrgateway.tunnel.store;

import io.portrgateway.tunnel.capture.Fields;

/** Writes fields as JSON: a list of pairs, in order. Stateless. */
final class JsonText {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private JsonText() {}

    static String of(Fields fields) {
        if (fields.count() == 0) {
            return "[]";
        }
        StringBuilder json = new StringBuilder(fields.count() * 48).append('[');
        for (int i = 0; i < fields.count(); i++) {
            json.append(i == 0 ? "[" : ",[");
            append(json, fields.name(i));
            json.append(',');
            append(json, fields.value(i));
            json.append(']');
        }
        return json.append(']').toString();
    }

    private static void append(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c == 0 || Character.isSurrogate(c)) {
                // The database's text cannot hold them
                json.append('\uFFFD');
            } else if (c < 0x20) {
                json.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
