package io.portrgateway.admin.body;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Tells pictures by their first bytes, whatever they are said to be. Never SVG: that is a document with scripts. Stateless. */
public final class Images {

    private Images() {}

    /** The media type of a picture that browsers show and that can hold no script. */
    public static Optional<String> type(byte[] bytes) {
        if (has(bytes, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
            return Optional.of("image/png");
        }
        if (has(bytes, 0, 0xff, 0xd8, 0xff)) {
            return Optional.of("image/jpeg");
        }
        if (has(bytes, 0, 'G', 'I', 'F', '8')) {
            return Optional.of("image/gif");
        }
        if (has(bytes, 0, 'R', 'I', 'F', 'F') && has(bytes, 8, 'W', 'E', 'B', 'P')) {
            return Optional.of("image/webp");
        }
        if (has(bytes, 4, 'f', 't', 'y', 'p') && bytes.length >= 12) {
            String brand = new String(Arrays.copyOfRange(bytes, 8, 12), StandardCharsets.ISO_8859_1);
            return brand.equals("avif") || brand.equals("avis") ? Optional.of("image/avif") : Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean has(byte[] bytes, int at, int... expected) {
        if (bytes.length < at + expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if ((bytes[at + i] & 0xff) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
