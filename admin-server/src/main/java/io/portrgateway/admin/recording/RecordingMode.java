package io.portrgateway.admin.recording;

import java.util.Locale;
import java.util.Optional;

/** How much is kept of a request. */
enum RecordingMode {
    /** Headers, bodies and messages. */
    FULL,
    /** Headers and figures, no bodies. */
    METADATA,
    /** Nothing. */
    OFF;

    /** As the database, the API and the forms say it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<RecordingMode> parse(String text) {
        for (RecordingMode mode : values()) {
            if (mode.text().equals(text)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
