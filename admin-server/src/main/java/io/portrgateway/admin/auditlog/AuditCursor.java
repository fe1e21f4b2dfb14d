package io.portrgateway.admin.auditlog;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in the list, newest first: a page starts after it, however many events have come since. Immutable. */
record AuditCursor(Instant occurredAt, long id) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,17})-(\\d{1,18})");
    private static final long MICROS = 1_000_000;

    /** As it stands in links; the database keeps microseconds, so nothing is lost. */
    String text() {
        return (occurredAt.getEpochSecond() * MICROS + occurredAt.getNano() / 1_000) + "-" + id;
    }

    static Optional<AuditCursor> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            long micros = Long.parseLong(matcher.group(1));
            Instant at = Instant.ofEpochSecond(micros / MICROS, micros % MICROS * 1_000);
            return Optional.of(new AuditCursor(at, Long.parseLong(matcher.group(2))));
        } catch (DateTimeException outOfRange) {
            return Optional.empty();
        }
    }
}
