package io.portrgateway.admin.web;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A chart of bars, ready for {@code fragments/chart}: the geometry is the server's, so the page needs neither a library nor
 * inline styles. Immutable. Heights are parts of {@value #HEIGHT}; a second part of a bar stands on the first.
 *
 * @param title what is counted
 * @param summary the chart in one sentence, for those who do not see it
 * @param total the sum, in words
 * @param top what the highest line stands for, in words
 * @param middle the line half way up
 * @param legend names of the two parts; empty where bars have one part
 * @param columnTitles the table's columns after the time
 */
public record BarChart(
        String title,
        String summary,
        String total,
        String top,
        String middle,
        List<String> legend,
        List<String> columnTitles,
        List<Bar> bars) {

    public static final int HEIGHT = 100;
    public static final int SLOT_WIDTH = 10;

    private static final int GAP = 2;

    /** What is drawn at one time. */
    public record Value(Instant from, Instant until, long first, long second) {

        long sum() {
            return first + second;
        }
    }

    /** One bar; {@code label} is what it says, without its time. */
    public record Bar(
            Instant from,
            Instant until,
            int x,
            double y,
            double height,
            double secondY,
            double secondHeight,
            String label,
            List<String> cells) {

        /** For machines. */
        public String fromText() {
            return from.toString();
        }

        public String untilText() {
            return until.toString();
        }

        public int barX() {
            return x + GAP / 2;
        }

        public int barWidth() {
            return SLOT_WIDTH - GAP;
        }
    }

    /**
     * How one series is shown.
     *
     * @param noun what follows a number, such as {@code requests}
     * @param gauge whether the newest value is what counts, and not the sum
     * @param binary whether the scale goes by powers of 1024
     */
    public record Style(
            String title,
            String noun,
            boolean gauge,
            boolean binary,
            List<String> legend,
            List<String> columnTitles,
            LongFunction<String> words) {}

    /** A chart of these values, in their order; {@code period} as in "the last 24 hours". */
    public static BarChart of(Style style, String period, List<Value> values) {
        long most = values.stream().mapToLong(Value::sum).max().orElse(0);
        long total = style.gauge()
                ? values.getLast().sum()
                : values.stream().mapToLong(Value::sum).sum();
        long top = roundUp(Math.max(most, style.binary() ? 1024 : 4), style.binary());
        List<Bar> bars = new ArrayList<>(values.size());
        for (int index = 0; index < values.size(); index++) {
            bars.add(bar(style, values.get(index), index, top));
        }
        String summary = most == 0
                ? "No " + style.noun() + " in " + period + "."
                : style.words().apply(total) + " " + style.noun() + (style.gauge() ? " now; in " : " in ") + period
                        + ", at most " + style.words().apply(most) + " in one bar.";
        return new BarChart(
                style.title(),
                summary,
                style.words().apply(total),
                style.words().apply(top),
                style.words().apply(top / 2),
                style.legend(),
                style.columnTitles(),
                List.copyOf(bars));
    }

    private static Bar bar(Style style, Value value, int index, long top) {
        double first = height(value.first(), top);
        double second = height(value.second(), top);
        List<String> cells = style.columnTitles().size() > 1
                ? List.of(style.words().apply(value.first()), style.words().apply(value.second()))
                : List.of(style.words().apply(value.sum()));
        return new Bar(
                value.from(),
                value.until(),
                index * SLOT_WIDTH,
                HEIGHT - first,
                first,
                HEIGHT - first - second,
                second,
                style.words().apply(value.sum()) + " " + style.noun(),
                cells);
    }

    /** Something is never drawn as nothing. */
    private static double height(long value, long top) {
        return value == 0 ? 0 : Math.max(1.5, Math.round(value * 1000.0 * HEIGHT / top) / 1000.0);
    }

    /** The next round number: 1, 2, 4, 5 or 10 times a power, so that half of it is one too. */
    static long roundUp(long value, boolean binary) {
        long unit = 1;
        while (binary && unit * 1024 <= value) {
            unit *= 1024;
        }
        long step = unit;
        while (step * 10 < value) {
            step *= 10;
        }
        for (long factor : new long[] {1, 2, 4, 6, 8, 10}) {
            if (step * factor >= value) {
                return step * factor;
            }
        }
        return step * 10;
    }

    /** Where the axis is labelled: five times from the oldest to the newest. */
    public List<Instant> times() {
        int count = bars.size();
        return List.of(
                bars.get(0).from(),
                bars.get(count / 4).from(),
                bars.get(count / 2).from(),
                bars.get(3 * count / 4).from(),
                bars.get(count - 1).until());
    }

    public int width() {
        return bars.size() * SLOT_WIDTH;
    }
}
