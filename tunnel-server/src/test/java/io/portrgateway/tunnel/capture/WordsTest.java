package io.portrgateway.tunnel.capture;

import static io.portrgateway.tunnel.capture.Records.body;
import static io.portrgateway.tunnel.capture.Records.fields;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @Test
    void takesTargetHeadersAndTextualBodies() {
        assertThat(Words.of(Records.of(
                        "/Hook/invoice-42?Name=caf%C3%A9+noir&bad=%zz",
                        fields("X-Custom", "Alpha, beta", "Content-Type", "application/json"),
                        body("{\"card\":{\"holder\":\"Ann O'Neil\"}}"),
                        fields("Content-Type", "text/html; charset=ISO-8859-1"),
                        body("<p>gr\u00fc\u00df</p>".getBytes(StandardCharsets.ISO_8859_1)))))
                .contains("hook", "invoice", "42", "name", "caf", "c3", "caf\u00e9", "noir", "zz", "x", "custom")
                .contains("alpha", "beta", "card", "holder", "ann", "o", "neil", "p", "gr\u00fc\u00df")
                .doesNotContain("");
    }

    @Test
    void readsFieldsThatAreUtf8AndThoseThatAreNot() {
        String utf8 = new String("gr\u00fc\u00df".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(request(fields("A", utf8, "B", "f\u00fcr"), BodySample.NONE)).contains("gr\u00fc\u00df", "f\u00fcr");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, true",
        "application/problem+json, true",
        "application/x-www-form-urlencoded, true",
        "image/svg+xml, true",
        "application/octet-stream, false",
        "image/png, false",
        "multipart/form-data; boundary=x, false"
    })
    void takesWordsOfTextOnly(String type, boolean isText) {
        assertThat(request(fields("Content-Type", type), body("needle")).contains("needle"))
                .isEqualTo(isText);
    }

    @Test
    void looksIntoCompressedBodiesAsFarAsTheyGo() {
        byte[] whole = Records.gzip("needle " + "hay ".repeat(100_000) + "end");
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        Fields gzip = fields("Content-Type", "text/plain", "Content-Encoding", "gzip");

        assertThat(request(gzip, body(whole))).contains("needle", "hay").doesNotContain("end");
        assertThat(request(gzip, new BodySample(half, half.length, whole.length)))
                .contains("needle", "hay");
        assertThat(request(gzip, body("needle"))).doesNotContain("needle");
        assertThat(request(fields("Content-Type", "text/plain", "Content-Encoding", "br"), body("needle")))
                .doesNotContain("needle");
    }

    @Test
    void decodesForms() {
        assertThat(request(
                        fields("Content-Type", "application/x-www-form-urlencoded"), body("city=M%C3%BCnchen&who=a+b")))
                .contains("city", "m\u00fcnchen", "who", "a", "b");
    }

    @Test
    void boundsWordsAndTheirNumber() {
        String manyWords = IntStream.range(0, 5_000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
        Fields text = fields("Content-Type", "text/plain");

        assertThat(request(text, body(manyWords))).hasSize(1000);
        assertThat(request(text, body("L".repeat(200))))
                .contains("l".repeat(64))
                .doesNotContain("l".repeat(65));
        // the dotted capital I becomes two characters, and a letter of two must not be cut in half
        assertThat(request(text, body("\u0130".repeat(70) + " x" + "\ud835\udc9c".repeat(40))))
                .allMatch(word -> word.length() <= 64)
                .noneMatch(word -> Character.isHighSurrogate(word.charAt(word.length() - 1)));
        assertThat(request(text, body("a ".repeat(8 << 10) + "behind"))).doesNotContain("behind");
    }

    private static Set<String> request(Fields headers, BodySample body) {
        return Words.of(Records.of("/", headers, body, Fields.NONE, BodySample.NONE));
    }
}
