package io.portrgateway.admin.compare;

import com.github.difflib.DiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import com.github.difflib.patch.AbstractDelta;
import io.portrgateway.admin.body.Visible;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two texts line by line: what is only in the first, only in the second, and a little of what surrounds it. Immutable.
 *
 * @param rows to show, from top to bottom
 * @param removed lines that are only in the first
 * @param added lines that are only in the second
 * @param cut whether there are more rows than are shown
 */
record LineDiff(List<Row> rows, int removed, int added, boolean cut) {

    /** Of each text; the work grows with the square of it. */
    static final int MAX_LINES = 3_000;

    static final int MAX_ROWS = 1_500;
    private static final int MAX_LINE_CHARS = 2_000;
    private static final int CONTEXT = 3;

    LineDiff {
        rows = List.copyOf(rows);
    }

    /** How a line is marked: its class and its sign. */
    enum Mark {
        SAME(" "),
        REMOVED("−"),
        ADDED("+"),
        /** Stands for lines that are the same and not shown. */
        GAP("⋯");

        private final String sign;

        Mark(String sign) {
            this.sign = sign;
        }

        public String sign() {
            return sign;
        }
    }

    /** One line with its number in the first and in the second text. Immutable. */
    record Row(Mark mark, @Nullable Integer first, @Nullable Integer second, String text) {

        public String style() {
            return switch (mark) {
                case SAME -> "";
                case REMOVED -> "removed";
                case ADDED -> "added";
                case GAP -> "gap";
            };
        }
    }

    /** Compares texts of at most {@link #MAX_LINES} lines each. */
    static LineDiff of(List<String> first, List<String> second) {
        List<AbstractDelta<String>> deltas = DiffUtils.diff(
                        first, second, MyersDiffWithLinearSpace.factory().create())
                .getDeltas();
        Rows rows = new Rows(first, second);
        int removed = 0;
        int added = 0;
        for (AbstractDelta<String> delta : deltas) {
            rows.sameUntil(delta.getSource().getPosition());
            rows.differ(delta.getSource().size(), delta.getTarget().size());
            removed += delta.getSource().size();
            added += delta.getTarget().size();
        }
        rows.sameUntil(first.size());
        return new LineDiff(rows.shown(), removed, added, rows.isCut());
    }

    boolean isSame() {
        return removed + added == 0;
    }

    /** Collects rows. Confined to its maker. */
    private static final class Rows {

        private final List<String> first;
        private final List<String> second;
        private final List<Row> all = new ArrayList<>();
        private int firstAt;
        private int secondAt;
        private int removedLines;
        private int addedLines;

        Rows(List<String> first, List<String> second) {
            this.first = first;
            this.second = second;
        }

        /** What stands in the place of one another may come in pieces: all that is gone is shown before all that is new. */
        void differ(int removed, int added) {
            removedLines += removed;
            addedLines += added;
        }

        private void flush() {
            removed(removedLines);
            added(addedLines);
            removedLines = 0;
            addedLines = 0;
        }

        /** The lines up to the next difference: a few after the last one, a few before the next, a gap between. */
        void sameUntil(int next) {
            if (next == firstAt + removedLines && next < first.size()) {
                return;
            }
            flush();
            int count = next - firstAt;
            int before = firstAt + secondAt == 0 ? 0 : CONTEXT;
            int after = next == first.size() ? 0 : CONTEXT;
            if (count <= before + after + 1) {
                same(count);
                return;
            }
            same(before);
            int hidden = count - before - after;
            all.add(new Row(Mark.GAP, null, null, hidden == 1 ? "1 line" : hidden + " lines the same"));
            firstAt += hidden;
            secondAt += hidden;
            same(after);
        }

        private void same(int count) {
            for (int i = 0; i < count; i++) {
                all.add(new Row(Mark.SAME, firstAt + 1, secondAt + 1, shortened(first.get(firstAt))));
                firstAt++;
                secondAt++;
            }
        }

        private void removed(int count) {
            for (int i = 0; i < count; i++) {
                all.add(new Row(Mark.REMOVED, firstAt + 1, null, shortened(first.get(firstAt))));
                firstAt++;
            }
        }

        private void added(int count) {
            for (int i = 0; i < count; i++) {
                all.add(new Row(Mark.ADDED, null, secondAt + 1, shortened(second.get(secondAt))));
                secondAt++;
            }
        }

        List<Row> shown() {
            return all.subList(0, Math.min(all.size(), MAX_ROWS));
        }

        boolean isCut() {
            return all.size() > MAX_ROWS;
        }
    }

    /** As it is shown: nothing in it deceives the eye, and no line is endless. */
    private static String shortened(String whole) {
        String line = Visible.line(whole);
        return line.length() > MAX_LINE_CHARS
                ? line.substring(0, MAX_LINE_CHARS) + " … (" + (line.length() - MAX_LINE_CHARS) + " characters more)"
                : line;
    }
}
