package io.portrgateway.admin.recording;

import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The team's rules as somebody typed them, unchecked. Immutable.
 *
 * @param mode empty: as the gateway
 * @param headers a name in each line
 * @param maxMib empty: as the gateway
 */
record RecordingForm(
        String mode,
        String headers,
        String parameters,
        String jsonPaths,
        boolean encrypted,
        String maxMib,
        boolean auditBodies) {

    private static final long MIB = 1024 * 1024;

    static RecordingForm of(TeamRecording rules) {
        @Nullable RecordingMode mode = rules.mode();
        @Nullable Long maxBytes = rules.maxBytes();
        return new RecordingForm(
                mode == null ? "" : mode.text(),
                String.join("\n", rules.headers()),
                String.join("\n", rules.parameters()),
                String.join("\n", rules.jsonPaths()),
                rules.encrypted(),
                maxBytes == null ? "" : Long.toString(Math.ceilDiv(maxBytes, MIB)),
                rules.auditBodies());
    }

    Outcome<TeamRecording> checked() {
        Optional<RecordingMode> chosen = RecordingMode.parse(mode);
        if (chosen.isEmpty() && !mode.isEmpty()) {
            return Outcome.refused(Refusal.invalid("mode", "Choose one of the kinds of recording."));
        }
        String size = maxMib.strip();
        if (!size.isEmpty() && !size.matches("\\d{1,9}")) {
            return Outcome.refused(
                    Refusal.invalid("max_bytes", "Type a whole number of MiB, such as 500, or nothing."));
        }
        return new TeamRecording(
                        chosen.orElse(null),
                        lines(headers),
                        lines(parameters),
                        lines(jsonPaths),
                        encrypted,
                        size.isEmpty() ? null : Long.valueOf(Long.parseLong(size) * MIB),
                        auditBodies)
                .checked();
    }

    /** Each once, in the order given. Names hold no comma, so that a list pasted from elsewhere works too. */
    private static List<String> lines(String text) {
        return text.lines()
                .map(line -> line.endsWith(",") ? line.substring(0, line.length() - 1) : line)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .distinct()
                .collect(Collectors.toUnmodifiableList());
    }
}
