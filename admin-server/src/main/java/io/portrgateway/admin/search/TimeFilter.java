package io.portrgateway.admin.search;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From a time on, or until before it: of one that is fixed, or so long ago when the query is asked.
 *
 * @param at null when it is relative
 * @param ago null when it is fixed
 */
record TimeFilter(
        boolean from, @Nullable Instant at, @Nullable Duration ago) implements Filter {

    private static final Pattern AGO = Pattern.compile("(\\d{1,6})(s|m|min|h|d|w)");
    private static final int DATE_CHARS = "2026-01-31".length();

    static Optional<Filter> read(String text, boolean from) {
        Optional<Duration> ago = length(text.toLowerCase(Locale.ROOT));
        if (ago.isPresent()) {
            return Optional.of(new TimeFilter(from, null, ago.get()));
        }
        try {
            return Optional.of(new TimeFilter(from, time(text.toUpperCase(Locale.ROOT)), null));
        } catch (DateTimeException noTime) {
            return Optional.empty();
        }
    }

    static Optional<Filter> ago(String text) {
        return length(text).map(ago -> new TimeFilter(true, null, ago));
    }

    private static Optional<Duration> length(String text) {
        Matcher matcher = AGO.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    case "w" -> Duration.ofDays(7 * number);
                    default -> Duration.ofMinutes(number);
                });
    }

    private static Instant time(String text) {
        Instant time;
        if (text.length() <= DATE_CHARS) {
            time = LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
        } else if (text.endsWith("Z") || text.lastIndexOf('+') > 0 || text.lastIndexOf('-') > DATE_CHARS) {
            time = OffsetDateTime.parse(text).toInstant();
        } else {
            time = LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        }
        int year = time.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1970 || year > 9999) {
            throw new DateTimeException("year: " + year + " (expected: 1970-9999)");
        }
        return time;
    }

    @Override
    public String condition(Values values) {
        Instant bound = at != null ? at : ago != null ? values.now().minus(ago) : values.now();
        return "e.started_at " + (from ? ">= " : "< ") + values.add(bound);
    }

    @Override
    public Cost cost() {
        return Cost.RANGE;
    }
}
