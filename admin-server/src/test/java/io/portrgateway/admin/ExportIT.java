package io.portrgateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.har.HarRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Recorded requests as files: HAR and JSON Lines, to whom, and how a browser's own tools read them. */
@Timeout(120)
class ExportIT {

    private static final byte[] BINARY = {0, 1, (byte) 0xfe, (byte) 0xff};

    private static Gateway gateway;
    private static Recorded recorded;
    private static long ann;
    private static Browser browser;
    private static Browser other;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_EXPORT_MAX_REQUESTS", "5");
        recorded = new Recorded(gateway);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        members.add("bob@example.com", "default-team", "member");
        members.add("eve@example.com", "other", "admin");
        browser = Browser.signedIn(gateway, "bob@example.com");
        other = Browser.signedIn(gateway, "eve@example.com");
    }

    @AfterAll
    static void stop() {
        browser.close();
        other.close();
        gateway.close();
    }

    private static Answer export(Browser browser, String parameters) {
        return browser.open("/default-team/requests/export?" + parameters);
    }

    private static byte[] zipped(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static String webhook() throws IOException {
        return recorded.of(ann, "shop", "POST", "/hook?a=1&b=%20", 201)
                .requestHeaders("Content-Type", "application/json", "X-Twice", "1", "x-twice", "2", "Cookie", "a=b")
                .responseHeaders("Content-Type", "text/plain; charset=utf-8", "Content-Encoding", "gzip")
                .request("{\"invoice\":\"é\"}")
                .body(Direction.TO_VISITOR, zipped("thanks, thanks, thanks, thanks, thanks, thanks"))
                .add();
    }

    private static String socket() {
        return recorded.of(ann, "shop", "GET", "/socket", 101)
                .requestHeaders("Upgrade", "websocket", "Connection", "Upgrade")
                .frame(Direction.TO_UPSTREAM, "text", "hello")
                .frame(Direction.TO_VISITOR, "binary", "\u0000\u0001")
                .frame(Direction.TO_VISITOR, "close", "")
                .add();
    }

    @Test
    void exportsAsHarWhatWasRecorded() throws IOException {
        String webhook = webhook();
        String failed = recorded.of(ann, "shop", "PUT", "/upload", 0)
                .with("outcome", "service_closed")
                .with("queued_micros", null)
                .with("first_byte_micros", null)
                .body(Direction.TO_UPSTREAM, BINARY, 5_000)
                .add();

        Answer answer = export(browser, "id=" + webhook + "&id=" + failed);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Disposition").orElse(""))
                .matches("attachment; filename=\"requests-default-team-\\d{4}-\\d\\d-\\d\\d\\.har\"");
        HarRules.check(answer.json());
        JsonNode first = answer.json().at("/log/entries/0");
        assertThat(first.at("/request/url").asString()).isEqualTo("https://shop.tunnels.example/hook?a=1&b=%20");
        assertThat(first.at("/request/headers").size()).isEqualTo(4);
        assertThat(first.at("/request/headers/2/name").asString()).isEqualTo("x-twice");
        assertThat(first.at("/request/postData/text").asString()).isEqualTo("{\"invoice\":\"é\"}");
        assertThat(first.at("/response/content/text").asString()).startsWith("thanks, thanks");
        assertThat(first.at("/response/content/size").asLong()).isEqualTo(46);
        assertThat(first.at("/timings/blocked").asDouble()).isEqualTo(0.3);
        assertThat(first.at("/timings/send").asDouble()).isEqualTo(0.2);
        assertThat(first.at("/timings/wait").asDouble()).isEqualTo(11.5);
        assertThat(first.at("/timings/receive").asDouble()).isEqualTo(3);
        assertThat(first.at("/time").asDouble()).isEqualTo(15);
        assertThat(first.at("/_portr/id").asString()).isEqualTo(webhook);
        JsonNode second = answer.json().at("/log/entries/1");
        assertThat(second.at("/response/status").asInt()).isZero();
        assertThat(second.at("/response/_error").asString()).isEqualTo("service_closed");
        assertThat(second.at("/timings/blocked").asDouble()).isEqualTo(-1);
        assertThat(Base64.getDecoder()
                        .decode(second.at("/request/postData/text").asString()))
                .isEqualTo(BINARY);
        assertThat(second.at("/request/postData/comment").asString()).isEqualTo("Cut: 4 of 5000 bytes were recorded.");
    }

    @Test
    void opensInTheNetworkPanelOfABrowser() throws IOException {
        String har = export(browser, "id=" + webhook() + "&id=" + socket()).body();

        List<Map<String, Object>> shown = DevTools.imported(har);

        assertThat(shown).hasSize(2);
        assertThat(shown.getFirst())
                .containsEntry("method", "POST")
                .containsEntry("url", "https://shop.tunnels.example/hook?a=1&b=%20")
                .containsEntry("status", 201L)
                .containsEntry("posted", "{\"invoice\":\"é\"}")
                .containsEntry("body", "thanks, thanks, thanks, thanks, thanks, thanks");
        assertThat(String.valueOf(shown.getFirst().get("requestHeaders"))).contains("X-Twice: 1, x-twice: 2");
        assertThat(((Number) shown.getFirst().get("duration")).doubleValue())
                .isEqualTo(0.015, org.assertj.core.data.Offset.offset(0.001));
        assertThat(shown.get(1)).containsEntry("type", "websocket");
        assertThat(String.valueOf(shown.get(1).get("frames"))).contains("send 1 hello", "receive 2 AAE=", "receive 8");
    }

    @Test
    void exportsOneObjectPerLineForPrograms() throws IOException {
        String webhook = webhook();
        String socket = socket();

        Answer answer = browser.open(
                "/api/v1/requests/export?format=jsonl&id=" + webhook + "&id=" + socket, "X-Team-Slug", "default-team");

        List<JsonNode> lines = new ArrayList<>();
        answer.body().lines().forEach(line -> lines.add(Gateway.JSON.readTree(line)));
        assertThat(answer.header("Content-Type").orElse("")).startsWith("application/x-ndjson");
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst().path("id").asString()).isEqualTo(webhook);
        byte[] body = Base64.getDecoder()
                .decode(lines.getFirst().at("/content/request_body/base64").asString());
        assertThat(new String(body, UTF_8)).isEqualTo("{\"invoice\":\"é\"}");
        assertThat(lines.get(1).path("id").asString()).isEqualTo(socket);
    }

    @Test
    void showsNothingToOtherTeamsAndNothingPrivate() throws IOException {
        String webhook = webhook();
        String quiet = recorded.of(ann, "quiet", "GET", "/", 200).add();
        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'quiet', true)")
                .param(ann)
                .update();

        assertThat(other.open("/other/requests/export?id=" + webhook).status()).isEqualTo(404);
        assertThat(export(other, "id=" + webhook).status()).isEqualTo(404);
        assertThat(export(browser, "id=" + quiet).status()).isEqualTo(404);
        JsonNode both = export(browser, "id=" + webhook + "&id=" + quiet).json();
        assertThat(both.at("/log/entries").size()).isEqualTo(1);
        assertThat(both.at("/log/comment").asString()).startsWith("1 of the 2 requests");
    }

    @Test
    void saysWhatIsLeftOutAndWhatIsWrong() {
        StringBuilder ids = new StringBuilder("format=har");
        for (int i = 0; i < 6; i++) {
            ids.append("&id=")
                    .append(recorded.of(ann, "shop", "GET", "/" + i, 200).add());
        }

        JsonNode cut = export(browser, ids.toString()).json();

        assertThat(cut.at("/log/entries").size()).isEqualTo(5);
        assertThat(cut.at("/log/comment").asString()).isEqualTo("Cut: the first 5 of 6 requests.");
        assertThat(browser.open("/api/v1/requests/export?format=xml", "X-Team-Slug", "default-team")
                        .text("message"))
                .startsWith("format:");
    }

    @Test
    void exportsAWholeSearchUpToItsLimit() {
        for (int i = 0; i < 7; i++) {
            recorded.of(ann, i < 2 ? "rare" : "often", "DELETE", "/searched/" + i, 200)
                    .add();
        }

        JsonNode rare = export(browser, "q=tunnel:rare%20method:DELETE").json();
        JsonNode often = export(browser, "q=method:DELETE").json();
        JsonNode none = export(browser, "q=path:/nothing-like-this").json();
        Answer wrong = browser.open("/api/v1/requests/export?q=status:many", "X-Team-Slug", "default-team");

        assertThat(rare.at("/log/entries").size()).isEqualTo(2);
        assertThat(rare.at("/log/entries/0/request/url").asString()).endsWith("/searched/1");
        assertThat(rare.at("/log/comment").isMissingNode()).isTrue();
        assertThat(often.at("/log/entries").size()).isEqualTo(5);
        assertThat(often.at("/log/comment").asString()).startsWith("Cut: the newest 5 requests");
        assertThat(none.at("/log/entries").isEmpty()).isTrue();
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text("message")).startsWith("q: ");
        assertThat(other.open("/other/requests/export?q=method:DELETE")
                        .json()
                        .at("/log/entries")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void notesWhoTookWhatAndBodiesWhereTheTeamAsks() throws IOException {
        String webhook = webhook();
        gateway.sql().sql("""
                        insert into team_capture (team_id, audit_bodies) select id, true from team
                        where slug = 'default-team' on conflict (team_id) do update set audit_bodies = true
                        """).update();

        export(browser, "id=" + webhook);

        assertThat(gateway.sql()
                        .sql("select action || ' ' || actor_label from audit_event where subject = ? order by id")
                        .param(webhook)
                        .query(String.class)
                        .list())
                .containsExactly("requests.exported bob@example.com", "request.body_opened bob@example.com");
    }
}
