package io.portrgateway.admin.har;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.har.Entry.Message;
import io.portrgateway.admin.har.Entry.Timings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is written to a HAR file, and what is read from one. */
class HarFileTest {

    private static final Instant START = Instant.parse("2026-03-31T08:00:00.123456Z");
    private static final int MAX_CHARS = 100_000;

    private static Entry entry(Payload request, Payload response) {
        Map<String, Object> extras = new LinkedHashMap<>();
        extras.put("id", "01JZ0Q4V7N8R2T6W9X3Y5A1B2C");
        extras.put("durationMicros", 15_000L);
        return new Entry(
                START,
                "POST",
                "https://shop.tunnels.example/hook?a=1&b=%20x&c&a=2",
                "HTTP/1.1",
                List.of(
                        new HeaderField("Content-Type", "application/x-www-form-urlencoded"),
                        new HeaderField("X-Twice", "1"),
                        new HeaderField("x-twice", "\u00c3\u00a9"),
                        new HeaderField("Cookie", "a=1; b=x=y")),
                List.of(new HeaderField("X-Sum", "abc")),
                request,
                201,
                "Created",
                "HTTP/1.1",
                List.of(
                        new HeaderField("Content-Type", "application/json"),
                        new HeaderField(
                                "Set-Cookie",
                                "id=7; Path=/; Secure; HttpOnly; SameSite=Lax; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
                        new HeaderField("Set-Cookie", "b=2")),
                List.of(),
                response,
                "/next",
                "service_closed",
                new Timings(0.3, -1, -1, -1, 0.2, 11.5, 3, 15),
                List.of(
                        new Message("send", 1774944000.125, 1, null, null, "hi", false, -1),
                        new Message("receive", 1774944000.25, 2, null, null, "AAE=", false, 10),
                        new Message("receive", 1774944000.5, 0, "tick", "4", "{}", false, -1)),
                extras);
    }

    private static Payload content(byte[] bytes) {
        return new Payload(bytes, bytes.length, bytes.length, false, null);
    }

    private static Payload text(String text) {
        return content(text.getBytes(UTF_8));
    }

    private static JsonNode written(Entry entry) {
        return EntryWriter.JSON.readTree(EntryWriter.text(entry));
    }

    private static Entry readAgain(Entry entry) {
        return EntryReader.read(1, written(entry)).orElseThrow();
    }

    private static String file(String entries) {
        return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"test\",\"version\":\"1\"},\"pages\":[{}],\"entries\":["
                + entries + "]}}";
    }

    private static HarReader.Read read(String file) {
        return HarReader.read(new ByteArrayInputStream(file.getBytes(UTF_8)), MAX_CHARS, entry -> {});
    }

    @Test
    void writesWhatHarAsksFor() {
        Entry entry = entry(text("a=1&b"), text("{\"é\":1}"));

        JsonNode json = written(entry);

        HarRules.check(EntryWriter.JSON.readTree(file(json.toString())));
        assertThat(json.path("request").path("queryString").toString())
                .isEqualTo(
                        "[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"b\",\"value\":\"%20x\"},{\"name\":\"c\",\"value\":\"\"},{\"name\":\"a\",\"value\":\"2\"}]");
        assertThat(json.at("/request/cookies/1/value").asString()).isEqualTo("x=y");
        assertThat(json.at("/response/cookies/0/expires").asString()).isEqualTo("2026-10-21T07:28:00Z");
        assertThat(json.at("/response/cookies/0/sameSite").asString()).isEqualTo("Lax");
        assertThat(json.at("/request/postData/params").size()).isEqualTo(2);
        assertThat(json.at("/_webSocketMessages").size()).isEqualTo(2);
        assertThat(json.at("/_serverSentEvents/0/name").asString()).isEqualTo("tick");
        assertThat(json.path("startedDateTime").asString()).isEqualTo("2026-03-31T08:00:00.123456Z");
    }

    @Test
    void readsBackWhatItWrote() {
        byte[] binary = {0, (byte) 0xff, 1};
        List<Payload> bodies = List.of(
                Payload.none(),
                text("grüße"),
                content(binary),
                new Payload(binary, 100, 100, true, "Cut: 3 of 100 bytes were recorded."),
                new Payload(binary, 3, 2, false, null),
                new Payload(null, 77, 77, true, "The body was not recorded."));
        for (Payload request : bodies.subList(0, 4)) {
            for (Payload response : bodies) {
                Entry entry = entry(request, response);

                Entry again = readAgain(entry);

                assertThat(written(again)).isEqualTo(written(entry));
                assertThat(again.requestBody().bytes()).isEqualTo(request.bytes());
                assertThat(again.responseBody().kept()).isEqualTo(response.kept());
                assertThat(again.requestHeaders()).isEqualTo(entry.requestHeaders());
                assertThat(again.requestTrailers()).isEqualTo(entry.requestTrailers());
                assertThat(again.messages()).isEqualTo(entry.messages());
                assertThat(again.extras()).isEqualTo(entry.extras());
            }
        }
        Entry missing = entry(new Payload(null, 77, 77, true, "The body was not recorded."), Payload.none());
        assertThat(readAgain(missing).requestBody().isMissing()).isTrue();
        assertThat(written(readAgain(missing))).isEqualTo(written(missing));
    }

    @Test
    void readsFilesEntryByEntry() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HarWriter har = new HarWriter(out, "1.0");
        har.add(entry(text("a"), text("b")));
        har.addWritten(EntryWriter.text(entry(text("c"), text("d"))));
        har.end("Cut: two of three.");
        List<String> bodies = new ArrayList<>();

        HarReader.Read read = HarReader.read(
                new ByteArrayInputStream(out.toByteArray()),
                MAX_CHARS,
                entry -> bodies.add(entry.requestBody().text().orElseThrow()));

        assertThat(bodies).containsExactly("a", "c");
        assertThat(read).isEqualTo(new HarReader.Read("Portr Gateway", 2, 0));
        JsonNode file = EntryWriter.JSON.readTree(out.toByteArray());
        HarRules.check(file);
        assertThat(file.at("/log/comment").asString()).isEqualTo("Cut: two of three.");
    }

