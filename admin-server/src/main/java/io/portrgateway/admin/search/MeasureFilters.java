package io.portrgateway.admin.search;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Terms that measure: more or less than so long, or so many bytes. The index has the number of binary digits. */
final class MeasureFilters {

    private static final Pattern FORM = Pattern.compile("(<=|>=|<|>|=)?(\\d{1,12}(?:\\.\\d{1,6})?)([a-z]*)");
    private static final Map<String, Long> TIMES =
            Map.of("us", 1L, "ms", 1_000L, "s", 1_000_000L, "m", 60_000_000L, "min", 60_000_000L, "h", 3_600_000_000L);
    private static final Map<String, Long> SIZES = Map.ofEntries(
            Map.entry("", 1L),
            Map.entry("b", 1L),
            Map.entry("k", 1L << 10),
            Map.entry("kb", 1_000L),
            Map.entry("kib", 1L << 10),
            Map.entry("m", 1L << 20),
            Map.entry("mb", 1_000_000L),
            Map.entry("mib", 1L << 20),
            Map.entry("g", 1L << 30),
            Map.entry("gb", 1_000_000_000L),
            Map.entry("gib", 1L << 30));

    private MeasureFilters() {}

    static Optional<Filter> duration(String text) {
        return read(text, TIMES, "e.duration_micros", "d:");
    }

    /** Of the larger body. */
    static Optional<Filter> size(String text) {
        return read(text, SIZES, "greatest(e.request_bytes, e.response_bytes)", "b:");
    }

    private static Optional<Filter> read(String text, Map<String, Long> units, String column, String letter) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || !units.containsKey(matcher.group(3))) {
            return Optional.empty();
        }
        BigDecimal value = new BigDecimal(matcher.group(2)).multiply(BigDecimal.valueOf(units.get(matcher.group(3))));
        if (value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return Optional.empty();
        }
        String operator = matcher.group(1) == null ? ">=" : matcher.group(1);
        return Optional.of(new Measure(column, letter, operator, value.longValue()));
    }

    private record Measure(String column, String letter, String operator, long value) implements Filter {

        private static final int MAX_DIGITS = 45;

        @Override
        public String condition(Values values) {
            return column + " " + operator + " " + values.add(value);
        }

        @Override
        public Optional<String> indexed(Values values) {
            int digits = Math.min(MAX_DIGITS, Long.SIZE - Long.numberOfLeadingZeros(value));
            int from = operator.startsWith("<") ? 0 : digits;
            int to = operator.startsWith(">") ? MAX_DIGITS : digits;
            List<String> lexemes = new ArrayList<>();
            for (int digit = from; digit <= to; digit++) {
                lexemes.add(Filter.lexeme(letter + digit, false));
            }
            return Optional.of(Filter.any(lexemes));
        }
    }
}
