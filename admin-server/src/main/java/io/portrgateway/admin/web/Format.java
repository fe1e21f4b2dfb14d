package io.portrgateway.admin.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Numbers and times as people read them; {@code @fmt} in templates. Thread-safe. */
@Component("fmt")
public final class Format {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH);
    private static final DateTimeFormatter READABLE =
            DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm:ss 'UTC'", Locale.ENGLISH);

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("d MMM, HH:mm", Locale.ENGLISH);

    private final InstantSource clock;

    Format(InstantSource clock) {
        this.clock = clock;
    }

    /** {@code 3 min ago}; a date after a month. */
    public String ago(Instant at) {
        Duration age = Duration.between(at, clock.instant());
        if (age.toDays() >= 30) {
            return date(at);
        }
        if (age.toMinutes() < 1) {
            return "just now";
        }
        return (age.toHours() < 1
                        ? age.toMinutes() + " min"
                        : age.toDays() < 1 ? age.toHours() + " h" : age.toDays() + " d")
                + " ago";
    }

    /** {@code 2 h 5 min}. */
    public String duration(Duration length) {
        if (length.toMinutes() < 1) {
            return Math.max(0, length.toSeconds()) + " s";
        }
        if (length.toHours() < 1) {
            return length.toMinutes() + " min";
        }
        return length.toDays() < 1
                ? length.toHours() + " h " + length.toMinutesPart() + " min"
                : length.toDays() + " d " + length.toHoursPart() + " h";
    }

    /** For machines: ISO, UTC, whole seconds. */
    public String exact(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** {@code 5 Mar 2026, 14:03:09 UTC}. */
    public String readable(Instant at) {
        return READABLE.format(at.atOffset(ZoneOffset.UTC));
    }

    /** {@code 5 Mar 2026}, in UTC. */
    public String date(Instant at) {
        return DATE.format(at.atOffset(ZoneOffset.UTC));
    }

    /** {@code 14:03}, in UTC. */
    public String clock(Instant at) {
        return CLOCK.format(at.atOffset(ZoneOffset.UTC));
    }

    /** {@code 5 Mar, 14:03}, in UTC. */
    public String minute(Instant at) {
        return MINUTE.format(at.atOffset(ZoneOffset.UTC));
    }

    /** {@code 1,234}. */
    public String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1,234}, {@code 12.3k}, {@code 4.5M}: for tiles. */
    public String compact(long number) {
        if (number < 10_000) {
            return count(number);
        }
        double value = number;
        String[] suffixes = {"", "k", "M", "G"};
        int step = 0;
        while (value >= 999.5 && step < suffixes.length - 1) {
            value /= 1000;
            step++;
        }
        return String.format(Locale.ROOT, value < 100 ? "%.1f%s" : "%.0f%s", value, suffixes[step]);
    }

    /** {@code 1.5 MiB}. */
    public String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
