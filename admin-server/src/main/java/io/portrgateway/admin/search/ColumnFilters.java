package io.portrgateway.admin.search;

import io.portrgateway.admin.settings.AddressRange;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Terms about single columns. The letters before the colons are those of {@code exchange_terms} (V16). */
final class ColumnFilters {

    private ColumnFilters() {}

    record Methods(List<String> methods) implements Filter {

        Methods {
            methods = List.copyOf(methods);
        }

        @Override
        public String condition(Values values) {
            return "upper(e.method) in (" + values.add(methods) + ")";
        }

        @Override
        public Optional<String> indexed(Values values) {
            return Optional.of(Filter.any(methods.stream()
                    .map(method -> Filter.lexeme("m:" + method, false))
                    .toList()));
        }
    }

    record Outcomes(List<String> outcomes) implements Filter {

        Outcomes {
            outcomes =
                    outcomes.stream().map(one -> one.toLowerCase(Locale.ROOT)).toList();
        }

        @Override
        public String condition(Values values) {
            return "lower(e.outcome) in (" + values.add(outcomes) + ")";
        }

        @Override
        public Optional<String> indexed(Values values) {
            return Optional.of(Filter.any(outcomes.stream()
                    .map(outcome -> Filter.lexeme("o:" + outcome, false))
                    .toList()));
        }
    }

    /** Any of these ranges of status; the empty list for requests that were not answered. */
    record Statuses(List<Span> spans) implements Filter {

        private static final Pattern CLASS = Pattern.compile("([1-5])xx");
        private static final Pattern SPAN = Pattern.compile("([1-9]\\d{2})(?:-([1-9]\\d{2}))?");
        private static final Pattern BOUND = Pattern.compile("(<|>|<=|>=)([1-9]\\d{2})");

        Statuses {
            spans = List.copyOf(spans);
        }

        record Span(int from, int to) {}

        static Optional<Filter> read(String text) {
            if (text.equals("none")) {
                return Optional.of(new Statuses(List.of()));
            }
            List<Span> spans = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                Optional<Span> span = span(part);
                if (span.isEmpty() || spans.size() > 10) {
                    return Optional.empty();
                }
                spans.add(span.get());
            }
            return Optional.of(new Statuses(spans));
        }

        private static Optional<Span> span(String text) {
            Matcher matcher = CLASS.matcher(text);
            if (matcher.matches()) {
                int first = Integer.parseInt(matcher.group(1)) * 100;
                return Optional.of(new Span(first, first + 99));
            }
            matcher = SPAN.matcher(text);
            if (matcher.matches()) {
                int from = Integer.parseInt(matcher.group(1));
                int to = matcher.group(2) == null ? from : Integer.parseInt(matcher.group(2));
                return to < from ? Optional.empty() : Optional.of(new Span(from, to));
            }
            matcher = BOUND.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            int bound = Integer.parseInt(matcher.group(2));
            return Optional.of(
                    switch (matcher.group(1)) {
                        case "<" -> new Span(0, bound - 1);
                        case "<=" -> new Span(0, bound);
                        case ">" -> new Span(bound + 1, 999);
                        default -> new Span(bound, 999);
                    });
        }

        @Override
        public String condition(Values values) {
            return spans.isEmpty()
                    ? "e.status is null"
                    : spans.stream()
                            .map(span ->
                                    "e.status between " + values.add(span.from()) + " and " + values.add(span.to()))
                            .collect(Collectors.joining(" or ", "(", ")"));
        }

