package io.portrgateway.admin.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines that are only in one text, what is shown around them, and that the work is bounded. */
class LineDiffTest {

    private static List<String> shown(LineDiff diff) {
        return diff.rows().stream()
                .map(row -> row.mark().sign() + row.first() + "," + row.second() + " " + row.text())
                .toList();
    }

    @Test
    void marksWhatIsOnlyInOneOfThem() {
        LineDiff diff = LineDiff.of(List.of("a", "b", "c"), List.of("a", "x", "c", "d"));

        assertThat(shown(diff)).containsExactly(" 1,1 a", "−2,null b", "+null,2 x", " 3,3 c", "+null,4 d");
        assertThat(diff.removed()).isEqualTo(1);
        assertThat(diff.added()).isEqualTo(2);
    }

    @Test
    void leavesOutWhatIsFarFromAnyDifference() {
        List<String> first = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        List<String> second =
                first.stream().map(line -> line.equals("50") ? "fifty" : line).toList();

        assertThat(shown(LineDiff.of(first, second)))
                .containsExactly(
                        "⋯null,null 47 lines the same",
                        " 48,48 47",
                        " 49,49 48",
                        " 50,50 49",
                        "−51,null 50",
                        "+null,51 fifty",
                        " 52,52 51",
                        " 53,53 52",
                        " 54,54 53",
                        "⋯null,null 46 lines the same");
        assertThat(LineDiff.of(first, first).isSame()).isTrue();
    }

    @Test
    void putsBothTextsTogetherAgain() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            List<String> first = random.ints(random.nextInt(30), 0, 5)
                    .mapToObj(Integer::toString)
                    .toList();
            List<String> second = random.ints(random.nextInt(30), 0, 5)
                    .mapToObj(Integer::toString)
                    .toList();

            LineDiff diff = LineDiff.of(first, second);

            diff.rows().stream()
                    .filter(row -> row.first() != null)
                    .forEach(row -> assertThat(row.text()).isEqualTo(first.get(row.first() - 1)));
            diff.rows().stream()
                    .filter(row -> row.second() != null)
                    .forEach(row -> assertThat(row.text()).isEqualTo(second.get(row.second() - 1)));
            assertThat(first.size() - diff.removed()).isEqualTo(second.size() - diff.added());
        }
    }

    @Test
    @Timeout(10)
    void isBoundedInTimeAndRows() {
        List<String> first =
                IntStream.range(0, LineDiff.MAX_LINES).mapToObj(i -> "a" + i).toList();
        List<String> second =
                IntStream.range(0, LineDiff.MAX_LINES).mapToObj(i -> "b" + i).toList();
        long began = System.nanoTime();

        LineDiff nothingTheSame = LineDiff.of(first, second);
        LineDiff shuffled = LineDiff.of(
                new Random(1)
                        .ints(LineDiff.MAX_LINES, 0, 50)
                        .mapToObj(Integer::toString)
                        .toList(),
                new Random(2)
                        .ints(LineDiff.MAX_LINES, 0, 50)
                        .mapToObj(Integer::toString)
                        .toList());

        System.out.println("two worst comparisons took " + Duration.ofNanos(System.nanoTime() - began));
        assertThat(nothingTheSame.rows()).hasSize(LineDiff.MAX_ROWS);
        assertThat(nothingTheSame.cut()).isTrue();
        assertThat(shuffled.cut()).isTrue();
    }

    @Test
    void cutsLongLinesForTheEyeOnly() {
        String longLine = Stream.generate(() -> "x").limit(5_000).reduce("", String::concat);

        LineDiff diff = LineDiff.of(List.of(longLine + "1"), List.of(longLine + "2"));

        assertThat(diff.rows())
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.text()).hasSizeLessThan(2_100).endsWith("characters more)"));
    }
}
