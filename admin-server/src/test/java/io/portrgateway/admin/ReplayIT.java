package io.portrgateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.replay.ReplayInside;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Recorded requests that are sent again: what is left for the nodes, who may, what is refused, and what is said about it. */
@Timeout(120)
class ReplayIT {

    private static final byte[] BINARY = new byte[256];

    static {
        for (int i = 0; i < BINARY.length; i++) {
            BINARY[i] = (byte) i;
        }
    }

    private static Gateway gateway;
    private static ApiShapes shapes;
    private static Tunnels tunnels;
    private static Recorded recorded;
    private static long ann;
    private static long bob;
    private static Browser annsBrowser;
    private static Browser bobsBrowser;
    private static Browser evesBrowser;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_TUNNEL_URL", "tunnels.example",
                "PORTR_REPLAY_BATCH", "20",
                "PORTR_REPLAY_MAX_BODY", "4KiB",
                "PORTR_REPLAY_BATCH_SIZE", "8KiB",
                "PORTR_REPLAY_RATE_PER_MEMBER", "0");
        shapes = new ApiShapes(gateway);
        tunnels = new Tunnels(gateway);
        recorded = new Recorded(gateway);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        bob = members.id(members.add("bob@example.com", "default-team", "member"));
        members.add("eve@example.com", "other", "admin");
        annsBrowser = Browser.signedIn(gateway, "ann@example.com");
        bobsBrowser = Browser.signedIn(gateway, "bob@example.com");
        evesBrowser = Browser.signedIn(gateway, "eve@example.com");
    }

    @AfterAll
    static void stop() {
        annsBrowser.close();
        bobsBrowser.close();
        evesBrowser.close();
        gateway.close();
    }

    @BeforeEach
    void forget() {
        gateway.sql().sql("delete from replay").update();
        gateway.sql().sql("delete from replay_batch").update();
        gateway.sql().sql("delete from tunnel_capture").update();
        gateway.sql().sql("delete from lease").update();
        gateway.sql().sql("delete from audit_event").update();
        tunnels.removeAll();
    }

    private static String hook() {
        return recorded.of(ann, "shop", "POST", "/hook?a=1&a=2", 200)
                .requestHeaders(
                        "Host",
                        "shop.tunnels.example",
                        "X-Twice",
                        "1",
                        "Content-Type",
                        "application/octet-stream",
                        "Content-Length",
                        "256",
                        "x-twice",
                        "é",
                        "Connection",
                        "keep-alive, X-Hop",
                        "X-Hop",
                        "1")
                .with("request_trailers", "[[\"X-Sum\",\"9\"]]")
                .body(Direction.TO_UPSTREAM, BINARY)
                .add();
    }

    private static String send(Browser browser, String id, String... fields) {
        Answer answer = submit(browser, id, fields);
        String path = answer.response().uri().getPath();
        assertThat(path).as(answer.body()).startsWith("/default-team/replays/");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static Answer submit(Browser browser, String id, String... fields) {
        return browser.submit(browser.open("/design"), "/default-team/requests/" + id + "/replay", fields);
    }

    private static Map<String, Object> row() {
        return gateway.sql().sql("select * from replay").query().singleRow();
    }

    private static long rows() {
        return gateway.sql()
                .sql("select count(*) from replay")
                .query(Long.class)
                .single();
    }

    @Test
    void sendsTheVeryBytesAgainInTheirOrder() {
        String id = hook();
        String connection = tunnels.serve(tunnels.live(ann, "shop"));

        String batch = send(annsBrowser, id, "exact", "1");

        Map<String, Object> row = row();
        assertThat(row)
                .containsEntry("batch_id", batch)
                .containsEntry("connection_id", connection)
                .containsEntry("membership_id", ann)
                .containsEntry("original_id", id)
                .containsEntry("method", "POST")
                .containsEntry("target", "/hook?a=1&a=2")
                .containsEntry("state", "waiting");
        assertThat((byte[]) row.get("body")).isEqualTo(BINARY);
        assertThat(Gateway.JSON.readTree(row.get("headers").toString())).isEqualTo(Gateway.JSON.readTree("""
                        [["Host","shop.tunnels.example"],["X-Twice","1"],["Content-Type","application/octet-stream"],
                         ["Content-Length","256"],["x-twice","\u00c3\u00a9"]]
                        """));
        assertThat(row.get("trailers").toString()).isEqualTo("[[\"X-Sum\", \"9\"]]");
        assertThat(gateway.sql()
                        .sql(
                                "select detail::text from audit_event where action = 'request.replayed' and subject = 'POST /hook'")
                        .query(String.class)
                        .single())
                .contains("\"requests\": \"1\"", "\"tunnel\": \"shop\"")
                .doesNotContain("a=1");
    }

    @Test
    void sendsWhatWasEdited() {
        String id = hook();
        tunnels.serve(tunnels.live(ann, "shop"));
        String other = tunnels.serve(tunnels.live(bob, "api"));

        send(
                annsBrowser,
                id,
                "method",
                "PUT",
                "target",
                "/other?x=%20",
                "headers",
                "X-New: ü\r\nX-Twice: 1\r\nX-New: 2",
                "bodyKind",
                "text",
                "body",
                "line\r\nünd\r\n",
                "charset",
                "ISO-8859-1",
                "tunnel",
                other,
                "times",
                "3",
                "rate",
                "2");

        List<Map<String, Object>> all = gateway.sql()
                .sql("select *, extract(epoch from not_before - created_at) as delay from replay order by position")
                .query()
                .listOfRows();
        assertThat(all).hasSize(3).allSatisfy(row -> {
            assertThat(row).containsEntry("method", "PUT").containsEntry("target", "/other?x=%20");
            assertThat(row).containsEntry("connection_id", other);
            assertThat((byte[]) row.get("body"))
                    .isEqualTo(new byte[] {'l', 'i', 'n', 'e', '\n', (byte) 0xfc, 'n', 'd', '\n'});
            assertThat(row.get("headers").toString())
                    .isEqualTo(
                            "[[\"Host\", \"api.tunnels.example\"], [\"X-New\", \"\u00c3\u00bc\"], [\"X-Twice\", \"1\"],"
                                    + " [\"Content-Length\", \"9\"], [\"X-New\", \"2\"]]");
        });
        assertThat(all)
                .extracting(row -> ((Number) row.get("delay")).doubleValue())
                .containsExactly(0.0, 0.5, 1.0);
    }

    @Test
    void sendsAFileInPlaceOfTheBody() {
        String id = hook();
        tunnels.serve(tunnels.live(ann, "shop"));
        String token = Browser.csrf(annsBrowser.open("/design"));
        String form = """
                --part\r
                Content-Disposition: form-data; name="_csrf"\r
                \r
                %s\r
                --part\r
                Content-Disposition: form-data; name="method"\r
                \r
                POST\r
                --part\r
                Content-Disposition: form-data; name="target"\r
                \r
                /hook\r
                --part\r
                Content-Disposition: form-data; name="bodyKind"\r
                \r
                file\r
                --part\r
                Content-Disposition: form-data; name="file"; filename="x.bin"\r
                Content-Type: application/octet-stream\r
                \r
                fi\0le\r
                --part--\r
                """.formatted(token);

        Answer sent = sendFile(id, form);

        assertThat(sent.response().uri().getPath()).as(sent.body()).contains("/replays/");
        assertThat((byte[]) row().get("body")).isEqualTo("fi\0le".getBytes(UTF_8));
        Answer tooLong = sendFile(id, form.replace("fi\0le", "x".repeat(5000)));
        assertThat(tooLong.status()).isEqualTo(400);
        assertThat(tooLong.body()).contains("PORTR_REPLAY_MAX_BODY");
        // not even read
        Answer tooLarge = sendFile(id, form.replace("fi\0le", "x".repeat(1_000_000)));
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.body()).contains("too large");
    }

    private static Answer sendFile(String id, String form) {
        return annsBrowser.send(
                "POST", "/default-team/requests/" + id + "/replay", "multipart/form-data; boundary=part", form);
    }

    @Test
    void refusesWhatWouldBeAnotherRequestAndNamesTheField() {
        String id = hook();
        tunnels.serve(tunnels.live(ann, "shop"));

        for (String[] wrong : new String[][] {
            {"method", "GET / HTTP/1.1\r\nX: y", "replay-method"},
            {"method", "", "replay-method"},
            {"target", "/a HTTP/1.1\r\nHost: evil\r\n\r\nGET /", "replay-target"},
            {"target", "http://169.254.169.254/", "replay-target"},
            {"headers", "Transfer-Encoding: chunked", "replay-headers"},
            {"headers", "X-A: a\0b", "replay-headers"},
            {"headers", "no colon", "replay-headers"},
            {"charset", "none", "replay-body"},
            {"body", "x".repeat(4097), "replay-body"},
            {"times", "21", "replay-times"},
            {"times", "0", "replay-times"},
            {"times", "many", "replay-times"},
            {"rate", "-1", "replay-rate"},
            {"rate", "NaN", "replay-rate"},
            {"tunnel", "01TUNNEL000000000000999999", "replay-tunnel"}
        }) {
            Map<String, String> fields = new java.util.LinkedHashMap<>(Map.of(
                    "method",
                    "POST",
                    "target",
                    "/hook",
                    "headers",
                    "",
                    "bodyKind",
                    "text",
                    "body",
                    "x",
                    "charset",
                    "UTF-8"));
            fields.put(wrong[0], wrong[1]);
            Answer answer = submit(
                    annsBrowser,
                    id,
                    fields.entrySet().stream()
                            .flatMap(field -> java.util.stream.Stream.of(field.getKey(), field.getValue()))
                            .toArray(String[]::new));

            assertThat(answer.status()).as(wrong[1]).isIn(400, 409);
            assertThat(answer.body())
                    .as(wrong[1])
                    .contains("Nothing was sent.")
                    .containsPattern("id=\"" + wrong[2] + "\"[^>]*aria-invalid=\"true\"");
        }
        assertThat(rows()).isZero();
    }

    @Test
    void refusesWhatWasNotRecordedWhole() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String truncated = recorded.of(ann, "shop", "POST", "/big", 200)
                .body(Direction.TO_UPSTREAM, new byte[1024], 5000)
                .add();
        String metadata = recorded.of(ann, "shop", "POST", "/meta", 200)
                .with("request_bytes", 77L)
                .add();
        String socket = recorded.of(ann, "shop", "GET", "/socket", 101)
                .requestHeaders("Upgrade", "WebSocket", "Connection", "Upgrade")
                .add();
        String query =
                recorded.of(ann, "shop", "GET", "/q?token=[redacted]", 200).add();

        assertThat(submit(annsBrowser, truncated, "exact", "1").body())
                .contains("Only 1.0 KiB of the 4.9 KiB of its body were recorded.", "PORTR_CAPTURE_BODY");
        assertThat(submit(annsBrowser, truncated, "method", "POST", "target", "/big", "bodyKind", "keep")
                        .status())
                .isEqualTo(409);
        assertThat(submit(annsBrowser, metadata, "exact", "1").body()).contains("None of the 77 B of its body");
        assertThat(submit(annsBrowser, query, "exact", "1").body()).contains("redacted");
        assertThat(submit(annsBrowser, query, "method", "GET", "target", "/q?token=[redacted]", "bodyKind", "none")
                        .body())
                .contains("put the value in");
        assertThat(submit(annsBrowser, socket, "exact", "1").body()).contains("WebSocket");
        assertThat(submit(annsBrowser, socket, "method", "GET", "target", "/", "bodyKind", "none")
                        .body())
                .contains("WebSocket");
        assertThat(rows()).isZero();

        send(annsBrowser, truncated, "method", "POST", "target", "/big", "bodyKind", "text", "body", "small");
        assertThat(rows()).isOne();
    }

    @Test
    void leavesOutWhatWasRedactedAndSaysSo() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String id = recorded.of(ann, "shop", "GET", "/me", 200)
                .requestHeaders("Authorization", "Bearer [redacted]", "Accept", "*/*", "Cookie", "[redacted]")
                .add();

        Answer page = submit(annsBrowser, id, "exact", "1");

        assertThat(page.body()).contains("Authorization, Cookie");
        assertThat(row().get("headers").toString())
                .isEqualTo("[[\"Host\", \"shop.tunnels.example\"], [\"Accept\", \"*/*\"]]");
        assertThat(annsBrowser.open("/default-team/requests/" + id + "/replay").body())
                .contains("Authorization, Cookie")
                .doesNotContain("Bearer [redacted]");
    }

    @Test
    void saysHowToBringAnOfflineTunnelBack() {
        String id = hook();
        String gone = tunnels.live(ann, "shop");

        Answer refused = submit(annsBrowser, id, "exact", "1");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body())
                .contains("portr http 3000 --subdomain shop", "ssh -p 2222 -R shop:80:localhost:3000");
        assertThat(rows()).isZero();
        tunnels.update(gone, "status = 'closed'");
        String now = tunnels.serve(tunnels.live(bob, "shop"));
        send(annsBrowser, id, "exact", "1");
        assertThat(row()).containsEntry("connection_id", now);
    }

    @Test
    void keepsToTheTeamAndLeavesPrivateTunnelsToTheirOwners() {
        String id = hook();
        String shop = tunnels.serve(tunnels.live(ann, "shop"));
        String own = recorded.of(bob, "api", "GET", "/", 200).add();
        tunnels.serve(tunnels.live(bob, "api"));
        assertThat(evesBrowser.open("/default-team/requests/" + id + "/replay").status())
                .isEqualTo(404);
        assertThat(evesBrowser.open("/other/requests/" + id + "/replay").status())
                .isEqualTo(404);
        String batch = send(annsBrowser, id, "exact", "1");
        assertThat(bobsBrowser.open("/default-team/replays/" + batch).status()).isEqualTo(200);
        assertThat(evesBrowser.open("/other/replays/" + batch).status()).isEqualTo(404);

        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'shop', true)")
                .param(ann)
                .update();

        assertThat(bobsBrowser.open("/default-team/requests/" + id + "/replay").status())
                .isEqualTo(404);
        assertThat(submit(bobsBrowser, id, "exact", "1").status()).isEqualTo(404);
        assertThat(bobsBrowser.open("/default-team/replays/" + batch).status()).isEqualTo(404);
        assertThat(bobsBrowser.open("/default-team/replays").body()).doesNotContain(batch);
        assertThat(bobsBrowser
                        .submit(bobsBrowser.open("/design"), "/default-team/replays/" + batch + "/cancel")
                        .status())
                .isEqualTo(404);
        Answer into = submit(bobsBrowser, own, "method", "GET", "target", "/", "bodyKind", "none", "tunnel", shop);
        assertThat(into.status()).isEqualTo(409);
        assertThat(bobsBrowser.open("/default-team/requests/" + own + "/replay").body())
                .doesNotContain(shop);
        assertThat(rows()).isOne();
        send(annsBrowser, id, "exact", "1");
        assertThat(annsBrowser.open("/default-team/replays").body()).contains(batch);
    }

    @Test
    void sendsASelectionInItsOrderAllOrNothing() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String first = recorded.of(ann, "shop", "GET", "/first", 200).add();
        String second = recorded.of(ann, "shop", "GET", "/second", 200).add();
        String broken = recorded.of(ann, "shop", "POST", "/third", 200)
                .with("request_bytes", 9L)
                .add();

        Answer sent = annsBrowser.submit(
                annsBrowser.open("/design"), "/default-team/replays", "id", second, "id", first, "times", "2");
        assertThat(sent.response().uri().getPath()).as(sent.body()).contains("/replays/");
        assertThat(gateway.sql()
                        .sql("select target from replay order by position")
                        .query(String.class)
                        .list())
                .containsExactly("/second", "/first", "/second", "/first");
        assertThat(gateway.sql()
                        .sql("select target from replay order by not_before")
                        .query(String.class)
                        .list())
                .containsExactly("/second", "/first", "/second", "/first");

        Answer refused =
                annsBrowser.submit(annsBrowser.open("/design"), "/default-team/replays", "id", first, "id", broken);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body()).contains("Nothing was sent. Request " + broken);
        assertThat(annsBrowser
                        .submit(annsBrowser.open("/design"), "/default-team/replays")
                        .status())
                .isEqualTo(400);
        assertThat(rows()).isEqualTo(4);
    }

    @Test
    void boundsTheBodiesOfABatch() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String id = recorded.of(ann, "shop", "POST", "/", 200)
                .request("x ".repeat(1500))
                .add();

        Answer refused = submit(annsBrowser, id, "method", "POST", "target", "/", "bodyKind", "keep", "times", "3");

        assertThat(refused.body()).contains("PORTR_REPLAY_BATCH_SIZE");
        assertThat(rows()).isZero();
    }

    @Test
    void cancelsWhatNoNodeHasBegun() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String batch = send(annsBrowser, hook(), "method", "GET", "target", "/", "bodyKind", "none", "times", "3");
        gateway.sql()
                .sql("update replay set state = 'running' where position = 0")
                .update();

        Answer page = annsBrowser.submit(annsBrowser.open("/design"), "/default-team/replays/" + batch + "/cancel");

        assertThat(page.body()).contains("2 requests will not be sent.");
        assertThat(gateway.sql()
                        .sql("select state from replay order by position")
                        .query(String.class)
                        .list())
                .containsExactly("running", "cancelled", "cancelled");
        assertThat(gateway.sql()
                        .sql("select count(*) from audit_event where action = 'replay.cancelled'")
                        .query(Long.class)
                        .single())
                .isOne();
    }

    @Test
    void repliesInTheApiAsDescribed() {
        String path = "/api/v1/requests/{id}/replay";
        String id = hook();
        assertThat(shapes.check("POST", path, api("POST", "/requests/" + id + "/replay", "{}"))
                        .text("code"))
                .isEqualTo("tunnel_offline");
        tunnels.serve(tunnels.live(ann, "shop"));

        Answer exact = shapes.check("POST", path, api("POST", "/requests/" + id + "/replay", "{}"));
        assertThat(exact.status()).isEqualTo(202);
        assertThat(exact.json().path("replays").path(0).path("original_id").asString())
                .isEqualTo(id);
        assertThat((byte[]) row().get("body")).isEqualTo(BINARY);
        gateway.sql().sql("delete from replay").update();

        Answer edited = shapes.check("POST", path, api("POST", "/requests/" + id + "/replay", """
                {"method":"PATCH","target":"/x","headers":[{"name":"X-A","value":"1"}],"body_base64":"AAH/",
                 "times":2,"rate":0.5,"tunnel":"shop"}
                """));
        JsonNode batch = edited.json();
        assertThat(edited.status()).isEqualTo(202);
        assertThat(batch.path("edited").asBoolean()).isTrue();
        assertThat(batch.path("rate").asDouble()).isEqualTo(0.5);
        assertThat(gateway.sql()
                        .sql("select body from replay")
                        .query(byte[].class)
                        .list())
                .hasSize(2)
                .allSatisfy(body -> assertThat(body).containsExactly(0, 1, -1));
        gateway.sql()
                .sql("update replay set state = 'failed', failure = 'timeout', started_at = now(), finished_at = now()"
                        + " where position = 0")
                .update();

        String one = batch.path("id").asString();
        Answer shown = shapes.check(
                "GET",
                "/api/v1/replays/{batch}",
                annsBrowser.open("/api/v1/replays/" + one, "X-Team-Slug", "default-team"));
        assertThat(shown.json().path("failed").asInt()).isOne();
        Answer cancelled = shapes.check(
                "POST", "/api/v1/replays/{batch}/cancel", api("POST", "/replays/" + one + "/cancel", "{}"));
        assertThat(cancelled.text("state")).isEqualTo("finished");

        for (String wrong : List.of(
                "{\"method\":\"A B\"}",
                "{\"target\":\"/a\\r\\nX: y\"}",
                "{\"headers\":[{\"name\":\"X\",\"value\":\"a\\r\\nY: b\"}]}",
                "{\"headers\":[{\"name\":\"Host\",\"value\":\"evil\"}]}",
                "{\"headers\":[{\"value\":\"evil\"}]}",
                "{\"headers\":\"x\"}",
                "{\"body_base64\":\"?\"}",
                "{\"times\":0}",
                "{\"rate\":1000}")) {
            assertThat(shapes.check("POST", path, api("POST", "/requests/" + id + "/replay", wrong))
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(shapes.check("POST", path, api("POST", "/requests/none/replay", "{}"))
                        .status())
                .isEqualTo(404);
        String socket = recorded.of(ann, "shop", "GET", "/", 101).add();
        assertThat(shapes.check("POST", path, api("POST", "/requests/" + socket + "/replay", "{}"))
                        .text("code"))
                .isEqualTo("not_replayable");
    }

    private static Answer api(String method, String path, String body) {
        return annsBrowser.api(method, path, "default-team", body);
    }

    @Test
    void needsTheScopeToWrite() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String id = hook();
        JsonNode token = annsBrowser
                .api("POST", "/account/tokens", "default-team", "{\"name\":\"reader\",\"scopes\":[\"read\"]}")
                .json();
        String value = token.path("token").asString(token.path("value").asString(""));

        Answer refused = gateway.post(
                "/api/v1/requests/" + id + "/replay",
                "{}",
                "X-Team-Slug",
                "default-team",
                "Authorization",
                "Bearer " + value);

        assertThat(refused.status()).as(token.toString()).isEqualTo(403);
        assertThat(refused.text("code")).isEqualTo("missing_scope");
        assertThat(rows()).isZero();
    }

    @Test
    void removesOldOnesWithWhatTheySent() {
        tunnels.serve(tunnels.live(ann, "shop"));
        String old = send(annsBrowser, hook(), "exact", "1");
        String young = send(annsBrowser, hook(), "exact", "1");
        gateway.sql()
                .sql("update replay_batch set created_at = ? where id = ?")
                .params(Tunnels.time(Duration.ofDays(8)), old)
                .update();

        assertThat(ReplayInside.removeOld(gateway.context)).isOne();

        assertThat(gateway.sql()
                        .sql("select batch_id from replay")
                        .query(String.class)
                        .list())
                .containsExactly(young);
    }
}
