package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.exchange.Direction;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** One request over HTTP: what hostile content becomes, who sees what through links, and what is written down. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DetailIT {

    private static final List<String> ATTACKS = List.of(
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "'><svg onload=alert(1)>",
            "</pre></textarea></title><script>alert(1)</script>",
            "<!--<script>-->",
            "${123457*7}[[${123457*7}]]__${123457*7}__",
            "javascript:alert(1)",
            "&lt;script&gt;",
            "\u0000<script\u0000>",
            "\u202e<b>");

    /** Markup that only an attack can have brought. */
    private static final Pattern HARM =
            Pattern.compile("<script>|<img src=x|<svg onload|<b>|onerror=alert\\(1\\)>|864199");

    private static final Pattern SHARE = Pattern.compile("/share/([0-9a-f]{64})");

    private static Gateway gateway;
    private static Recorded recorded;
    private static long ann;
    private static Browser annBrowser;
    private static Browser bob;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_SHARE_RATE_PER_ADDRESS", "150");
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        members.add("bob@example.com", "default-team", "member");
        recorded = new Recorded(gateway);
        annBrowser = Browser.signedIn(gateway, "ann@example.com");
        bob = Browser.signedIn(gateway, "bob@example.com");
    }

    @AfterAll
    static void stop() {
        annBrowser.close();
        bob.close();
        gateway.close();
    }

    private static String path(String id) {
        return "/default-team/requests/" + id;
    }

    private static void assertHarmless(String what, Answer answer) {
        assertThat(answer.status()).as(what).isEqualTo(200);
        String body = answer.body();
        Matcher harm = HARM.matcher(body);
        assertThat(
                        harm.find()
                                ? body.substring(
                                        Math.max(0, harm.start() - 100), Math.min(body.length(), harm.end() + 40))
                                : "")
                .as(what)
                .isEmpty();
        assertThat(body).as(what).doesNotContain("\u0000");
        assertThat(answer.header("Content-Security-Policy").orElse("")).contains("script-src 'self'");
    }

    @Test
    void showsHostileContentAsText() {
        for (String attack : ATTACKS) {
            String safe = attack.replace("\u0000", "");
            String json = Gateway.JSON.writeValueAsString(
                    java.util.Map.of(attack, List.of(attack, java.util.Map.of("k", attack))));
            String multipart = "--b\r\nContent-Disposition: form-data; name=\"" + safe.replace("\"", "")
                    + "\"; filename=\"" + safe.replace("\"", "") + "\"\r\nContent-Type: " + safe + "\r\n\r\n" + attack
                    + "\r\n--b--\r\n";
            for (String[] kind : new String[][] {
                {"application/json", json},
                {"application/json", json.substring(0, json.length() - 3)},
                {"application/x-www-form-urlencoded", attack + "=" + attack + "&a=" + attack},
                {"multipart/form-data; boundary=b", multipart},
                {"text/html", "<html>" + attack},
                {"application/xml", "<a x='1'>" + attack.replace("<", "&lt;").replace("&amp;", "&") + "</a>"},
                {"image/svg+xml", "<svg xmlns='x'>" + attack + "</svg>"},
                {"text/plain", attack},
                {"application/octet-stream", "\u0001\u0002\u0000" + attack},
                {safe, attack}
            }) {
                String id = recorded.of(ann, "xss", safe, "/" + safe + "?" + safe + "=" + safe, 200)
                        .with("authority", safe)
                        .with("visitor_address", safe)
                        .with("node", safe)
                        .with("session", safe)
                        .with("http_version", safe)
                        .with("tls", safe)
                        .with("replay_of", safe)
                        .requestHeaders(
                                safe,
                                safe,
                                "Content-Type",
                                kind[0],
                                "Cookie",
                                safe + "=" + safe,
                                "Authorization",
                                safe + " x",
                                "Cache-Control",
                                safe)
                        .responseHeaders(
                                safe,
                                safe,
                                "Content-Type",
                                kind[0],
                                "Set-Cookie",
                                safe + "=" + safe + "; Path=" + safe,
                                "Content-Encoding",
                                safe,
                                "WWW-Authenticate",
                                safe)
                        .with("request_trailers", "[[\"x\",\"y\"]]")
                        .request(kind[1])
                        .response(kind[1])
                        .frame(Direction.TO_VISITOR, "text", attack)
                        .frame(Direction.TO_UPSTREAM, "binary", json)
                        .frame(Direction.TO_VISITOR, "event", attack)
                        .add();
                String what = attack + " in " + kind[0];
                assertHarmless(what, annBrowser.open(path(id)));
                for (String view : List.of("tree", "pretty", "text", "hex", "fields", "parts")) {
                    assertHarmless(
                            what + " as " + view, annBrowser.open(path(id) + "/body/toUpstream/view?as=" + view));
                }
                assertHarmless(what + " copied", annBrowser.open(path(id) + "/copy"));
                assertHarmless(what + " messages", annBrowser.open(path(id) + "/messages"));
                assertHarmless(what + " message", annBrowser.open(path(id) + "/messages/1"));
            }
        }
    }

    @Test
    void givesBodiesAsThingsToKeepAndOnlyPicturesToLookAt() {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0};
        String id = recorded.of(ann, "files", "POST", "/", 200)
                .requestHeaders("Content-Type", "text/html")
                .responseHeaders("Content-Type", "text/html")
                .request("<script>alert(1)</script>")
                .body(Direction.TO_VISITOR, png)
                .add();

        Answer page = annBrowser.open(path(id) + "/body/toUpstream");
        assertThat(page.header("Content-Type")).contains("application/octet-stream");
        assertThat(page.header("Content-Disposition").orElse(""))
                .startsWith("attachment")
                .contains(".txt");
        Answer picture = annBrowser.open(path(id) + "/body/toVisitor");
        assertThat(picture.header("Content-Type")).contains("image/png");
        assertThat(picture.header("Content-Disposition").orElse("")).startsWith("inline");
        for (Answer answer : List.of(page, picture)) {
            assertThat(answer.headers("Content-Security-Policy")).containsExactly("default-src 'none'; sandbox");
            assertThat(answer.headers("X-Content-Type-Options")).containsExactly("nosniff");
            assertThat(answer.header("Cache-Control").orElse("")).contains("no-store");
        }
        assertThat(annBrowser.open(path(id) + "/body/sideways").status()).isEqualTo(404);
    }

    @Test
    void answersThePaneAloneToHtmx() {
        String id = recorded.of(ann, "pane", "GET", "/pane", 200).add();

        Answer pane = annBrowser.open(path(id), "HX-Request", "true");

        assertThat(pane.body().strip()).startsWith("<article").endsWith("</article>");
        assertThat(pane.header("Vary").orElse("")).containsIgnoringCase("HX-Request");
        assertThat(annBrowser.open(path(id)).body()).contains("<html");
    }

    private static String share(Browser browser, String id, String... fields) {
        Answer made = browser.submit(browser.open(path(id)), path(id) + "/shares", fields);
        Matcher token = SHARE.matcher(made.body());
        assertThat(token.find()).as(made.body()).isTrue();
        return "/share/" + token.group(1);
    }

    private static String sharable(String subdomain) {
        return recorded.of(ann, subdomain, "POST", "/hook", 200)
                .with("visitor_address", "203.0.113.99")
                .with("session", "session-of-ann")
                .requestHeaders(
                        "Authorization",
                        "Bearer topsecret",
                        "Cookie",
                        "s=topsecret",
                        "X-Custom",
                        "topsecret",
                        "X-Seen",
                        "seen-value",
                        "Content-Type",
                        "application/json")
                .responseHeaders("Set-Cookie", "s=topsecret")
                .request("{\"body\":\"body-value\"}")
                .frame(Direction.TO_VISITOR, "text", "frame-value")
                .add();
    }

    @Test
    void sharesWithoutBodiesUnlessAsked() {
        String id = sharable("share");
        String hidden = "authorization, Cookie\nset-cookie x-custom";
        int known = events("share_link.made");

        String link = share(annBrowser, id, "lifetime", "1h", "hidden", hidden);
        Answer seen = gateway.get(link);

        assertThat(seen.status()).isEqualTo(200);
        assertThat(seen.body())
                .contains("seen-value", "[hidden]", "chose not to show bodies")
                .doesNotContain(
                        "topsecret", "body-value", "203.0.113.99", "session-of-ann", "ann@example.com", "default-team");
        assertThat(seen.header("X-Robots-Tag")).contains("noindex, nofollow");
        assertThat(seen.header("Cache-Control").orElse("")).contains("no-store");
        assertThat(seen.header("Referrer-Policy")).contains("no-referrer");
        for (String part : List.of("/body/toUpstream", "/body/toUpstream/view", "/messages", "/messages/1")) {
            assertThat(gateway.get(link + part).status()).as(part).isEqualTo(404);
        }

        String withBodies = share(annBrowser, id, "lifetime", "7d", "bodies", "on", "hidden", hidden);
        assertThat(gateway.get(withBodies).body()).contains("body-value").doesNotContain("topsecret");
        assertThat(gateway.get(withBodies + "/messages").body()).contains("frame-value");
        assertThat(gateway.get(withBodies + "/body/toUpstream").body()).contains("body-value");
        assertThat(events("share_link.made")).isEqualTo(known + 2);
        // nothing but the hash is kept
        assertThat(gateway.sql()
                        .sql("select string_agg(s::text, ' ') from share_link s")
                        .query(String.class)
                        .single())
                .doesNotContain(link.substring("/share/".length()));
    }

    @Test
    void endsLinksInEveryWay() {
        String id = sharable("ended");
        String revoked = share(annBrowser, id, "lifetime", "1d");
        String share = gateway.sql()
                .sql("select max(id)::text from share_link")
                .query(String.class)
                .single();
        assertThat(bob.submit(bob.open(path(id)), path(id) + "/shares/" + share + "/revoke")
                        .status())
                .isEqualTo(404);
        assertThat(gateway.get(revoked).status()).isEqualTo(200);
        annBrowser.submit(annBrowser.open(path(id)), path(id) + "/shares/" + share + "/revoke");
        assertGone(revoked);
        assertThat(events("share_link.revoked")).isEqualTo(1);

        String expired = share(annBrowser, id, "lifetime", "1h");
        assertThat(gateway.get(expired).status()).isEqualTo(200);
        gateway.sql()
                .sql("update share_link set expires_at = now() - interval '1 second'")
                .update();
        assertGone(expired);

        // a member's link to what then becomes another's own
        String made = share(bob, id, "lifetime", "1h");
        String own = share(annBrowser, id, "lifetime", "1h");
        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'ended', true)")
                .param(ann)
                .update();
        assertGone(made);
        assertThat(gateway.get(own).status()).isEqualTo(200);
        assertThat(bob.open(path(id)).status()).isEqualTo(404);
        assertThat(bob.submit(bob.open("/account"), path(id) + "/shares").status())
                .isEqualTo(404);

        assertGone("/share/" + "0".repeat(64));
        assertGone("/share/nonsense");
    }

    private static void assertGone(String link) {
        Answer answer = gateway.get(link);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("no longer good");
    }

    @Test
    void writesDownWhoLookedAtBodiesWhereTheTeamAsks() {
        String before = sharable("audited");
        annBrowser.open(path(before));
        assertThat(events("request.body_viewed")).isZero();

        gateway.sql()
                .sql(
                        "insert into team_capture (team_id, audit_bodies) select id, true from team where slug = 'default-team'")
                .update();
        // the setting is kept for some seconds
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(30))
                .until(() -> {
                    bob.open(path(sharable("audited")));
                    return events("request.body_viewed") > 0;
                });
        int known = events("request.body_viewed");
        String id = sharable("audited");
        bob.open(path(id));
        bob.open(path(id) + "/body/toUpstream");
        bob.open(path(id) + "/copy");
        assertThat(events("request.body_viewed")).isEqualTo(known + 1);
        annBrowser.open(path(id) + "/body/toUpstream");
        assertThat(events("request.body_viewed")).isEqualTo(known + 2);
        String headersOnly = recorded.of(ann, "audited", "GET", "/", 204).add();
        bob.open(path(headersOnly));
        assertThat(events("request.body_viewed")).isEqualTo(known + 2);
    }

    private static int events(String action) {
        return gateway.sql()
                .sql("select count(*) from audit_event where action = ?")
                .param(action)
                .query(Integer.class)
                .single();
    }

    @Test
    void showsMessagesPageByPageAndFiltered() {
        Recorded.Draft draft = recorded.of(ann, "ws", "GET", "/socket", 101);
        for (int i = 1; i <= 250; i++) {
            draft.frame(i % 2 == 0 ? Direction.TO_VISITOR : Direction.TO_UPSTREAM, "text", "{\"number\":" + i + "}");
        }
        String id = draft.add();

        String first = annBrowser.open(path(id) + "/messages").body();
        assertThat(first).contains("number&quot;:100}", "after=100").doesNotContain("number&quot;:101}");
        assertThat(annBrowser.open(path(id) + "/messages?after=200").body())
                .contains("number&quot;:250}")
                .doesNotContain("after=", "every 1s");
        String found = annBrowser.open(path(id) + "/messages?find=NUMBER%22:24").body();
        assertThat(found).contains("number&quot;:24}", "number&quot;:249}").doesNotContain("number&quot;:23}");
        assertThat(annBrowser.open(path(id) + "/messages/7").body()).contains("  &quot;number&quot;: 7");
        assertThat(annBrowser.open(path(id) + "/messages/999").status()).isEqualTo(404);
    }

    @Test
    // after those that look
    @Order(Integer.MAX_VALUE)
    void limitsLooksAtSharedRequests() {
        String link = "/share/" + "1".repeat(64);
        int refused = 0;
        for (int i = 0; i < 400 && refused == 0; i++) {
            refused = gateway.get(link).status() == 429 ? 1 : 0;
        }
        assertThat(refused).isOne();
        assertThat(gateway.get(link).header("Retry-After")).isPresent();
        assertThat(gateway.get(link).body().toLowerCase(Locale.ROOT)).contains("too many requests");
    }
}
