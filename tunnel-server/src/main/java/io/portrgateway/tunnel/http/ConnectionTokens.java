package io.portrgateway.tunnel.http;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The comma-separated tokens of {@code Connection} and its like. */
final class ConnectionTokens {

    private ConnectionTokens() {}

    /** The tokens in lower case, empty ones left out. */
    static List<String> split(CharSequence value) {
        String text = value.toString().toLowerCase(Locale.ROOT);
        if (text.indexOf(',') < 0) {
            String token = text.strip();
            return token.isEmpty() ? List.of() : List.of(token);
        }
        List<String> tokens = new ArrayList<>();
        int start = 0;
        while (start <= text.length()) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            String token = text.substring(start, end).strip();
            if (!token.isEmpty()) {
                tokens.add(token);
            }
            start = end + 1;
        }
        return tokens;
    }

    /** Whether the name is among the tokens, in any case. */
    static boolean contains(List<String> tokens, CharSequence name) {
        for (int i = 0; i < tokens.size(); i++) {
            if (AsciiString.contentEqualsIgnoreCase(tokens.get(i), name)) {
                return true;
            }
        }
        return false;
    }
}