    @Test
    void leavesOutWhatWasNeverOnANetwork() {
        String entry = EntryWriter.text(entry(text("a"), text("b")));
        String data = entry.replace("https://shop.tunnels.example/hook?a=1&b=%20x&c&a=2", "data:image/png;base64,AAAA");

        HarReader.Read read = read(file(entry + "," + data));

        assertThat(read.entries()).isEqualTo(2);
        assertThat(read.skipped()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "startedDateTime | \"yesterday\" | 'Entry 2, startedDateTime: \"yesterday\"'",
                "request.method | \"GET x\" | 'Entry 2, request.method: \"GET x\"'",
                "request.method | 7 | 'Entry 2, request.method: not a text'",
                "request.url | \"/path\" | 'Entry 2, request.url: \"/path\"'",
                "request.url | \"https://a.example/ b\" | 'Entry 2, request.url'",
                "request.url | \"https://user@a.example/\" | 'Entry 2, request.url'",
                "request.headers | null | 'Entry 2, request.headers: missing'",
                "request.headers | [{\"name\":\"a b\",\"value\":\"\"}] | 'Entry 2, request.headers: name \"a b\"'",
                "request.headers | [{\"name\":\"a\",\"value\":\"1\\r\\nb: 2\"}] | 'Entry 2, request.headers: a is'",
                "request.postData | {\"text\":\"%%\",\"_encoding\":\"hex\"} | 'Entry 2, request.postData: encoding \"hex\"'",
                "response.status | 1000 | 'Entry 2, response.status'",
                "response.content | {\"text\":\"\u00e9!\",\"encoding\":\"base32\",\"size\":1} | 'Entry 2, response.content'",
                "response | null | 'Entry 2, response: missing'",
            })
    void namesEntryAndFieldOfAProblem(String field, String value, String message) {
        String good = EntryWriter.text(entry(text("a"), text("b")));
        ObjectNode bad = (ObjectNode) EntryWriter.JSON.readTree(good);
        int dot = field.indexOf('.');
        ObjectNode parent = dot < 0 ? bad : (ObjectNode) bad.path(field.substring(0, dot));
        parent.set(field.substring(dot + 1), EntryWriter.JSON.readTree(value));

        assertThatThrownBy(() -> read(file(good + "," + bad)))
                .isInstanceOf(HarProblem.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void saysWhatIsWrongWithTheFile() {
        String good = file(EntryWriter.text(entry(text("a"), text("b"))));
        String longer = file(EntryWriter.text(entry(text("a"), text("x".repeat(MAX_CHARS + 1)))));

        assertThatThrownBy(() -> read("[]")).hasMessageContaining("does not begin with an object");
        assertThatThrownBy(() -> read("{\"log\":{}}")).hasMessageContaining("no list log.entries");
        assertThatThrownBy(() -> read("hello")).hasMessageContaining("not JSON (line 1)");
        assertThatThrownBy(() -> read(good.substring(0, good.length() - 3))).hasMessageContaining("After entry 1");
        assertThatThrownBy(() -> read(longer)).hasMessageContaining("Entry 1, response.content.text: longer");
        assertThatThrownBy(() -> read("[".repeat(200))).isInstanceOf(HarProblem.class);
    }

    @Test
    void takesHeadersAsBrowsersWriteThem() {
        ObjectNode json = (ObjectNode) written(entry(text("a"), text("b")));
        ((ObjectNode) json.path("request"))
                .set(
                        "headers",
                        EntryWriter.JSON.readTree(
                                "[{\"name\":\":authority\",\"value\":\"a.example\"},{\"name\":\"x\",\"value\":\"€\"}]"));
        ((ObjectNode) json.path("response"))
                .set("headers", EntryWriter.JSON.readTree("[{\"name\":\"set-cookie\",\"value\":\"a=1\\nb=2\"}]"));

        Entry entry = EntryReader.read(1, json).orElseThrow();

        assertThat(entry.requestHeaders()).containsExactly(new HeaderField("x", "\u00e2\u0082\u00ac"));
        assertThat(entry.responseHeaders())
                .containsExactly(new HeaderField("set-cookie", "a=1"), new HeaderField("set-cookie", "b=2"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example, /",
        "https://a.example/, /",
        "https://a.example?x=1, /?x=1",
        "https://a.example/b/c?d=/e#f, /b/c?d=/e",
        "wss://a.example:8443/s, /s",
    })
    void knowsTheTargetOfAUrl(String url, String target) {
        ObjectNode json = (ObjectNode) written(entry(text("a"), text("b")));
        ((ObjectNode) json.path("request")).put("url", url);

        assertThat(EntryReader.read(1, json).orElseThrow().target()).isEqualTo(target);
    }
}
