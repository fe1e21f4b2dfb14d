package io.portrgateway.admin.connection;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the connections page is asked to show: the parameters of its address, checked. Immutable. An address without
 * parameters shows what is live, newest first.
 */
final class ConnectionFilter {

    private static final int MAX_TEXT_CHARS = 200;

    /** Which states are shown. */
    enum State {
        LIVE("active"),
        WAITING("reserved"),
        PAST("closed"),
        ALL("");

        /** As the {@code status} column spells it; empty for all of them. */
        final String column;

        State(String column) {
            this.column = column;
        }
    }

    enum Kind {
        HTTP,
        TCP
    }

    enum Origin {
        PORTR,
        SSH
    }

    /** By what the list is sorted. */
    enum Sort {
        NEWEST,
        OLDEST,
        REQUESTS,
        TRAFFIC
    }

    /** How far back the list goes. */
    enum Range {
        ALL("all", Duration.ZERO),
        HOUR("1h", Duration.ofHours(1)),
        DAY("24h", Duration.ofDays(1)),
        WEEK("7d", Duration.ofDays(7)),
        MONTH("30d", Duration.ofDays(30));

        final String text;
        final Duration length;

        Range(String text, Duration length) {
            this.text = text;
            this.length = length;
        }
    }

    /** A parameter that makes no sense; its message names it and says what would. */
    static final class WrongParameter extends RuntimeException {

        WrongParameter(String name, String expected) {
            super(name + ": expected " + expected, null, false, false);
        }
    }

    final State state;
    final Optional<Kind> kind;
    final Optional<Origin> origin;
    final Optional<Long> member;
    final String text;
    final Range range;
    final Optional<Instant> from;
    final Optional<Instant> until;
    final Sort sort;
    final Optional<Cursor> cursor;

    private final Map<String, String> parameters;

    private ConnectionFilter(Map<String, String> given) {
        this.parameters = given;
        this.state = one("status", State.class).orElse(State.LIVE);
        this.kind = one("kind", Kind.class);
        this.origin = one("origin", Origin.class);
        this.sort = one("sort", Sort.class).orElse(Sort.NEWEST);
        this.member = given("member").map(ConnectionFilter::memberId);
        this.text = given("q").orElse("");
        this.range = given("range").map(ConnectionFilter::range).orElse(Range.ALL);
        this.from = given("from").map(day -> time("from", day, false));
        this.until = given("to").map(day -> time("to", day, true));
        this.cursor = given("after")
                .map(place -> Cursor.parse("after", place, true))
                .or(() -> given("before").map(place -> Cursor.parse("before", place, false)));
        if (text.length() > MAX_TEXT_CHARS) {
            throw new WrongParameter("q", "at most " + MAX_TEXT_CHARS + " characters");
        }
    }

    /** Reads the parameters it knows, of which empty ones count as absent; {@link WrongParameter} names the first wrong one. */
    static ConnectionFilter of(Map<String, String> given) {
        Map<String, String> known = new LinkedHashMap<>();
        for (String name : new String[] {
            "status", "kind", "origin", "member", "q", "range", "from", "to", "sort", "after", "before"
        }) {
            String value = given.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                known.put(name, value);
            }
        }
        return new ConnectionFilter(known);
    }

    /** The same with another value, from its first page; the empty text takes the parameter away. */
    public ConnectionFilter with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(parameters);
        changed.remove("after");
        changed.remove("before");
        if (name.equals("range")) {
            changed.remove("from");
            changed.remove("to");
        }
        changed.put(name, value);
        return of(changed);
    }

    /** Whether anything but the state, the order and the page was asked for. */
    public boolean isNarrowed() {
        return parameters.keySet().stream()
                .anyMatch(name -> !name.equals("status")
                        && !name.equals("sort")
                        && !name.equals("after")
                        && !name.equals("before")
                        && !parameters.getOrDefault(name, "").equals(Range.ALL.text));
    }

    /** For a link: empty, or {@code ?} and the parameters. */
    public String query() {
        return parameters.isEmpty()
                ? ""
                : parameters.entrySet().stream()
                        .map(entry ->
                                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }

    /** What the form shows in a field; empty when nothing was asked. */
    public String value(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** The day of {@code from} or {@code to}, as a date field wants it. */
    public String day(String name) {
        String time = value(name);
        return time.substring(0, Math.min(time.length(), "2026-01-31".length()));
    }

    /** Whether this is the state shown. */
    public boolean shows(String name) {
        return text(state).equals(name);
    }

    public boolean isSortedBy(String name) {
        return text(sort).equals(name);
    }

    /** Whether this is the beginning of the list, where what is new appears. */
    public boolean isFirstPage() {
        return cursor.isEmpty();
    }

    /** From when on, given the time now. */
    Optional<Instant> since(Instant now) {
        return from.or(() -> range == Range.ALL ? Optional.empty() : Optional.of(now.minus(range.length)));
    }

    private Optional<String> given(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    private <E extends Enum<E>> Optional<E> one(String name, Class<E> type) {
        return given(name)
                .map(text -> Arrays.stream(type.getEnumConstants())
                        .filter(one -> text(one).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new WrongParameter(
                                name,
                                Arrays.stream(type.getEnumConstants())
                                        .map(ConnectionFilter::text)
                                        .collect(Collectors.joining(", ")))));
    }

    static String text(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    private static Range range(String text) {
        return Arrays.stream(Range.values())
                .filter(range -> range.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new WrongParameter("range", "1h, 24h, 7d, 30d or all"));
    }

    private static long memberId(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new WrongParameter("member", "the number of a member");
        }
    }

    /** A day or a minute, in UTC. A day at the end is meant with all its hours. */
    private static Instant time(String name, String text, boolean end) {
        try {
            if (text.length() > "2026-01-31".length()) {
                return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            }
            LocalDate day = LocalDate.parse(text);
            return (end ? day.plusDays(1) : day).atStartOfDay().toInstant(ZoneOffset.UTC);
        } catch (DateTimeException notATime) {
            throw new WrongParameter(name, "a day such as 2026-01-31, or 2026-01-31T14:30, in UTC");
        }
    }

    /**
     * A place in the sorted list: the row after or before which a page begins. Immutable.
     *
     * @param key what the list is sorted by: a count, or microseconds since 1970
     */
    record Cursor(long key, String id, boolean forward) {

        static Cursor parse(String name, String text, boolean forward) {
            int dot = text.indexOf('.');
            try {
                String id = text.substring(dot + 1);
                if (dot > 0 && id.matches("[0-9A-Z]{26}")) {
                    return new Cursor(Long.parseLong(text.substring(0, dot)), id, forward);
                }
            } catch (NumberFormatException notANumber) {
                // said below
            }
            throw new WrongParameter(name, "a link of the list as it was");
        }

        String text() {
            return key + "." + id;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectionFilter filter && filter.parameters.equals(parameters);
    }

    @Override
    public int hashCode() {
        return parameters.hashCode();
    }

    @Override
    public String toString() {
        return parameters.toString();
    }
}
