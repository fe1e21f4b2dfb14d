package io.portrgateway.admin.body;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes every character visible that a reader could miss or be deceived by: control characters, and those that turn the
 * direction of text. Stateless.
 */
public final class Visible {

    private static final int CONTROL_PICTURES = 0x2400;
    private static final int DELETE = 0x7f;

    private Visible() {}

    /** A text of several lines; line ends and tabs stay. */
    public static String text(String text) {
        return show(text, true);
    }

    /** A text that belongs on one line. */
    public static String line(String text) {
        return show(text, false);
    }

    /** A header's name or value, one character per byte as it came: as UTF-8 where it is, else with its odd bytes named. */
    public static String field(String latin) {
        return utf8(latin).map(Visible::line).orElseGet(() -> bytes(latin));
    }

    /** The text of these bytes (one per character), if they are UTF-8. */
    public static Optional<String> utf8(String latin) {
        if (latin.chars().allMatch(c -> c < 0x80)) {
            return Optional.of(latin);
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(latin.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString());
        } catch (CharacterCodingException other) {
            return Optional.empty();
        }
    }

    /** Each byte that is no printable ASCII character as {@code \xhh}. */
    private static String bytes(String latin) {
        StringBuilder shown = new StringBuilder(latin.length() + 16);
        for (int i = 0; i < latin.length(); i++) {
            char c = latin.charAt(i);
            if (c >= ' ' && c < DELETE) {
                shown.append(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
            }
        }
        return shown.toString();
    }

    private static String show(String text, boolean lines) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean crlf = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            // of two characters that end a line, one is enough
            if (!lines || !crlf) {
                append(shown, text, i, lines);
            }
        }
        return shown.toString();
    }

    private static void append(StringBuilder shown, String text, int at, boolean lines) {
        char c = text.charAt(at);
        if (lines && (c == '\n' || c == '\t')) {
            shown.append(c);
        } else if (c < ' ') {
            shown.append((char) (CONTROL_PICTURES + c));
        } else if (c == DELETE) {
            shown.append('\u2421');
        } else if (isDeceiving(c)) {
            shown.append(String.format(Locale.ROOT, "\u27e8U+%04X\u27e9", (int) c));
        } else if (Character.isSurrogate(c) && !isPair(text, at)) {
            shown.append('\ufffd');
        } else {
            shown.append(c);
        }
    }

    /** C1 controls, and characters without a shape that change how the others are read. */
    private static boolean isDeceiving(char c) {
        return (c >= 0x80 && c < 0xa0)
                || (c >= 0x200b && c <= 0x200f && c != 0x200d)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2060 && c <= 0x206f)
                || c == 0xfeff
                || c == 0xad;
    }

    private static boolean isPair(String text, int at) {
        char c = text.charAt(at);
        return Character.isHighSurrogate(c)
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
}
