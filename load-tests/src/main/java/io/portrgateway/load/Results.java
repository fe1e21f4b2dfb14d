package io.portrgateway.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures of one run, printed as they come and written as a page. Confined to the benchmark's thread. */
final class Results {

    private record Row(String measured, String figures, String ratio, String target, boolean met) {}

    private final List<Row> rows = new ArrayList<>();

    /** A ratio with the bound it should keep. */
    record Target(String text, double bound, boolean atLeast) {
        static Target atLeast(double bound) {
            return new Target("≥ " + number(bound), bound, true);
        }

        static Target atMost(double bound) {
            return new Target("≤ " + number(bound), bound, false);
        }

        boolean isMetBy(double value) {
            return atLeast ? value >= bound : value <= bound;
        }
    }

    /** Notes a ratio between two servers of this run. */
    void ratio(String measured, String figures, double ratio, Target target) {
        add(new Row(measured, figures, number(ratio) + "×", target.text() + "×", target.isMetBy(ratio)));
    }

    /** Notes an absolute figure with a bound. */
    void bound(String measured, String figures, double value, Target target) {
        add(new Row(measured, figures, number(value), target.text(), target.isMetBy(value)));
    }

    /** Notes a figure without a target. */
    void figure(String measured, String figures) {
        add(new Row(measured, figures, "", "", true));
    }

    /** Notes that something could not be measured, and why. */
    void missing(String measured, String why) {
        add(new Row(measured, "not measured: " + why, "", "", false));
    }

    String page(String head) {
        StringBuilder page = new StringBuilder(head)
                .append("\n| measured | figures | ratio or value | target | met |\n| --- | --- | --- | --- | --- |\n");
        for (Row row : rows) {
            page.append("| %s | %s | %s | %s | %s |\n"
                    .formatted(
                            row.measured(),
                            row.figures(),
                            row.ratio(),
                            row.target(),
                            row.target().isEmpty() ? "" : row.met() ? "yes" : "**no**"));
        }
        return page.toString();
    }

    private void add(Row row) {
        rows.add(row);
        System.out.printf(
                "  %-58s %s  %s %s%n",
                row.measured(),
                row.figures(),
                row.ratio(),
                row.target().isEmpty() ? "" : "(target " + row.target() + (row.met() ? ", met)" : ", MISSED)"));
    }

    static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.2f", value);
    }
}
