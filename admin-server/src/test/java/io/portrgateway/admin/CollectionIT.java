package io.portrgateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.har.HarRules;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Collections: from HAR files and from what was recorded, and out again.
 *
 * <p>{@code chromium.har} was recorded by Chromium 156: one tab had the DevTools front end that Chromium serves on its debugging
 * port, attached to another tab, which loaded a small page (styles, a picture, gzipped JSON, posts, a redirect, a 404, a
 * WebSocket); the front end's own {@code NetworkLog} and HAR {@code Writer} then wrote the file, as "Export HAR (with sensitive
 * data)" does. Afterwards only the port in its URLs was changed.
 */
@Timeout(120)
class CollectionIT {

    private static final String PAGE = "/default-team/collections";

    private static Gateway gateway;
    private static Recorded recorded;
    private static long ann;
    private static Browser browser;
    private static Browser bob;
    private static Browser eve;
    private static Screen screen;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_HAR_MAX_UPLOAD", "256KiB",
                "PORTR_COLLECTION_MAX_REQUESTS", "20",
                "PORTR_COLLECTIONS_MAX_BYTES", "1MiB");
        recorded = new Recorded(gateway);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        members.add("bob@example.com", "default-team", "member");
        members.add("eve@example.com", "other", "admin");
        browser = Browser.signedIn(gateway, "ann@example.com");
        bob = Browser.signedIn(gateway, "bob@example.com");
        eve = Browser.signedIn(gateway, "eve@example.com");
        screen = new Screen(gateway).signIn("ann@example.com");
    }

    @AfterAll
    static void stop() {
        browser.close();
        bob.close();
        eve.close();
        gateway.close();
    }

    private static String chromium() throws IOException {
        try (InputStream file = CollectionIT.class.getResourceAsStream("har/chromium.har")) {
            return new String(file.readAllBytes(), UTF_8);
        }
    }

    private static Answer take(String file) {
        return browser.api("POST", "/collections/import?name=Shop", "default-team", file);
    }

    private static String taken(String file) {
        Answer answer = take(file);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.text("id");
    }

    private static JsonNode exported(String id) {
        Answer answer = browser.open("/api/v1/collections/" + id + "/export", "X-Team-Slug", "default-team");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    private static String recordedRequest() {
        return recorded.of(ann, "shop", "POST", "/hook?a=1", 201)
                .requestHeaders("Content-Type", "text/plain; charset=utf-8", "X-Twice", "1", "x-twice", "é")
                .responseHeaders("Content-Type", "application/octet-stream")
                .with("request_trailers", "[[\"X-Sum\",\"1\"]]")
                .request("grüße")
                .body(Direction.TO_VISITOR, new byte[] {0, 1, (byte) 0xff}, 4_000)
                .add();
    }

    @Test
    void givesBackWhatItWasGiven() {
        String socket = recorded.of(ann, "shop", "GET", "/socket", 101)
                .requestHeaders("Upgrade", "websocket")
                .frame(Direction.TO_UPSTREAM, "text", "hi")
                .frame(Direction.TO_VISITOR, "event", "tick")
                .add();
        String file = browser.open("/default-team/requests/export?id=" + recordedRequest() + "&id=" + socket)
                .body();

        String id = taken(file);

        assertThat(exported(id)).isEqualTo(Gateway.JSON.readTree(file));
    }

    @Test
    void takesWhatABrowserExportedAndGivesItBackToOne() throws IOException {
        String id = taken(chromium());

        JsonNode har = exported(id);

        HarRules.check(har);
        assertThat(exported(taken(har.toString()))).isEqualTo(har);
        JsonNode entries = har.at("/log/entries");
        assertThat(entries.size()).isEqualTo(11);
        assertThat(entries.at("/5/request/postData/text").asString()).isEqualTo("{\"name\":\"Jörg\",\"total\":12.5}");
        assertThat(entries.at("/6/request/postData/text").asString()).isEqualTo("a=1+2&b=%26");
        assertThat(entries.at("/7/response/redirectURL").asString()).isEqualTo("/style.css");
        assertThat(entries.at("/3/response/content/text").asString()).contains("Grüße");
        assertThat(entries.at("/2/response/content/encoding").asString()).isEqualTo("base64");
        assertThat(entries.at("/10/_webSocketMessages/0/data").asString()).isEqualTo("hello");
        List<Map<String, Object>> before = DevTools.imported(chromium());
        List<Map<String, Object>> after = DevTools.imported(har.toString());
        for (int i = 0; i < before.size(); i++) {
            for (String field : List.of("method", "url", "status", "requestHeaders", "responseHeaders", "body")) {
                assertThat(String.valueOf(after.get(i).get(field)))
                        .as(field + " of entry " + (i + 1))
                        .isEqualTo(String.valueOf(before.get(i).get(field)));
            }
            assertThat(String.valueOf(after.get(i).get("posted")))
                    .isEqualTo(String.valueOf(before.get(i).get("posted")));
            assertThat(String.valueOf(after.get(i).get("frames")))
                    .isEqualTo(String.valueOf(before.get(i).get("frames")));
        }
    }

    @Test
    void keepsRecordedRequestsBeyondTheirEnd() {
        String request = recordedRequest();
        Answer made = browser.api(
                "POST",
                "/collections",
                "default-team",
                "{\"name\":\"Kept\",\"request_ids\":[\"%s\"]}".formatted(request));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        gateway.sql().sql("delete from exchange where id = ?").param(request).update();

        JsonNode entry = exported(made.text("id")).at("/log/entries/0");

        assertThat(entry.at("/_portr/id").asString()).isEqualTo(request);
        assertThat(entry.at("/request/_trailers/0/name").asString()).isEqualTo("X-Sum");
        byte[] stored = gateway.sql()
                .sql("select entry from collection_item where collection_id = ?")
                .param(made.text("id"))
                .query(byte[].class)
                .single();
        assertThat(new String(stored, UTF_8)).doesNotContain("tunnels.example");
        assertThat(browser.api("POST", "/collections", "default-team", "{\"name\":\"x\",\"request_ids\":[\"nothing\"]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void namesTheMistakeAndKeepsNothingOfTheFile() throws IOException {
        long before = collections();
        ObjectNode file = (ObjectNode) Gateway.JSON.readTree(chromium());
        ((ObjectNode) file.at("/log/entries/4/request")).put("method", "GET /x");

        Answer refused = take(file.toString());

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("message")).startsWith("Entry 5, request.method: \"GET /x\"");
        assertThat(take("{\"log\":{\"entries\":[]}}").text("message")).isEqualTo("There is no request in it.");
        assertThat(take("[1]").status()).isEqualTo(400);
        assertThat(collections()).isEqualTo(before);
    }

    @Test
    void keepsToItsLimits() throws IOException {
        JsonNode file = Gateway.JSON.readTree(chromium());
        tools.jackson.databind.node.ArrayNode entries = (tools.jackson.databind.node.ArrayNode) file.at("/log/entries");
        entries.addAll(entries.deepCopy());

        assertThat(take(file.toString()).text("message")).startsWith("There are more than 20 requests");
        assertThat(take(chromium() + " ".repeat(300_000)).status()).isEqualTo(413);
        gateway.sql().sql("update collection set stored_bytes = stored_bytes").update();
        String full = taken(chromium());
        gateway.sql()
                .sql("update collection set stored_bytes = 1048000 where id = ?")
                .param(full)
                .update();
        assertThat(take(chromium()).text("message")).contains("PORTR_COLLECTIONS_MAX_BYTES");
        assertThat(browser.api("DELETE", "/collections/" + full, "default-team", "")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void isForItsTeamAndDeletedByWhoMadeItOrAnAdmin() throws IOException {
        String id = taken(chromium());

        assertThat(eve.open("/other/collections/" + id).status()).isEqualTo(404);
        assertThat(eve.open("/api/v1/collections/" + id + "/export", "X-Team-Slug", "other")
                        .status())
                .isEqualTo(404);
        assertThat(eve.api("DELETE", "/collections/" + id, "other", "").status())
                .isEqualTo(404);
        assertThat(bob.open("/api/v1/collections/" + id, "X-Team-Slug", "default-team")
                        .json()
                        .path("requests")
                        .size())
                .isEqualTo(11);
        assertThat(bob.api("DELETE", "/collections/" + id, "default-team", "").status())
                .isEqualTo(403);
        try (Browser admin = Browser.signedIn(gateway, "admin@localhost")) {
            assertThat(admin.api("DELETE", "/collections/" + id, "default-team", "")
                            .status())
                    .isEqualTo(204);
        }
        assertThat(browser.open(PAGE + "/" + id).status()).isEqualTo(404);
    }

    @Test
    void takesNoFilesFromStrangersAndNowhereElse() {
        String form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n";
        String type = "multipart/form-data; boundary=b";

        try (Browser stranger = new Browser(gateway)) {
            assertThat(stranger.send("POST", "/default-team/collections/import", type, form)
                            .status())
                    .isEqualTo(403);
            assertThat(stranger.send("POST", "/sign-in", type, form).status()).isEqualTo(403);
        }
        assertThat(browser.send("POST", "/account/theme", type, form).status()).isEqualTo(415);
        assertThat(browser.send("POST", "/default-team/collections/import", type, form)
                        .status())
                .as("without its CSRF token")
                .isEqualTo(403);
    }

    @Test
    void keepsARequestFromItsPage() {
        String request = recordedRequest();
        screen.open("/default-team/requests/" + request);
        screen.click("Keep");
        screen.check("request-keep");
        screen.type("#keep-name", "Kept one")
                .find("dialog[open] .button.primary")
                .click();

        screen.waitFor("Everybody in the team sees it, and it stays");

        assertThat(screen.find("h1").getText()).isEqualTo("Kept one");
    }

    @Test
    void sendsRequestsIntoALiveTunnel() throws IOException {
        Tunnels tunnels = new Tunnels(gateway);
        String id = taken(chromium());
        String closed = "{\"positions\":[6,7],\"tunnel\":\"shop\"}";
        assertThat(browser.api("POST", "/collections/" + id + "/replay", "default-team", closed)
                        .status())
                .isEqualTo(409);
        tunnels.serve(tunnels.live(ann, "shop"));

        Answer socket = browser.api(
                "POST", "/collections/" + id + "/replay", "default-team", "{\"positions\":[11],\"tunnel\":\"shop\"}");
        Answer begun = browser.api("POST", "/collections/" + id + "/replay", "default-team", closed);

        assertThat(socket.text("message")).startsWith("Request 11 opened a WebSocket");
        assertThat(begun.status()).as(begun.body()).isEqualTo(202);
        assertThat(begun.json().path("count").asInt()).isEqualTo(2);
        List<Map<String, Object>> rows =
                gateway.sql().sql("""
                        select method, target, headers::text as headers, convert_from(body, 'UTF8') as body from replay
                        where batch_id = ? order by position
                        """).param(begun.text("replay_id")).query().listOfRows();
        assertThat(rows).extracting("target").containsExactly("/api/orders", "/form");
        assertThat(rows.getFirst().get("body")).isEqualTo("{\"name\":\"Jörg\",\"total\":12.5}");
        assertThat(String.valueOf(rows.getFirst().get("headers")))
                .contains("application/json", "shop.")
                .doesNotContain("keep-alive", "localhost:8080\"], [\"Origin");
        gateway.sql().sql("delete from lease").update();
        tunnels.removeAll();
    }

    @Test
    void importsAndShowsThemInTheBrowser() throws IOException {
        gateway.sql().sql("delete from collection").update();
        Path file = Files.writeString(directory.resolve("Check out.har"), chromium());
        Path wrong =
                Files.writeString(directory.resolve("wrong.har"), chromium().replace("\"GET\"", "\"G T\""));
        screen.open(PAGE).check("collections-empty");

        screen.find("#file").sendKeys(wrong.toString());
        screen.click("Import");
        screen.waitFor("Entry 1, request.method");
        screen.forgetConsole().check("collections-refused");
        screen.open(PAGE).find("#file").sendKeys(file.toString());
        screen.click("Import");
        screen.waitFor("11 requests imported.");
        screen.check("collection");
        Tunnels tunnels = new Tunnels(gateway);
        tunnels.serve(tunnels.live(ann, "shop"));
        screen.open(screen.path()).check("collection-replay");
        screen.find("input[name=position][value='6']").click();
        screen.click("Replay");
        screen.waitFor("/api/orders");
        assertThat(screen.path()).contains("/replays/");
        gateway.sql().sql("delete from lease").update();
        tunnels.removeAll();
        screen.open(PAGE).click("Check out");
        screen.find("a[href$='/requests/6']").click();
        screen.waitFor("Jörg").check("collection-request");
        screen.click("Check out");
        screen.click("Delete");
        screen.check("collection-delete");
        screen.click("Delete collection");
        screen.waitFor("Collection Check out is deleted.");
    }

    private static long collections() {
        return gateway.sql()
                .sql("select count(*) from collection")
                .query(Long.class)
                .single();
    }
}
