package io.portrgateway.admin.recording;

import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a team's requests are recorded. Immutable.
 *
 * @param mode null: as the gateway
 * @param headers names of header fields whose values are never stored, besides the gateway's own list
 * @param parameters names of query parameters, likewise
 * @param jsonPaths places in JSON bodies (RFC 9535, without filters and slices), likewise
 * @param encrypted whether headers and bodies are encrypted before they are stored
 * @param maxBytes what may be stored in all; null: as the gateway
 * @param auditBodies whether opening a body is written to the audit log
 */
record TeamRecording(
        @Nullable RecordingMode mode,
        List<String> headers,
        List<String> parameters,
        List<String> jsonPaths,
        boolean encrypted,
        @Nullable Long maxBytes,
        boolean auditBodies) {

    /** What a team without a row has. */
    static final TeamRecording AS_THE_GATEWAY =
            new TeamRecording(null, List.of(), List.of(), List.of(), false, null, false);

    static final int MAX_NAMES = 50;
    static final int MAX_NAME_CHARS = 100;
    static final long MIN_BYTES = 1024 * 1024;
    static final long MAX_BYTES = 1024L * 1024 * 1024 * 1024;

    /** RFC 9110, section 5.1: a token. */
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final Pattern PARAMETER = Pattern.compile("[^\\p{Cntrl}\\s&=#]+");

    /** Names, positions, all of a level, and any depth; what tunnel-server can read, and nothing else. */
    private static final Pattern JSON_PATH =
            Pattern.compile("\\$(?:\\.\\.?(?:\\*|[\\p{L}_][\\p{L}\\p{N}_-]*)|(?:\\.\\.)?\\[(?:\\*|\\d{1,9}"
                    + "|'[^'\\\\\\p{Cntrl}]+'|\"[^\"\\\\\\p{Cntrl}]+\")])+");

    TeamRecording {
        headers = List.copyOf(headers);
        parameters = List.copyOf(parameters);
        jsonPaths = List.copyOf(jsonPaths);
    }

    /** The same, if it can be; the refusal names the first field that cannot. */
    Outcome<TeamRecording> checked() {
        return names("redact_headers", headers, HEADER, "the name of a header field, such as X-Session")
                .or(() -> names("redact_parameters", parameters, PARAMETER, "the name of a query parameter"))
                .or(() ->
                        names("redact_json", jsonPaths, JSON_PATH, "a JSON path such as $.card.number or $..password"))
                .or(this::size)
                .<Outcome<TeamRecording>>map(Outcome::refused)
                .orElseGet(() -> Outcome.done(this));
    }

    private static Optional<Refusal> names(String field, List<String> names, Pattern form, String what) {
        if (names.size() > MAX_NAMES) {
            return Optional.of(Refusal.invalid(field, "At most " + MAX_NAMES + " lines, please."));
        }
        return names.stream()
                .filter(name ->
                        name.length() > MAX_NAME_CHARS || !form.matcher(name).matches())
                .findFirst()
                .map(name -> Refusal.invalid(
                        field,
                        "“" + (name.length() > MAX_NAME_CHARS ? name.substring(0, MAX_NAME_CHARS) + "…" : name)
                                + "” is not " + what + "."));
    }

    private Optional<Refusal> size() {
        return maxBytes != null && (maxBytes < MIN_BYTES || maxBytes > MAX_BYTES)
                ? Optional.of(
                        Refusal.invalid("max_bytes", "Choose 1 MiB to 1 TiB, or nothing for the gateway’s limit."))
                : Optional.empty();
    }
}
