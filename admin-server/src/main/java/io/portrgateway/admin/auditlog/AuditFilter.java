package io.portrgateway.admin.auditlog;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * What a reader is looking for. Immutable.
 *
 * @param actor exactly this actor; empty for all
 * @param action exactly this action; empty for all
 * @param team exactly this team's slug; empty for all. Means nothing within one team
 * @param from the first moment, if any; {@code fromText} as it was typed
 * @param to the first moment that is too late, if any
 * @param words what the event must hold, each as the beginning of a word
 */
record AuditFilter(
        String actor,
        String action,
        String team,
        @Nullable Instant from,
        @Nullable Instant to,
        String words,
        String fromText,
        String toText,
        Map<String, String> problems) {

    private static final int MAX_CHARS = 200;
    private static final int MAX_WORDS = 10;
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    AuditFilter {
        problems = Map.copyOf(problems);
    }

    /** Reads the parameters {@code actor}, {@code action}, {@code team}, {@code from}, {@code to} and {@code q}. */
    static AuditFilter read(Function<String, @Nullable String> parameters) {
        String fromText = text(parameters.apply("from"));
        String toText = text(parameters.apply("to"));
        Optional<Instant> from = moment(fromText, 0);
        Optional<Instant> to = moment(toText, 1);
        Map<String, String> problems = new LinkedHashMap<>();
        if (from.isEmpty() && !fromText.isEmpty()) {
            problems.put("from", "expected a date such as 2026-03-31, or a time such as 2026-03-31T08:00:00Z");
        }
        if (to.isEmpty() && !toText.isEmpty()) {
            problems.put("to", "expected a date such as 2026-03-31, or a time such as 2026-03-31T08:00:00Z");
        }
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            problems.put("to", "expected a time after the first one");
        }
        return new AuditFilter(
                text(parameters.apply("actor")).toLowerCase(Locale.ROOT),
                text(parameters.apply("action")),
                text(parameters.apply("team")).toLowerCase(Locale.ROOT),
                from.orElse(null),
                to.orElse(null),
                text(parameters.apply("q")),
                fromText,
                toText,
                problems);
    }

    public boolean isEmpty() {
        return actor.isEmpty()
                && action.isEmpty()
                && team.isEmpty()
                && fromText.isEmpty()
                && toText.isEmpty()
                && words.isEmpty();
    }

    /** The words as a query of PostgreSQL's text search; nothing when there is no word among the characters. */
    Optional<String> textQuery() {
        List<String> parts = new ArrayList<>();
        for (String word : NO_WORD.split(words.toLowerCase(Locale.ROOT))) {
            if (!word.isEmpty() && parts.size() < MAX_WORDS) {
                parts.add(word + ":*");
            }
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(" & ", parts));
    }

    /** A link with this filter and one more parameter, if any. */
    String link(String path, @Nullable String name, @Nullable String value) {
        UriComponentsBuilder link = UriComponentsBuilder.fromPath(path);
        parameters().forEach((key, text) -> link.queryParam(key, "{" + key + "}"));
        Map<String, Object> values =
                parameters().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        if (name != null && value != null) {
            link.queryParam(name, value);
        }
        return link.encode().buildAndExpand(values).toUriString();
    }

    /** The parameters that are set, as they were given. */
    Map<String, String> parameters() {
        Map<String, String> set = new LinkedHashMap<>();
        set.put("actor", actor);
        set.put("action", action);
        set.put("team", team);
        set.put("from", fromText);
        set.put("to", toText);
        set.put("q", words);
        set.values().removeIf(String::isEmpty);
        return set;
    }

    private static String text(@Nullable String value) {
        String text = value == null ? "" : value.replace("\0", "").strip();
        return text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
    }

    /** A time as it is; a day at its begin, or at its end, in UTC. */
    private static Optional<Instant> moment(String text, int daysLater) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    text.length() > "2026-03-31".length()
                            ? Instant.parse(text)
                            : LocalDate.parse(text)
                                    .plusDays(daysLater)
                                    .atStartOfDay()
                                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException wrong) {
            return Optional.empty();
        }
    }
}
