package io.portrgateway.admin.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.web.FormatInside;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bodies by what they say, and heads by their fields. */
class BodyDiffTest {

    private static BodyDiff diff(Side.Body first, Side.Body second) {
        return BodyDiff.of(first, second, FormatInside.format());
    }

    private static Side.Body body(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return body(new StoredBody(bytes, bytes.length, false), null);
    }

    private static Side.Body body(StoredBody stored, @Nullable String contentCoding) {
        return Side.Body.of(stored, null, contentCoding);
    }

    private static List<HeaderField> fields(String... headers) {
        return IntStream.range(0, headers.length / 2)
                .mapToObj(i -> new HeaderField(headers[2 * i], headers[2 * i + 1]))
                .toList();
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    @Test
    void comparesJsonByWhatItSays() {
        assertThat(diff(body("{\"b\":1,\"a\":[1,2]}"), body("{ \"a\": [1, 2],\n \"b\": 1 }")))
                .satisfies(diff -> {
                    assertThat(diff.same()).isTrue();
                    assertThat(diff.verdict()).isEqualTo("The same JSON");
                });
        assertThat(diff(body("{\"b\":1,\"a\":[1,2]}"), body("{\"a\":[1,3],\"b\":1}")))
                .satisfies(diff -> {
                    assertThat(diff.verdict()).isEqualTo("1 line only in A, 1 line only in B");
                    assertThat(diff.lines()).isNotNull();
                });
        assertThat(diff(body("{\"a\":1,\"a\":2}"), body("{\"a\":3,\"a\":2}")).same())
                .isFalse();
        assertThat(diff(body("{\"a\":1.0}"), body("{\"a\":1.00}")).verdict()).contains("only in A");
        assertThat(diff(body("[".repeat(100_000)), body("[".repeat(100_001))).same())
                .isFalse();
    }

    @Test
    void comparesTextByLinesAndUnpacksIt() {
        Side.Body packed = body(new StoredBody(gzip("a\nb\n"), 30, false), "gzip");

        assertThat(diff(packed, body("a\nb\n")).verdict()).isEqualTo("The same text");
        assertThat(diff(packed, body("a\nc\n")).verdict()).isEqualTo("1 line only in A, 1 line only in B");
        assertThat(diff(body("a\r\nb"), body("a\nb")).note()).contains("line ends");
        assertThat(diff(body(new StoredBody(new byte[] {1, 2}, 2, false), "gzip"), packed)
                        .note())
                .isNotNull();
    }

    @Test
    void comparesBytesBySizeHashAndFirstDifference() {
        BodyDiff diff = diff(
                body(new StoredBody(new byte[] {0, 1, 2, (byte) 0xff}, 4, false), null),
                body(new StoredBody(new byte[] {0, 1, 3, 4}, 4, false), null));

        assertThat(diff.verdict()).isEqualTo("Different bytes");
        assertThat(diff.facts()).extracting("name").containsExactly("Size", "SHA-256", "First difference");
        assertThat(diff.facts().getLast())
                .isEqualTo(new BodyDiff.Fact("First difference", "byte 2: 02 ff", "byte 2: 03 04"));
    }

    @Test
    void saysWhatItDidNotSee() {
        Side.Body cut = body(new StoredBody("same".getBytes(UTF_8), 9, true), null);
        Side.Body unknown = body(StoredBody.none(7), null);

        assertThat(diff(cut, cut).verdict()).isEqualTo("The same bytes, as far as recorded");
        assertThat(diff(cut, body("same?")).note()).isEqualTo("Of A, 4 B of 9 B were recorded.");
        assertThat(diff(unknown, body("x")).verdict()).isEqualTo("Not recorded");
        assertThat(diff(body(""), body("")).verdict()).isEqualTo("Both are empty");
        assertThat(diff(body("x\n".repeat(5_000)), body("y\n")).note()).contains("More than 3,000 lines");
    }

    @Test
    void comparesHeadersByNameInAnyCaseWithOrderAndDuplicates() {
        HeaderDiff diff = HeaderDiff.of(
                fields("A", "1", "B", "1", "B", "2", "C", "x", "D", "only", "E", "[redacted]", "F", "1"),
                fields("a", "1", "B", "2", "B", "1", "C", "y", "E", "[redacted]", "F", "1", "F", "1", "G", "only"));

        assertThat(diff.rows())
                .extracting(row -> row.name() + ": " + row.word())
                .containsExactly(
                        "A: ",
                        "B: other order",
                        "C: differs",
                        "D: only in A",
                        "E: not compared: redacted",
                        "F: 1 and 2 times",
                        "G: only in B");
        assertThat(HeaderDiff.of(fields("A", "1", "B", "2"), fields("B", "2", "A", "1")))
                .satisfies(other -> {
                    assertThat(other.isSame()).isTrue();
                    assertThat(other.note()).isEqualTo("The same names come in another order.");
                });
        assertThat(HeaderDiff.of(fields("A", "1"), fields("a", "1")).note()).contains("another case");
    }
}
