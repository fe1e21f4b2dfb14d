package io.portrgateway.admin.search;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one term asks, as SQL on {@code exchange e}. Values reach the statement as parameters only. Immutable.
 */
interface Filter {

    /** What it costs to look at one exchange. */
    enum Cost {
        /** Bounds of time, which also choose the partitions. */
        RANGE,
        /** Columns of the row itself. */
        ROW,
        /** Headers taken apart, or bodies. */
        CONTENT
    }

    /** Holds for exactly the exchanges that are asked for; may be null for others. */
    String condition(Values values);

    /** What {@code exchange_terms} has for all of them, and perhaps for more: a tsquery. Nothing where it cannot help. */
    default Optional<String> indexed(Values values) {
        return Optional.empty();
    }

    default Cost cost() {
        return Cost.ROW;
    }

    /** A lexeme of a tsquery, whatever is in it. */
    static String lexeme(String text, boolean prefix) {
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'" + (prefix ? ":*" : "");
    }

    /** One of several tsqueries. */
    static String any(List<String> queries) {
        return "(" + String.join(" | ", queries) + ")";
    }

    /** The parameters of one statement, and what the terms need to know to set them. Confined to one thread. */
    final class Values {

        private final Map<String, Object> byName = new LinkedHashMap<>();
        private final Instant now;
        private final Function<String, Long[]> members;

        Values(Instant now, Function<String, Long[]> members) {
            this.now = now;
            this.members = members;
        }

        /** Adds a value; what stands for it in the statement. */
        String add(Object value) {
            String name = "v" + byName.size();
            byName.put(name, value);
            return ":" + name;
        }

        String add(Instant time) {
            return add(OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
        }

        Instant now() {
            return now;
        }

        /** The memberships of the team that a text means. */
        Long[] members(String who) {
            return members.apply(who);
        }

        Map<String, Object> byName() {
            return byName;
        }
    }
}
