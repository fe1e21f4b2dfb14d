package io.portrgateway.admin.compare;

import io.portrgateway.admin.body.Redacted;
import io.portrgateway.admin.body.Visible;
import io.portrgateway.admin.exchange.HeaderField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two lists of header fields: names in any case, values exactly, order and duplicates noted. Immutable.
 *
 * @param rows by name, in the order of the first list, then what is only in the second
 * @param note what is the same and yet not quite, in words; null when nothing is
 */
record HeaderDiff(List<Row> rows, @Nullable String note) {

    HeaderDiff {
        rows = List.copyOf(rows);
    }

    /**
     * All fields of one name. Immutable.
     *
     * @param word how they differ; empty when they do not
     */
    record Row(String name, List<String> first, List<String> second, String word) {

        Row {
            first = List.copyOf(first);
            second = List.copyOf(second);
        }

        public boolean isSame() {
            return word.isEmpty();
        }
    }

    static HeaderDiff of(List<HeaderField> first, List<HeaderField> second) {
        Map<String, String> names = new LinkedHashMap<>();
        for (List<HeaderField> fields : List.of(first, second)) {
            fields.forEach(field -> names.putIfAbsent(lower(field.name()), field.name()));
        }
        List<Row> rows = new ArrayList<>();
        names.forEach((key, name) -> rows.add(row(name, values(first, key), values(second, key))));
        return new HeaderDiff(rows, note(first, second));
    }

    boolean isSame() {
        return rows.stream().allMatch(Row::isSame);
    }

    /** How many names differ. */
    public long count() {
        return rows.stream().filter(row -> !row.isSame()).count();
    }

    private static Row row(String name, List<String> first, List<String> second) {
        return new Row(Visible.field(name), shown(first), shown(second), word(first, second));
    }

    private static List<String> shown(List<String> values) {
        return values.stream().map(Visible::field).toList();
    }

    private static String word(List<String> first, List<String> second) {
        if (first.isEmpty()) {
            return "only in B";
        }
        if (second.isEmpty()) {
            return "only in A";
        }
        if (first.equals(second)) {
            return first.stream().anyMatch(Redacted::in) ? "not compared: redacted" : "";
        }
        if (first.size() != second.size()) {
            return first.size() + " and " + second.size() + " times";
        }
        return first.stream().sorted().toList().equals(second.stream().sorted().toList()) ? "other order" : "differs";
    }

    private static @Nullable String note(List<HeaderField> first, List<HeaderField> second) {
        List<String> firstNames = lowerNames(first);
        List<String> secondNames = lowerNames(second);
        boolean sameNames = firstNames.stream()
                .sorted()
                .toList()
                .equals(secondNames.stream().sorted().toList());
        if (sameNames && !firstNames.equals(secondNames)) {
            return "The same names come in another order.";
        }
        boolean sameSpelling = first.stream()
                .map(HeaderField::name)
                .toList()
                .equals(second.stream().map(HeaderField::name).toList());
        return sameNames && !sameSpelling ? "Some names are written in another case." : null;
    }

    private static List<String> lowerNames(List<HeaderField> fields) {
        return fields.stream().map(field -> lower(field.name())).toList();
    }

    private static List<String> values(List<HeaderField> fields, String name) {
        return fields.stream()
                .filter(field -> field.isNamed(name))
                .map(HeaderField::value)
                .toList();
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
