package io.portrgateway.admin.body;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.portrgateway.admin.exchange.StoredBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What recorded bodies say, also those that somebody made to do harm. */
class ContentTest {

    private static final String TEXT = "{\"hello\":\"Zürich\"}";

    /** {@link #TEXT}, by Google's own library. */
    private static final String BROTLI = "CwmAeyJoZWxsbyI6IlrDvHJpY2gifQM=";

    /** 64 MiB of zeros, likewise. */
    private static final String BROTLI_BOMB =
            "y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwIgDgsAdO//+P//B/8EQBwWAOje//H//w/+CYA4LADQvf/j//8f/BMAcVgAoHv/Nw==";

    private interface Packer {
        OutputStream over(OutputStream out) throws IOException;
    }

    private static byte[] pack(byte[] plain, Packer packer) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = packer.over(packed)) {
            out.write(plain);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return packed.toByteArray();
    }

    private static byte[] packed(byte[] plain, String coding) {
        return switch (coding) {
            case "gzip", "x-gzip" -> pack(plain, GZIPOutputStream::new);
            case "deflate" -> pack(plain, DeflaterOutputStream::new);
            case "raw deflate" -> pack(plain, out -> new DeflaterOutputStream(out, new Deflater(9, true)));
            case "zstd" -> Zstd.compress(plain);
            default -> throw new IllegalArgumentException(coding);
        };
    }

    private static Content content(byte[] bytes, String type, String encoding) {
        return Content.of(new StoredBody(bytes, bytes.length, false), type, encoding);
    }

    private static Content text(String text, String type) {
        return content(text.getBytes(UTF_8), type, null);
    }

    @ParameterizedTest
    @CsvSource({"gzip,gzip", "x-gzip,gzip", "GZIP,gzip", "deflate,deflate", "deflate,raw deflate", "zstd,zstd"})
    void undoesContentCodings(String said, String coding) {
        Content content = content(packed(TEXT.getBytes(UTF_8), coding), "application/json", said);

        assertThat(content.text()).isEqualTo(TEXT);
        assertThat(content.codingProblem()).isNull();
        assertThat(content.whatKind()).isEqualTo(Kind.JSON);
    }

    @Test
    void undoesBrotli() {
        assertThat(content(Base64.getDecoder().decode(BROTLI), "application/json", "br")
                        .text())
                .isEqualTo(TEXT);
    }

    @Test
    void undoesSeveralCodingsTheLastOneFirst() {
        byte[] twice = packed(packed(TEXT.getBytes(UTF_8), "deflate"), "gzip");

        Content content = content(twice, null, "deflate, gzip");

        assertThat(content.text()).isEqualTo(TEXT);
        assertThat(content.undone()).containsExactly("gzip", "deflate");
        assertThat(content(twice, null, "gzip, gzip, gzip, gzip").isCoded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "raw deflate", "zstd", "br"})
    void refusesBombs(String coding) {
        byte[] bomb = coding.equals("br")
                ? Base64.getDecoder().decode(BROTLI_BOMB)
                : packed(new byte[64 * 1024 * 1024], coding);

        Content content = content(bomb, "text/plain", coding.replace("raw ", ""));

        assertThat(content.codingProblem()).contains("as bombs do");
        assertThat(content.bytes()).isSameAs(bomb);
        assertThat(content.whatKind()).isEqualTo(Kind.BINARY);
    }

    @Test
    void refusesABombWithinABomb() {
        byte[] bomb = packed(packed(new byte[64 * 1024 * 1024], "gzip"), "gzip");

        assertThat(content(bomb, null, "gzip, gzip").codingProblem()).contains("as bombs do");
    }

    @Test
    void refusesWhatIsTooBigWithoutBeingABomb() {
        byte[] noise = new byte[Decoding.MAX_BYTES + 1];
        new Random(1).nextBytes(noise);

        Content content = content(packed(noise, "gzip"), null, "gzip");

        assertThat(content.codingProblem()).contains("more than 10 MiB");
        assertThat(content.isCoded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "zstd"})
    void showsWhatCanBeUnpackedOfACutBody(String coding) {
        byte[] plain = new byte[300_000];
        new Random(1).nextBytes(plain);
        byte[] whole = packed(plain, coding);
        byte[] cut = Arrays.copyOf(whole, whole.length * 2 / 3);

        Content content = Content.of(new StoredBody(cut, whole.length, true), null, coding);

        assertThat(content.codingProblem()).startsWith("Only the beginning was kept");
        assertThat(content.bytes().length).isBetween(100_000, plain.length);
        assertThat(content.bytes()).isEqualTo(Arrays.copyOf(plain, content.bytes().length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
    void leavesWhatIsNoValidCodingAsItCame(String coding) {
        Content content = content("this was never packed, whatever was said".getBytes(UTF_8), "text/plain", coding);

        assertThat(content.codingProblem()).isNotNull();
        assertThat(content.stored().content()).asString().startsWith("this was never");
        assertThat(content("x".getBytes(UTF_8), "text/plain", "secret-coding").codingProblem())
                .contains("not one that can be undone");
    }

    @Test
    void damagedGzipShowsItsBeginning() {
        byte[] plain = new byte[200_000];
        new Random(2).nextBytes(plain);
        byte[] packed = packed(plain, "gzip");
        packed[packed.length - 6] ^= 1;

        assertThat(content(packed, null, "gzip").codingProblem()).contains("damaged");
    }

    @Test
    void readsCharsetsByMarkThenByWordThenAsUtf8() {
        assertThat(content("é".getBytes(ISO_8859_1), "text/plain; charset=ISO-8859-1", null)
                        .text())
                .isEqualTo("é");
        assertThat(content("é".getBytes(ISO_8859_1), "text/plain; charset=\"latin1\"", null)
                        .text())
                .isEqualTo("é");
        byte[] marked = ("\ufeff" + "wide é").getBytes(UTF_16LE);
        assertThat(content(marked, "text/plain; charset=ISO-8859-1", null).text())
                .isEqualTo("wide é");
        assertThat(content(marked, "text/plain", null).whatKind()).isEqualTo(Kind.TEXT);
        assertThat(text("é", "text/plain").charset()).isEqualTo("UTF-8");
        assertThat(text("é", "text/plain; charset=klingon").charsetProblem()).contains("not known");
        assertThat(content(new byte[] {'a', (byte) 0xe9, 'b', 'c', 'd'}, "text/plain; charset=utf-8", null)
                        .charsetProblem())
                .contains("not valid UTF-8");
    }

    @Test
    void findsOutWhatABodyIs() {
        assertThat(text("{\"a\":1}", null).whatKind()).isEqualTo(Kind.JSON);
        assertThat(text("{\"a\":1}", "text/plain").whatKind()).isEqualTo(Kind.JSON);
        assertThat(text("{not json}", "text/plain").whatKind()).isEqualTo(Kind.TEXT);
        assertThat(text("<a/>", "application/soap+xml").whatKind()).isEqualTo(Kind.XML);
        assertThat(text("<p>", "text/html").whatKind()).isEqualTo(Kind.HTML);
        assertThat(text("a=1", "application/x-www-form-urlencoded").whatKind()).isEqualTo(Kind.FORM);
        assertThat(content(new byte[] {0, 1, 2, 3}, "text/plain", null).whatKind())
                .isEqualTo(Kind.BINARY);
        assertThat(content(new byte[0], "text/plain", null).whatKind()).isEqualTo(Kind.EMPTY);
        // a picture by its bytes, and never a document that says it is one
        assertThat(text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml")
                        .imageType())
                .isEmpty();
        assertThat(text("<script>", "image/png").whatKind()).isNotEqualTo(Kind.IMAGE);
        assertThat(content(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, "text/html", null)
                        .imageType())
                .contains("image/png");
        assertThat(text("x", "nonsense; ;;=").whatKind()).isEqualTo(Kind.TEXT);
    }

    @Test
    void keepsJsonAsItIsWritten() {
        Json json = text(
                        "{\"n\":1.50,\"big\":123456789012345678901234567890,\"n\":true,\"odd key\":[null,{\"a'b\":1}]}",
                        "application/json")
                .json()
                .orElseThrow();

        assertThat(json.problem()).isNull();
        assertThat(json.pretty()).isEqualTo("""
                        {
                          "n": 1.50,
                          "big": 123456789012345678901234567890,
                          "n": true,
                          "odd key": [
                            null,
                            {
                              "a'b": 1
                            }
                          ]
                        }
                        """);
        Json.Value last = json.find("a'b", 10).getFirst();
        assertThat(last.path()).isEqualTo("$['odd key'][1]['a\\'b']");
        assertThat(json.at(last.at())).containsSame(last);
        assertThat(json.at("9.9")).isEmpty();
        assertThat(json.at("-1")).isEmpty();
    }

    @Test
    void showsBrokenAndCutJsonAsFarAsItGoes() {
        Json broken = text("{\"a\":1,\n\"b\":oops}", "application/json").json().orElseThrow();
        assertThat(broken.root().children()).hasSize(1);
        assertThat(broken.problem()).contains("no valid JSON at line 2");

        byte[] cut = "[1,2,{\"a\":\"half a te".getBytes(UTF_8);
        Json beginning = Content.of(new StoredBody(cut, 1000, true), "application/json", null)
                .json()
                .orElseThrow();
        assertThat(beginning.root().children()).hasSize(3);
        assertThat(beginning.problem()).contains("Only the beginning was kept");
        assertThat(text("[1] [2]", "application/json").json().orElseThrow().problem())
                .contains("More follows");
        assertThat(text("", "application/json").json()).isEmpty();
    }

    @Test
    void boundsHostileJson() {
        long started = System.nanoTime();
        Json deep = text("[".repeat(200_000), "application/json").json().orElseThrow();
        assertThat(deep.problem()).contains("nested more than");
        assertThat(deep.pretty()).contains("[");

        Json wide = text("[" + "0,".repeat(2_000_000) + "0]", "application/json")
                .json()
                .orElseThrow();
        assertThat(wide.count()).isEqualTo(Json.MAX_VALUES);
        assertThat(wide.problem()).contains("Only the first 100,000");

        Json number = text("[" + "9".repeat(1_000_000) + "]", "application/json")
                .json()
                .orElseThrow();
        assertThat(number.problem()).isNotNull();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void decodesForms() {
        Form form = text(
                        "a=1&b=two+words&c=%C3%A9&=empty&flag&bad=%zz&a=2&secret=[redacted]",
                        "application/x-www-form-urlencoded")
                .form();

        assertThat(form.fields())
                .extracting(Form.Field::name, Form.Field::value)
                .startsWith(
                        org.assertj.core.groups.Tuple.tuple("a", "1"),
                        org.assertj.core.groups.Tuple.tuple("b", "two words"),
                        org.assertj.core.groups.Tuple.tuple("c", "é"))
                .contains(org.assertj.core.groups.Tuple.tuple("bad", "%zz"));
        assertThat(form.fields().getLast().redacted()).isTrue();
        assertThat(text("a=1&".repeat(5000), "application/x-www-form-urlencoded")
                        .form()
                        .cut())
                .isTrue();
    }

    @Test
    void takesMultipartApart() {
        String body = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHé\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"f\"; filename=\"a\\\"b.txt\"\r\nContent-Type: text/plain\r\n\r\n"
                + "one\r\ntwo\r\n--b--\r\nepilogue";

        Parts parts = text(body, "multipart/form-data; boundary=b").parts().orElseThrow();

        assertThat(parts.problem()).isNull();
        assertThat(parts.parts()).hasSize(2);
        assertThat(parts.parts().get(0).name()).isEqualTo("title");
        assertThat(new String(parts.parts().get(0).content(), UTF_8)).isEqualTo("Hé");
        assertThat(parts.parts().get(1).fileName()).isEqualTo("a\"b.txt");
        assertThat(parts.parts().get(1).contentType()).isEqualTo("text/plain");
        assertThat(new String(parts.parts().get(1).content(), UTF_8)).isEqualTo("one\r\ntwo");
    }

    @Test
    void showsTheBeginningOfCutAndHostileMultipart() {
        String head = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n";
        byte[] cut = (head + "half").getBytes(UTF_8);
        Parts beginning = Content.of(new StoredBody(cut, 9999, true), "multipart/form-data; boundary=b", null)
                .parts()
                .orElseThrow();
        assertThat(beginning.parts())
                .singleElement()
                .satisfies(part -> assertThat(part.whole()).isFalse());
        assertThat(beginning.problem()).contains("Only the beginning");

        Parts many = text((head + "x\r\n").repeat(5000) + "--b--", "multipart/form-data; boundary=b")
                .parts()
                .orElseThrow();
        assertThat(many.parts()).hasSize(Parts.MAX_PARTS);
        assertThat(many.problem()).contains("Only the first");
        assertThat(text("--b\r\nX: " + "y".repeat(100_000), "multipart/form-data; boundary=b")
                        .parts())
                .isEmpty();
        assertThat(text("no boundary", "multipart/form-data").parts()).isEmpty();
        assertThat(text("x", "multipart/form-data; boundary=" + "b".repeat(500)).parts())
                .isEmpty();
    }

    @Test
    void setsXmlInLinesAndFetchesNothing() {
        assertThat(text("<a x=\"1&amp;\"><b>two &lt; 3</b><c/><!--note--></a>", "application/xml")
                        .prettyXml())
                .contains("<a x=\"1&amp;\">\n  <b>two &lt; 3</b>\n  <c/>\n  <!--note-->\n</a>\n");
        assertThat(text("<a>", "application/xml").prettyXml()).isEmpty();
        String external = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>";
        assertThat(text(external, "application/xml").prettyXml()).isEmpty();
        assertThat(Xml.pretty("<a>&e;</a>").orElse("")).doesNotContain("root:");
        assertThat(text("<a>".repeat(100_000), "application/xml").prettyXml()).isEmpty();
    }

    @Test
    void makesHiddenCharactersVisible() {
        assertThat(Visible.line("a\u0000b\nc\u007f")).isEqualTo("a␀b␊c␡");
        assertThat(Visible.text("a\r\nb\tc\rd")).isEqualTo("a\nb\tc␍d");
        assertThat(Visible.line("abc\u202egnp.exe")).isEqualTo("abc⟨U+202E⟩gnp.exe");
        assertThat(Visible.line("\ud83d\ude00\ud83d")).isEqualTo("\ud83d\ude00\ufffd");
        assertThat(Visible.field("caf\u00c3\u00a9")).isEqualTo("café");
        assertThat(Visible.field("caf\u00e9")).isEqualTo("caf\\xe9");
    }

    @Test
    void dumpsBytesInPages() {
        byte[] bytes = new byte[100];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i + 40);
        }

        assertThat(HexDump.of(bytes, 0, 16))
                .isEqualTo("00000000  28 29 2a 2b 2c 2d 2e 2f  30 31 32 33 34 35 36 37  ()*+,-./01234567\n");
        assertThat(HexDump.of(bytes, 96, 4096))
                .startsWith("00000060  88 89 8a 8b ")
                .endsWith(" ....\n");
    }
}
