package io.portrgateway.admin.body;

import java.util.Locale;

/** Bytes as people read them: offset, hexadecimal, characters. Stateless. */
public final class HexDump {

    private static final int PER_LINE = 16;
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private HexDump() {}

    /** The lines for at most so many bytes from this offset. */
    public static String of(byte[] bytes, int from, int count) {
        int end = (int) Math.min(bytes.length, (long) from + count);
        StringBuilder dump = new StringBuilder(Math.max(0, end - from) * 5);
        for (int line = from; line < end; line += PER_LINE) {
            dump.append(String.format(Locale.ROOT, "%08x  ", line));
            StringBuilder characters = new StringBuilder(PER_LINE);
            for (int i = line; i < line + PER_LINE; i++) {
                if (i < end) {
                    int b = bytes[i] & 0xff;
                    dump.append(DIGITS[b >> 4]).append(DIGITS[b & 15]);
                    characters.append(b >= ' ' && b < 0x7f ? (char) b : '.');
                } else {
                    dump.append("  ");
                }
                dump.append(i == line + PER_LINE / 2 - 1 ? "  " : " ");
            }
            dump.append(" ").append(characters).append('\n');
        }
        return dump.toString();
    }

    /** The first bytes alone, on one line. */
    public static String line(byte[] bytes, int count) {
        StringBuilder line = new StringBuilder(count * 3 + 2);
        for (int i = 0; i < Math.min(bytes.length, count); i++) {
            int b = bytes[i] & 0xff;
            line.append(i == 0 ? "" : " ").append(DIGITS[b >> 4]).append(DIGITS[b & 15]);
        }
        return line.append(bytes.length > count ? " …" : "").toString();
    }
}
