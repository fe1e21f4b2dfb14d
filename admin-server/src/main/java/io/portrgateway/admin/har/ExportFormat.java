package io.portrgateway.admin.har;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How requests are written to a file. */
enum ExportFormat {
    /** For browsers and other tools that show requests. */
    HAR("har", "application/json"),
    /** For programs: one JSON object per line. */
    JSON_LINES("jsonl", "application/x-ndjson");

    private final String extension;
    private final String contentType;

    ExportFormat(String extension, String contentType) {
        this.extension = extension;
        this.contentType = contentType;
    }

    String extension() {
        return extension;
    }

    String contentType() {
        return contentType;
    }

    static Optional<ExportFormat> parse(@Nullable String text) {
        return switch (text == null ? "har" : text.toLowerCase(Locale.ROOT)) {
            case "har" -> Optional.of(HAR);
            case "jsonl" -> Optional.of(JSON_LINES);
            default -> Optional.empty();
        };
    }
}
