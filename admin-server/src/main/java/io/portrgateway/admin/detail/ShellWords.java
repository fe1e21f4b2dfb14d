package io.portrgateway.admin.detail;

import io.portrgateway.admin.body.Visible;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes bytes as one word of a command for {@code bash}, such that the shell hands on exactly these bytes. One character stands
 * for one byte. Stateless.
 */
final class ShellWords {

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private ShellWords() {}

    /** Whether a command can hold these bytes: none of them is zero. */
    static boolean canHold(String latin) {
        return latin.indexOf('\0') < 0;
    }

    /** The word; readable characters stay readable. */
    static String quoted(String latin) {
        if (!latin.isEmpty() && latin.chars().allMatch(c -> PLAIN.indexOf(c) >= 0)) {
            return latin;
        }
        Optional<String> text = Visible.utf8(latin);
        // what would look like something else is written as bytes
        if (text.isPresent() && Visible.text(text.get()).equals(text.get())) {
            return "'" + text.get().replace("'", "'\\''") + "'";
        }
        return escaped(latin);
    }

    /** Bash's {@code $'…'}, with every byte that is not plain ASCII as an escape. */
    private static String escaped(String latin) {
        StringBuilder word = new StringBuilder(latin.length() * 2).append("$'");
        for (byte b : latin.getBytes(StandardCharsets.ISO_8859_1)) {
            switch (b) {
                case '\n' -> word.append("\\n");
                case '\r' -> word.append("\\r");
                case '\t' -> word.append("\\t");
                case '\\' -> word.append("\\\\");
                case '\'' -> word.append("\\'");
                default -> {
                    // an exclamation mark would ask for the history where the quote is not understood
                    if (b >= ' ' && b < 0x7f && b != '!') {
                        word.append((char) b);
                    } else {
                        word.append("\\x").append(DIGITS[(b & 0xff) >> 4]).append(DIGITS[b & 15]);
                    }
                }
            }
        }
        return word.append('\'').toString();
    }
}