        /** Status by status where there are few, else class by class. */
        @Override
        public Optional<String> indexed(Values values) {
            List<String> lexemes = new ArrayList<>();
            if (spans.isEmpty()) {
                lexemes.add(Filter.lexeme("s:none", false));
            }
            for (Span span : spans) {
                if (span.to() - span.from() < 10) {
                    for (int status = span.from(); status <= span.to(); status++) {
                        lexemes.add(Filter.lexeme("s:" + status, false));
                    }
                } else {
                    for (int hundred = Math.max(1, span.from() / 100); hundred <= span.to() / 100; hundred++) {
                        lexemes.add(Filter.lexeme("s:" + hundred, true));
                    }
                }
            }
            return Optional.of(Filter.any(lexemes));
        }
    }

    /** The target's beginning, or a pattern with stars for the whole of it. */
    record Path(String text, boolean pattern) implements Filter {

        /** As much of a target is in the index. */
        private static final int INDEXED_CHARS = 150;

        static Path read(String value) {
            boolean pattern = value.indexOf('*') >= 0;
            return new Path(pattern || value.startsWith("/") || value.contains("://") ? value : "/" + value, pattern);
        }

        @Override
        public String condition(Values values) {
            if (!pattern) {
                return "starts_with(e.target, " + values.add(text) + ")";
            }
            String like = text.replace("\\", "\\\\")
                    .replace("%", "\\%")
                    .replace("_", "\\_")
                    .replace('*', '%');
            return "e.target like " + values.add(like);
        }

        @Override
        public Optional<String> indexed(Values values) {
            String start = pattern ? text.substring(0, text.indexOf('*')) : text;
            int end = start.offsetByCodePoints(0, Math.min(INDEXED_CHARS, start.codePointCount(0, start.length())));
            return start.length() < 2
                    ? Optional.empty()
                    : Optional.of(Filter.lexeme("p:" + start.substring(0, end), true));
        }
    }

    /** A whole hostname, or its first label. */
    record Host(String name) implements Filter {

        @Override
        public String condition(Values values) {
            return (name.indexOf('.') < 0 ? "split_part(e.hostname, '.', 1) = " : "e.hostname = ") + values.add(name);
        }

        @Override
        public Optional<String> indexed(Values values) {
            int dot = name.indexOf('.');
            return Optional.of(Filter.lexeme("h:" + (dot < 0 ? name : name.substring(0, dot)), false));
        }
    }

    /** One connection; it has an index of its own. */
    record Connection(String id) implements Filter {

        @Override
        public String condition(Values values) {
            return "e.connection_id = " + values.add(id);
        }

        @Override
        public Cost cost() {
            return Cost.RANGE;
        }
    }

    /** Members whose tunnel it was. */
    record Who(String who) implements Filter {

        @Override
        public String condition(Values values) {
            return "e.membership_id = any(" + values.add(values.members(who)) + ")";
        }

        @Override
        public Optional<String> indexed(Values values) {
            Long[] members = values.members(who);
            return members.length == 0 || members.length > 50
                    ? Optional.empty()
                    : Optional.of(Filter.any(Arrays.stream(members)
                            .map(member -> Filter.lexeme("u:" + member, false))
                            .toList()));
        }
    }

    /** The visitor's address, or the network it is of. */
    record From(String range, String start, boolean whole) implements Filter {

        static Optional<Filter> read(String text) {
            int slash = text.indexOf('/');
            try {
                // for its checks
                AddressRange.parse(text);
                InetAddress address = AddressRange.literal(slash < 0 ? text : text.substring(0, slash));
                int bits = slash < 0 ? address.getAddress().length * 8 : Integer.parseInt(text.substring(slash + 1));
                String literal = address.getHostAddress();
                if (literal.indexOf('%') >= 0) {
                    return Optional.empty();
                }
                boolean whole = address instanceof Inet4Address && bits == 32;
                return Optional.of(new From(literal + "/" + bits, whole ? literal : start(address, bits), whole));
            } catch (IllegalArgumentException noAddress) {
                return Optional.empty();
            }
        }

        /** What every address of the range begins with, however IPv6 is abbreviated. */
        private static String start(InetAddress address, int bits) {
            boolean four = address instanceof Inet4Address;
            String[] groups = address.getHostAddress().split(four ? "\\." : ":", -1);
            int fixed = bits / (four ? 8 : 16);
            StringBuilder start = new StringBuilder();
            for (int i = 0; i < fixed && i < groups.length - 1; i++) {
                if (!four && groups[i].equals("0")) {
                    break;
                }
                start.append(groups[i]).append(four ? '.' : ':');
            }
            return start.toString();
        }

        @Override
        public String condition(Values values) {
            return "case when e.visitor_address ~ '^[0-9a-fA-F.:]+$' then cast(e.visitor_address as inet) <<= cast("
                    + values.add(range) + " as inet) else false end";
        }

        @Override
        public Optional<String> indexed(Values values) {
            return start.isEmpty() ? Optional.empty() : Optional.of(Filter.lexeme("a:" + start, !whole));
        }
    }

    /** A kind of exchange. */
    enum Is implements Filter {
        /** It has a partial index of its own, which is spelled like this. */
        FAILED("e.outcome not in ('completed', 'open')", ""),
        OPEN("e.outcome = 'open'", "'o:open'"),
        REPLAY("e.replay_of is not null", "'r:replay'"),
        WEBSOCKET("e.status = 101", "'s:101'");

        private final String condition;
        private final String indexed;

        Is(String condition, String indexed) {
            this.condition = condition;
            this.indexed = indexed;
        }

        static Optional<Filter> read(String text) {
            return Arrays.stream(values())
                    .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
                    .map(Filter.class::cast)
                    .findFirst();
        }

        @Override
        public String condition(Values values) {
            return condition;
        }

        @Override
        public Optional<String> indexed(Values values) {
            return indexed.isEmpty() ? Optional.empty() : Optional.of(indexed);
        }
    }

    /** One exchange; its id says when it began, and so in which partition it is. */
    record Id(String id, Instant time) implements Filter {

        @Override
        public String condition(Values values) {
            return "(e.id = " + values.add(id) + " and e.started_at >= " + values.add(time) + " and e.started_at < "
                    + values.add(time.plusMillis(1)) + ")";
        }

        @Override
        public Cost cost() {
            return Cost.RANGE;
        }
    }
}
