package io.portrgateway.admin.har;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A body as a HAR says it: without its content coding. Nobody changes the array.
 *
 * @param kept null when it was not recorded
 * @param totalBytes how long it was, as far as that is known; at least what is kept
 * @param passedBytes how long it was on the wire, with its content coding; -1 when that is not known
 * @param truncated whether the end is missing
 * @param comment what a reader ought to know
 */
// nobody compares them, and a copy of a mebibyte per reader is too dear
@SuppressWarnings("ArrayRecordComponent")
record Payload(
        byte @Nullable [] kept,
        long totalBytes,
        long passedBytes,
        boolean truncated,
        @Nullable String comment) {

    private static final byte[] NOTHING = {};

    static Payload none() {
        return new Payload(NOTHING, 0, 0, false, null);
    }

    /** What there is of it. */
    byte[] bytes() {
        return kept == null ? NOTHING : kept;
    }

    boolean isMissing() {
        return kept == null;
    }

    boolean isEmpty() {
        return kept != null && kept.length == 0;
    }

    /** As text, when it is UTF-8 through and through; anything else is written as base64, so that no byte is lost. */
    Optional<String> text() {
        return text(bytes());
    }

    static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    String base64() {
        return Base64.getEncoder().encodeToString(bytes());
    }
}
