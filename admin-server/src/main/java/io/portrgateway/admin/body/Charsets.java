package io.portrgateway.admin.body;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Turns bytes into characters: by a byte order mark, else by what was said, else as UTF-8. Stateless. */
final class Charsets {

    private static final int UTF8_MARK = 3;
    private static final int SAMPLE = 4096;

    private Charsets() {}

    /**
     * The text.
     *
     * @param charset the one it was read in
     * @param damaged some bytes mean nothing in it
     */
    record Text(String text, String charset, boolean damaged) {}

    static Text decode(byte[] bytes, Optional<Charset> said) {
        if (starts(bytes, 0xef, 0xbb, 0xbf)) {
            return decode(bytes, UTF8_MARK, StandardCharsets.UTF_8);
        }
        if (starts(bytes, 0xfe, 0xff)) {
            return decode(bytes, 2, StandardCharsets.UTF_16BE);
        }
        if (starts(bytes, 0xff, 0xfe)) {
            return decode(bytes, 2, StandardCharsets.UTF_16LE);
        }
        return decode(bytes, 0, said.orElse(StandardCharsets.UTF_8));
    }

    private static boolean starts(byte[] bytes, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private static Text decode(byte[] bytes, int from, Charset charset) {
        ByteBuffer content = ByteBuffer.wrap(bytes, from, bytes.length - from);
        try {
            CharBuffer text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(content.duplicate());
            return new Text(text.toString(), charset.name(), false);
        } catch (CharacterCodingException damaged) {
            return new Text(charset.decode(content).toString(), charset.name(), true);
        }
    }

    /** Whether the beginning looks like text that somebody wrote: UTF-8, hardly a control character. */
    static boolean looksLikeText(byte[] bytes) {
        if (starts(bytes, 0xfe, 0xff) || starts(bytes, 0xff, 0xfe)) {
            return true;
        }
        int length = Math.min(bytes.length, SAMPLE);
        int odd = 0;
        for (int i = 0; i < length; i++) {
            int b = bytes[i] & 0xff;
            if (b == 0) {
                return false;
            }
            odd += b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 0x1b ? 1 : 0;
        }
        // a character may be cut at the sample's end
        Text text = decode(java.util.Arrays.copyOf(bytes, length), 0, StandardCharsets.UTF_8);
        int damagedAt = text.text().indexOf('\ufffd');
        boolean utf8 = !text.damaged() || damagedAt >= text.text().length() - 3;
        return utf8 && odd * 20 <= length;
    }
}
