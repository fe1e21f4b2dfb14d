package io.portrgateway.admin.webhook;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a delivery's headers say of its signature. Immutable.
 *
 * @param header the one it was read from
 * @param values the signatures, in the provider's own form; several while a provider replaces a secret
 * @param signedAt when it says that it was made; null when the provider does not say
 */
record Signature(
        String header, List<String> values, @Nullable Instant signedAt) {

    Signature {
        values = List.copyOf(values);
    }

    /** Headers that make no signature. Carries no stack trace, because it is an answer. */
    static final class Unreadable extends Exception {

        private final boolean missing;

        private Unreadable(boolean missing, String message) {
            super(message, null, false, false);
            this.missing = missing;
        }

        static Unreadable missing(String message) {
            return new Unreadable(true, message);
        }

        static Unreadable malformed(String message) {
            return new Unreadable(false, message);
        }

        boolean isMissing() {
            return missing;
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }
}
