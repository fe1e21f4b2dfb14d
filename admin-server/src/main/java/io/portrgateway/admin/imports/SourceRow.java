package io.portrgateway.admin.imports;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The row that is being read, with the types that both kinds of database can give. SQLite holds times as texts in more than
 * one form and truth as a number. Valid until the next row.
 */
final class SourceRow {

    private static final Pattern TIME = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)\\d*\\s*(Z|[+-]\\d\\d:?\\d\\d)?.*");

    /** Numbers above this are milliseconds since 1970, below it seconds. */
    private static final long FIRST_MILLIS = 100_000_000_000L;

    private final ResultSet row;

    SourceRow(ResultSet row) {
        this.row = row;
    }

    /** Why a row cannot be used at all. */
    static final class Unusable extends RuntimeException {
        Unusable(String reason) {
            super(reason);
        }
    }

    /** The text, or null. */
    @Nullable
    String textOrNull(String column) throws SQLException {
        String text = row.getString(column);
        if (text != null && text.indexOf('\0') >= 0) {
            throw new Unusable(column + " contains a zero character");
        }
        return text;
    }

    /** The text without blanks around it; empty when there is none. */
    String text(String column) throws SQLException {
        String text = textOrNull(column);
        return text == null ? "" : text.strip();
    }

    /** The text without blanks around it, or null when nothing is left. */
    @Nullable
    String nameOrNull(String column) throws SQLException {
        String text = text(column);
        return text.isEmpty() ? null : text;
    }

    /** For messages: the text as it is, never an exception. */
    String label(String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "?" : text;
    }

    long number(String column) throws SQLException {
        Long number = numberOrNull(column);
        if (number == null) {
            throw new Unusable(column + " is not a number");
        }
        return number;
    }

    @Nullable
    Long numberOrNull(String column) throws SQLException {
        Object value = row.getObject(column);
        if (value instanceof Number number) {
            return number.longValue();
        }
        try {
            return value == null ? null : Long.valueOf(value.toString().strip());
        } catch (NumberFormatException text) {
            return null;
        }
    }

    boolean flag(String column) throws SQLException {
        Object value = row.getObject(column);
        return switch (value) {
            case null -> false;
            case Boolean truth -> truth;
            case Number number -> number.longValue() != 0;
            default -> "true".equals(value.toString().strip().toLowerCase(Locale.ROOT));
        };
    }

    /** The time in microseconds, or null when there is none or it cannot be understood. */
    @Nullable
    Instant time(String column) throws SQLException {
        Object value = row.getObject(column);
        Instant time = switch (value) {
            case null -> null;
            case Timestamp timestamp -> timestamp.toInstant();
            case Number number ->
                Math.abs(number.longValue()) < FIRST_MILLIS
                        ? Instant.ofEpochSecond(number.longValue())
                        : Instant.ofEpochMilli(number.longValue());
            default -> parse(value.toString());
        };
        return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    }

    /** {@code 2026-08-12 10:00:00}, with or without fraction and offset; without one it is UTC, as SQLite's own clock. */
    static @Nullable Instant parse(String text) {
        Matcher matcher = TIME.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        try {
            String offset = matcher.group(3);
            return LocalDateTime.parse(matcher.group(1) + "T" + matcher.group(2))
                    .toInstant(offset == null ? ZoneOffset.UTC : ZoneOffset.of(offset));
        } catch (DateTimeException impossible) {
            return null;
        }
    }
}
