package io.portrgateway.tunnel.capture;

import static io.portrgateway.tunnel.capture.Records.body;
import static io.portrgateway.tunnel.capture.Records.cut;
import static io.portrgateway.tunnel.capture.Records.fields;
import static io.portrgateway.tunnel.capture.Records.gzip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyRedactionTest {

    private static final Fields JSON = fields("Content-Type", "application/json; charset=utf-8");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$.card.number | {\"card\": {\"number\": 12, \"x\": 1}} | {\"card\":{\"number\":\"[redacted]\",\"x\":1}}",
                "$.card | {\"card\":{\"number\":[1,{\"a\":2}]}} | {\"card\":\"[redacted]\"}",
                "$['a b'][1] | {\"a b\":[1,2,3]} | {\"a b\":[1,\"[redacted]\",3]}",
                "$.items[*].s | {\"items\":[{\"s\":1},{\"s\":null},{\"t\":3}]}"
                        + " | {\"items\":[{\"s\":\"[redacted]\"},{\"s\":\"[redacted]\"},{\"t\":3}]}",
                "$..s | {\"a\":{\"s\":1},\"s\":[{\"s\":2}],\"b\":[{\"s\":3}]}"
                        + " | {\"a\":{\"s\":\"[redacted]\"},\"s\":\"[redacted]\",\"b\":[{\"s\":\"[redacted]\"}]}",
                "$.*.s | {\"a\":{\"s\":1},\"s\":2} | {\"a\":{\"s\":\"[redacted]\"},\"s\":2}",
                "$.s | {\"s\":1,\"n\":1.50,\"s\":2,\"big\":123456789012345678901234567890,\"e\":-0e1}"
                        + " | {\"s\":\"[redacted]\",\"n\":1.50,\"s\":\"[redacted]\","
                        + "\"big\":123456789012345678901234567890,\"e\":-0e1}",
                "$.s | {\"\\u0073\":1,\"t\":\"\\u00e9\\n</p>\"} | {\"s\":\"[redacted]\",\"t\":\"\u00e9\\n</p>\"}",
                "$.s | [{\"s\":1}] | [{\"s\":1}]",
                "$.s |  {\"t\" : [ 1, true ]} | {\"t\" : [ 1, true ]}",
                "$ | \"secret\" | \"[redacted]\""
            })
    void replacesTheValuesAtPaths(String path, String json, String kept) {
        assertThat(kept(path, JSON, body(json))).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"s\":", "{\"s\":1} {", "not json", "{\"a\":1,}", "\u0000"})
    void keepsOnlyTheSizeOfWhatCannotBeRead(String broken) {
        BodySample left = redaction("$.s").apply(JSON, body(broken));

        assertThat(left.keptBytes()).isZero();
        assertThat(left.isTruncated()).isTrue();
        assertThat(left.totalBytes()).isEqualTo(broken.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void keepsOnlyTheSizeOfWhatIsCutTooDeepOrCodedInAnUnknownWay() {
        assertThat(kept("$.s", JSON, cut("{\"s\":1}"))).isEmpty();
        assertThat(kept("$.s", JSON, body("[".repeat(100_000)))).isEmpty();
        assertThat(kept("$.s", fields("Content-Type", "application/json", "Content-Encoding", "br"), body("{}")))
                .isEmpty();
        assertThat(kept("$.s", JSON, body(new byte[] {'"', (byte) 0xff, '"'}))).isEmpty();
        assertThat(kept("s without dollar", JSON, body("{}"))).isEmpty();
    }

    @Test
    void changesCompressedBodiesInside() throws Exception {
        Fields coded = fields("Content-Type", "application/json", "Content-Encoding", "gzip");
        BodySample passed = body(gzip("{\"s\":1}"));

        BodySample left = redaction("$.s").apply(coded, passed);

        assertThat(new GZIPInputStream(new ByteArrayInputStream(left.kept())).readAllBytes())
                .asString()
                .isEqualTo("{\"s\":\"[redacted]\"}");
        assertThat(left.totalBytes()).isEqualTo(passed.totalBytes());
        assertThat(left.isTruncated()).isFalse();
        assertThat(redaction("$.t").apply(coded, passed).kept()).isEqualTo(passed.kept());
        assertThat(redaction("$.s").apply(coded, body("no gzip")).keptBytes()).isZero();
        assertThat(redaction("$.s")
                        .apply(coded, body(gzip("\"" + "s".repeat(9 << 20) + "\"")))
                        .keptBytes())
                .isZero();
        Fields form = fields("Content-Type", "application/x-www-form-urlencoded", "Content-Encoding", "gzip");
        assertThat(redaction("$.s")
                        .apply(form, body(gzip("a=" + "s".repeat(9 << 20))))
                        .keptBytes())
                .isZero();
        assertThat(kept("$.t", JSON, body("\"" + "s".repeat(9 << 20) + "\""))).hasSize((9 << 20) + 2);
    }

    @Test
    void findsJsonThatNothingAnnounces() {
        assertThat(kept("$.s", Fields.NONE, body(" {\"s\":1}"))).isEqualTo("{\"s\":\"[redacted]\"}");
        assertThat(kept("$.s", fields("Content-Type", "text/plain"), body("[info] started")))
                .isEqualTo("[info] started");
        assertThat(kept("$.s", fields("Content-Type", "text/plain"), cut("{\"s\":1}")))
                .isEmpty();
        assertThat(kept("$.s", fields("Content-Type", "text/event-stream"), body("data: {\"s\":1}\n\n")))
                .isEmpty();
        assertThat(kept("$.s", fields("Content-Type", "text/html"), cut("<p>"))).isEqualTo("<p>");
        assertThat(kept("$.s", fields("Content-Type", "application/x-ndjson"), body("{\"s\":1}\n\n{\"s\":2}\n")))
                .isEqualTo("{\"s\":\"[redacted]\"}\n\n{\"s\":\"[redacted]\"}\n");
    }

    @Test
    void replacesFormFieldsByNameAlsoInTheBeginningOfAForm() {
        Fields form = fields("Content-Type", "application/x-www-form-urlencoded");

        assertThat(kept("$.s", form, body("a=1&pass%77ord=x&b=%C3%A9")))
                .isEqualTo("a=1&pass%77ord=[redacted]&b=%C3%A9");
        assertThat(kept("$.s", form, cut("a=1&password=half"))).isEqualTo("a=1&password=[redacted]");
        assertThat(redaction("$.s").apply(form, cut("a=1&password=half")).isTruncated())
                .isTrue();
    }

    @Test
    void textsByThemselvesAreLikeBodies() {
        Redaction redaction = new Redaction(List.of(), List.of(), JsonPaths.of(List.of("$.s")));

        assertThat(text(redaction.text(body("{\"s\":1}"), true))).isEqualTo("{\"s\":\"[redacted]\"}");
        assertThat(text(redaction.text(body("ping"), true))).isEqualTo("ping");
        assertThat(redaction.text(body("\"s\":1}"), false).keptBytes()).isZero();
        assertThat(text(new Redaction(List.of(), List.of(), JsonPaths.of(List.of())).text(cut("{\"s\":1"), false)))
                .isEqualTo("{\"s\":1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "$.", "$a", "$[", "$[]", "$['a]", "$[-1]", "$[a]", "$.a..", "$[1", "$[?(@.a)]"})
    void refusesPathsThatItCannotFollow(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> JsonPath.parse(path));
    }

    private static BodyRedaction redaction(String path) {
        Redaction names = new Redaction(List.of(), List.of("password"), JsonPaths.of(List.of()));
        return new BodyRedaction(
                JsonPaths.of(List.of(path)), form -> names.target("?" + form).substring(1));
    }

    private static String kept(String path, Fields headers, BodySample body) {
        return text(redaction(path).apply(headers, body));
    }

    private static String text(BodySample sample) {
        return new String(sample.kept(), StandardCharsets.UTF_8);
    }
}
