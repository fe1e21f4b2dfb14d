package io.portrgateway.admin.search;

import io.portrgateway.admin.web.Ulid;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What stands before a colon, and what may stand after it. */
enum Keys {
    METHOD("a method, such as method:POST or method:PUT,DELETE"),
    STATUS("a status, such as status:404, status:5xx, status:400-499 or status:none"),
    PATH("the beginning of a path, such as path:/hook, or a part of it, such as path:*invoice*"),
    HOST("a host, such as host:shop or host:shop.example.com"),
    TUNNEL("the name of a tunnel, such as tunnel:shop, or the id of a connection"),
    MEMBER("me, or the beginning of a member's email address"),
    FROM("an address or a range, such as from:203.0.113.7 or from:203.0.113.0/24"),
    DURATION("a time, such as duration:>500ms or duration:<2s"),
    SIZE("a size, such as size:>1MiB or size:<200"),
    AFTER("a time in UTC, such as after:2026-01-31 or after:2026-01-31T14:30, or one ago, such as after:2h"),
    BEFORE("a time in UTC, such as before:2026-01-31 or before:2026-01-31T14:30, or one ago, such as before:2h"),
    SINCE("how long ago, such as since:30m, since:2h or since:7d"),
    IS("failed, open, replay or websocket"),
    OUTCOME("completed, open or the name of a failure"),
    HEADER("a header's name, such as header:x-request-id, or also its value, such as header:content-type=json"),
    ID("the id of a request");

    private static final Pattern METHOD_FORM = Pattern.compile("[A-Z0-9!#$%&'*+.^_`|~-]{1,32}");
    private static final Pattern HOST_FORM = Pattern.compile("[a-z0-9._-]{1,253}");
    private static final Pattern OUTCOME_FORM = Pattern.compile("[A-Za-z_-]{1,64}");
    private static final Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final int MAX_CHOICES = 10;
    private static final int MAX_TEXT_CHARS = 200;

    final String expected;

    Keys(String expected) {
        this.expected = expected;
    }

    /** The word before the colon. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The filter of a term; {@link QueryProblem} names {@code raw}. */
    static Filter filter(String key, String value, String raw) {
        Keys known = Arrays.stream(values())
                .filter(one -> one.text().equals(key))
                .findFirst()
                .orElseThrow(() -> new QueryProblem(
                        raw,
                        Arrays.stream(values()).map(Keys::text).collect(Collectors.joining(", "))
                                + " before the colon, or quotation marks around text"));
        return (value.isEmpty() ? Optional.<Filter>empty() : known.read(value))
                .orElseThrow(() -> new QueryProblem(raw, known.expected));
    }

    private Optional<Filter> read(String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        return switch (this) {
            case METHOD -> choices(value.toUpperCase(Locale.ROOT), METHOD_FORM).map(ColumnFilters.Methods::new);
            case STATUS -> ColumnFilters.Statuses.read(lower);
            case PATH ->
                value.length() > MAX_TEXT_CHARS * 2 ? Optional.empty() : Optional.of(ColumnFilters.Path.read(value));
            case HOST ->
                HOST_FORM.matcher(lower).matches() ? Optional.of(new ColumnFilters.Host(lower)) : Optional.empty();
            case TUNNEL -> {
                String id = value.toUpperCase(Locale.ROOT);
                yield Ulid.time(id).isPresent() ? Optional.of(new ColumnFilters.Connection(id)) : HOST.read(value);
            }
            case MEMBER ->
                value.length() > MAX_TEXT_CHARS ? Optional.empty() : Optional.of(new ColumnFilters.Who(lower));
            case FROM -> ColumnFilters.From.read(lower);
            case DURATION -> MeasureFilters.duration(lower);
            case SIZE -> MeasureFilters.size(lower);
            case AFTER -> TimeFilter.read(value, true);
            case BEFORE -> TimeFilter.read(value, false);
            case SINCE -> TimeFilter.ago(lower);
            case IS -> ColumnFilters.Is.read(lower);
            case OUTCOME -> choices(value, OUTCOME_FORM).map(ColumnFilters.Outcomes::new);
            case HEADER -> header(lower);
            case ID -> {
                String id = value.toUpperCase(Locale.ROOT);
                yield Ulid.time(id).map(time -> new ColumnFilters.Id(id, time));
            }
        };
    }

    private static Optional<Filter> header(String lower) {
        int equals = lower.indexOf('=');
        String name = equals < 0 ? lower : lower.substring(0, equals);
        String value = equals < 0 ? "" : lower.substring(equals + 1).strip();
        if (!HEADER_NAME.matcher(name).matches() || value.length() > MAX_TEXT_CHARS) {
            return Optional.empty();
        }
        try {
            String text = name + " " + value;
            return Optional.of(new TextFilters.Header(name, value, TextFilters.words(text, text)));
        } catch (QueryProblem noWord) {
            return Optional.empty();
        }
    }

    private static Optional<List<String>> choices(String value, Pattern form) {
        List<String> choices = List.of(value.split(",", -1));
        return choices.size() <= MAX_CHOICES
                        && choices.stream().allMatch(one -> form.matcher(one).matches())
                ? Optional.of(choices)
                : Optional.empty();
    }
}
