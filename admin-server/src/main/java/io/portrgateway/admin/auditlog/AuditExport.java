package io.portrgateway.admin.auditlog;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Events as a file: comma-separated values for spreadsheets, or one JSON object per line for programs. */
enum AuditExport {
    CSV("csv", "text/csv; charset=utf-8") {
        @Override
        void head(Writer out) throws IOException {
            out.write("time,actor,action,team,subject,detail,address\r\n");
        }

        @Override
        void event(Writer out, AuditEvent event) throws IOException {
            List<String> cells = List.of(
                    event.occurredAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                    event.actor(),
                    event.action(),
                    text(event.team()),
                    event.subject(),
                    event.detail().entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .collect(Collectors.joining("; ")),
                    text(event.address()));
            out.write(cells.stream().map(AuditExport::cell).collect(Collectors.joining(",", "", "\r\n")));
        }
    },
    JSON_LINES("jsonl", "application/x-ndjson") {
        @Override
        void head(Writer out) {}

        @Override
        void event(Writer out, AuditEvent event) throws IOException {
            out.write(JSON.writeValueAsString(shape(event)));
            out.write('\n');
        }
    };

    private static final JsonMapper JSON = new JsonMapper();

    private final String extension;
    private final String contentType;

    AuditExport(String extension, String contentType) {
        this.extension = extension;
        this.contentType = contentType;
    }

    abstract void head(Writer out) throws IOException;

    abstract void event(Writer out, AuditEvent event) throws IOException;

    String extension() {
        return extension;
    }

    String contentType() {
        return contentType;
    }

    static Optional<AuditExport> parse(@Nullable String text) {
        return switch (text == null ? "csv" : text.toLowerCase(Locale.ROOT)) {
            case "csv" -> Optional.of(CSV);
            case "jsonl" -> Optional.of(JSON_LINES);
            default -> Optional.empty();
        };
    }

    /** Writes as it reads, so that the size of the result costs no memory; answers how many events. */
    long write(AuditEvents events, AuditEvents.Scope scope, AuditFilter filter, OutputStream stream)
            throws IOException {
        Writer out = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
        head(out);
        try {
            long count = events.each(scope, filter, event -> {
                try {
                    event(out, event);
                } catch (IOException readerLeft) {
                    throw new UncheckedIOException(readerLeft);
                }
            });
            out.flush();
            return count;
        } catch (UncheckedIOException readerLeft) {
            throw readerLeft.getCause();
        }
    }

    /** An event as the API and the export show it. */
    static Map<String, @Nullable Object> shape(AuditEvent event) {
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("id", event.id());
        shape.put(
                "occurred_at",
                event.occurredAt().truncatedTo(ChronoUnit.SECONDS).toString());
        shape.put("actor_id", event.actorId());
        shape.put("actor", event.actor());
        shape.put("action", event.action());
        shape.put("action_text", event.actionText());
        shape.put("team", event.team());
        shape.put("subject", event.subject());
        shape.put("detail", event.detail());
        shape.put("address", event.address());
        return shape;
    }

    /** Quoted; and what a spreadsheet would take for a formula begins with an apostrophe, which makes it a text. */
    static String cell(String value) {
        boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
        return '"' + (formula ? "'" : "") + value.replace("\"", "\"\"") + '"';
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
