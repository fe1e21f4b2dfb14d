package io.portrgateway.admin.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that is typed can become another line, another request or another length. */
class RequestRulesTest {

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "M-SEARCH", "x!#$%&'*+.^_`|~9"})
    void takesMethodsThatAreTokens(String method) {
        assertThat(RequestRules.method(method)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "GE T",
                "GET\r\nX: y",
                "GET\n",
                "GET\t",
                "GET\0",
                "G\u00c9T",
                "GET / HTTP/1.1",
                "GET:",
                "CONNECT",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void refusesOtherMethods(String method) {
        assertThat(RequestRules.method(method)).hasValueSatisfying(refusal -> {
            assertThat(refusal.field()).isEqualTo("method");
            assertThat(refusal.message()).doesNotContain("\r", "\n", "\0");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a?b=c&d", "//evil.example/x", "/%0d%0a", "/a?q=[x]\"{}|\\^`", "/b\u00c3\u00a9"})
    void takesTargetsInOriginForm(String target) {
        assertThat(RequestRules.target("GET", target)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "a",
                "http://169.254.169.254/latest",
                "/a b",
                "/a\r\nHost: evil",
                "/ HTTP/1.1\r\nHost: evil\r\n\r\nGET /",
                "/\n",
                "/\r",
                "/\t",
                "/\0",
                "/\u007f",
                "/#x",
                "/\u010d",
                "/\u2028"
            })
    void refusesOtherTargets(String target) {
        assertThat(RequestRules.target("GET", target))
                .hasValueSatisfying(refusal -> assertThat(refusal.field()).isEqualTo("target"));
    }

    @Test
    void takesTheAsteriskWithOptionsOnly() {
        assertThat(RequestRules.target("OPTIONS", "*")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A",
                ": value",
                " X-A: folded",
                "X A: value",
                "X-A : value",
                "X-\u00c4: value",
                "X-A: a\0b",
                "X-A: a\u0001b",
                "X-A: a\u007fb",
                "Content-Length: 5",
                "content-length: 5",
                "Transfer-Encoding: chunked",
                "TRANSFER-ENCODING: chunked",
                "Connection: close",
                "Host: evil.example",
                "Keep-Alive: 5",
                "Proxy-Connection: close",
                "TE: trailers",
                "Trailer: X",
                "Upgrade: websocket",
                "HTTP2-Settings: x",
                "Expect: 100-continue"
            })
    void refusesOtherHeaderLines(String line) {
        Outcome<List<HeaderField>> parsed = HeaderLines.parse("X-Good: 1\n" + line + "\nX-Also: 2", List.of());

        assertThat(parsed).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.refusal().field()).isEqualTo("headers");
            assertThat(refused.refusal().message()).startsWith("Line 2: ").doesNotContain("\0");
        });
    }

    @Test
    void makesALineOfEveryLineEndSoThatNoneIsInAValue() {
        List<HeaderField> fields =
                HeaderLines.parse("A: 1\rB: 2\r\nC: 3\n\nD:4", List.of()).orFail();

        assertThat(fields)
                .containsExactly(
                        new HeaderField("A", "1"),
                        new HeaderField("B", "2"),
                        new HeaderField("C", "3"),
                        new HeaderField("D", "4"));
    }

    @Test
    void refusesLineEndsInFieldsThatDidNotComeAsLines() {
        for (String value : new String[] {"a\r\nB: c", "a\nb", "a\rb", "a\0b", "\u010d", " a", "a\t"}) {
            assertThat(RequestRules.headers(List.of(new HeaderField("X-A", value)), "Header"))
                    .as(value)
                    .isPresent();
            assertThat(RequestRules.check(request(List.of(), List.of(new HeaderField("X-A", value))), 10))
                    .as("trailer " + value)
                    .isPresent();
        }
        assertThat(RequestRules.check(request(List.of(new HeaderField("Host", "x\r\ny")), List.of()), 10))
                .as("replaced by ours")
                .isEmpty();
    }

    @Test
    void bringsUnchangedLinesBackAsTheBytesTheyWere() {
        HeaderField invalidUtf8 = new HeaderField("X-Latin", "caf\u00e9");
        HeaderField utf8 = new HeaderField("X-Utf8", "caf\u00c3\u00a9");
        List<HeaderField> recorded = List.of(invalidUtf8, utf8);

        String text = HeaderLines.text(recorded);

        assertThat(text).isEqualTo("X-Latin: caf\u00e9\nX-Utf8: caf\u00e9");
        assertThat(HeaderLines.parse(text, recorded).orFail()).isEqualTo(recorded);
        assertThat(HeaderLines.parse("X-New: caf\u00e9", recorded).orFail())
                .containsExactly(new HeaderField("X-New", "caf\u00c3\u00a9"));
    }

    @Test
    void boundsHeadersAndBodies() {
        List<HeaderField> many =
                java.util.Collections.nCopies(RequestRules.MAX_HEADERS + 1, new HeaderField("X-A", "1"));
        List<HeaderField> long1 = List.of(new HeaderField("X-A", "1".repeat(RequestRules.MAX_HEAD_CHARS)));

        assertThat(RequestRules.headers(many, "Header"))
                .map(Refusal::message)
                .hasValueSatisfying(words -> assertThat(words).startsWith("At most"));
        assertThat(RequestRules.headers(long1, "Header")).isPresent();
        assertThat(RequestRules.body(11, 10)).isPresent();
        assertThat(RequestRules.body(10, 10)).isEmpty();
    }

    @Test
    void keepsLineEndsOfABodyThatIsText() {
        Optional<BodyText> unix = BodyText.of("a\nb\n".getBytes(), Optional.of("text/plain"), false);
        Optional<BodyText> dos = BodyText.of("a\r\nb\r\n".getBytes(), Optional.of("text/plain"), false);
        Optional<BodyText> mixed = BodyText.of("a\r\nb\n".getBytes(), Optional.of("text/plain"), false);

        assertThat(BodyText.bytes("a\r\nb\r\n", "UTF-8", unix).orFail()).isEqualTo("a\nb\n".getBytes());
        assertThat(BodyText.bytes("a\r\nc\r\n", "UTF-8", unix).orFail()).isEqualTo("a\nc\n".getBytes());
        assertThat(BodyText.bytes("a\r\nc\r\n", "UTF-8", dos).orFail()).isEqualTo("a\r\nc\r\n".getBytes());
        assertThat(BodyText.bytes("a\r\nb\r\n", "UTF-8", mixed).orFail()).isEqualTo("a\r\nb\n".getBytes());
    }

    @Test
    void takesForTextOnlyWhatComesOutAsItWentIn() {
        assertThat(BodyText.of(new byte[] {'a', 0, 'b'}, Optional.empty(), false))
                .isEmpty();
        assertThat(BodyText.of(new byte[] {(byte) 0xe9}, Optional.of("text/plain"), false))
                .isEmpty();
        assertThat(BodyText.of(new byte[] {(byte) 0xe9}, Optional.of("text/plain; charset=iso-8859-1"), false))
                .map(BodyText::text)
                .contains("\u00e9");
        assertThat(BodyText.of("abc".getBytes(), Optional.of("text/plain"), true))
                .isEmpty();
        assertThat(BodyText.bytes("\u20ac", "ISO-8859-1", Optional.empty())).isInstanceOf(Outcome.Refused.class);
        assertThat(BodyText.bytes("x", "x-evil", Optional.empty())).isInstanceOf(Outcome.Refused.class);
    }

    private static ReplayRequest request(List<HeaderField> headers, List<HeaderField> trailers) {
        return new ReplayRequest(null, "GET", "/", headers, trailers, new byte[0]);
    }
}
