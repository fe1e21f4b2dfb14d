package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.team.FirstAdministrator;
import java.io.InputStream;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions in the database: their cookie, their end, and two replicas that agree about them. */
@Timeout(120)
class SessionIT {

    private static final String COOKIE = "portr_session";
    private static final Pattern END = Pattern.compile("/account/sessions/([0-9a-f-]+)/end");

    private static Gateway gateway;
    private static Gateway replica;
    private Browser browser;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        replica = Gateway.start(gateway.database, "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        new Members(gateway).add("member@example.com", "default-team", "member");
    }

    @AfterAll
    static void stop() {
        replica.close();
        gateway.close();
    }

    @BeforeEach
    void openBrowser() {
        browser = new Browser(gateway);
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
        gateway.sql().sql("delete from web_session").update();
    }

    private static String link(String email) {
        return gateway.bean(FirstAdministrator.class)
                .entry(Optional.of(email))
                .orElseThrow()
                .signInUrl();
    }

    private static Optional<HttpCookie> cookie(Browser browser) {
        return browser.cookies().stream()
                .filter(cookie -> cookie.getName().equals(COOKIE))
                .findFirst();
    }

    private static String value(Browser browser) {
        return cookie(browser).orElseThrow().getValue();
    }

    /** Whether a replica takes the cookie for that of a signed-in user. */
    private static boolean knows(Gateway server, String cookie) {
        return server.get("/account", "Cookie", COOKIE + "=" + cookie).status() == 200;
    }

    private static int sessionCount() {
        return gateway.sql()
                .sql("select count(*) from web_session")
                .query(Integer.class)
                .single();
    }

    @Test
    void startsNoSessionBeforeTheSignIn() {
        Answer page = browser.open("/sign-in");
        browser.open("/default-team/overview");

        assertThat(page.status()).isEqualTo(200);
        assertThat(cookie(browser)).isEmpty();
        assertThat(sessionCount()).isZero();
    }

    @Test
    void startsAnotherSessionAtEachSignInAndEndsTheOneBefore() {
        browser.signIn(link("member@example.com"));
        String before = value(browser);

        browser.signIn(link("admin@localhost"));

        assertThat(value(browser)).isNotEqualTo(before);
        assertThat(knows(gateway, before)).isFalse();
        assertThat(browser.open("/account").body()).contains("admin@localhost");
        assertThat(sessionCount()).isEqualTo(1);
    }

    @Test
    void doesNotTakeOverASessionThatSomebodyElseChose() {
        String chosen = "Zm9yY2Vk";
        String uri = link("admin@localhost");
        String token = uri.substring(uri.indexOf('=') + 1);
        Answer page = gateway.get("/sign-in?token=" + token, "Cookie", COOKIE + "=" + chosen);
        String csrfCookie = page.header("Set-Cookie").orElseThrow().split(";", 2)[0];

        Answer signedIn = form(
                gateway,
                "/sign-in",
                "_csrf=" + Browser.csrf(page) + "&token=" + token,
                csrfCookie + "; " + COOKIE + "=" + chosen);

        assertThat(signedIn.status()).isEqualTo(302);
        assertThat(signedIn.headers("Set-Cookie")).anyMatch(cookie -> cookie.startsWith(COOKIE + "="));
        assertThat(knows(gateway, chosen)).isFalse();
    }

    private static Answer form(Gateway server, String path, String body, String cookies) {
        return server.send(
                HttpRequest.newBuilder(server.uri(path)).POST(BodyPublishers.ofString(body)),
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Cookie",
                cookies);
    }

    @Test
    void keepsScriptsAndOtherSitesFromTheCookie() {
        Answer signedIn = signInBy(gateway);

        String cookie = signedIn.headers("Set-Cookie").stream()
                .filter(line -> line.startsWith(COOKIE))
                .findFirst()
                .orElseThrow();
        assertThat(cookie)
                .contains("HttpOnly")
                .contains("SameSite=Lax")
                .contains("Path=/")
                .contains("Max-Age=604800")
                .doesNotContain("Secure")
                .doesNotContain("Domain");
    }

    @Test
    void setsHostCookiesBehindHttps() {
        try (Gateway secure = Gateway.start(gateway.database, "PORTR_SERVER_URL", "https://portr.example.com")) {
            Answer page = secure.get("/sign-in");
            List<String> cookies = signInBy(secure).headers("Set-Cookie");

            assertThat(page.header("Strict-Transport-Security")).isPresent();
            assertThat(page.header("Set-Cookie").orElseThrow()).startsWith("__Host-portr_csrf=");
            assertThat(cookies).anyMatch(cookie -> cookie.startsWith("__Host-portr_session="));
            assertThat(cookies)
                    .allSatisfy(cookie -> assertThat(cookie)
                            .contains("Secure")
                            .contains("HttpOnly")
                            .contains("Path=/")
                            .doesNotContain("Domain"));
        }
    }

    /** Signs in without a browser, which would not send secure cookies over plain HTTP; answers the redirect. */
    private static Answer signInBy(Gateway server) {
        URI uri = URI.create(link("admin@localhost"));
        Answer page = server.get("/sign-in?" + uri.getQuery());
        String cookie = page.header("Set-Cookie").orElseThrow().split(";", 2)[0];
        Answer signedIn = form(server, "/sign-in", "_csrf=" + Browser.csrf(page) + "&" + uri.getQuery(), cookie);
        assertThat(signedIn.status()).isEqualTo(302);
        return signedIn;
    }

    @Test
    void opensNothingToWhoReadsTheTable() {
        browser.signIn(link("admin@localhost"));
        String id = gateway.sql()
                .sql("select session_id from web_session")
                .query(String.class)
                .single();

        assertThat(value(browser)).doesNotContain(id);
        assertThat(knows(gateway, value(browser))).isTrue();
        assertThat(knows(gateway, id)).isFalse();
        assertThat(gateway.sql()
                        .sql(
                                "select count(*) from web_session_attributes where position('127.0.0.1' in encode(attribute_bytes, 'escape')) > 0")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void listsTheOwnSessionsAndMarksThisOne() {
        try (Browser other = new Browser(gateway);
                Browser foreign = new Browser(gateway)) {
            browser.signIn(link("admin@localhost"));
            other.signIn(link("admin@localhost"));
            foreign.signIn(link("member@example.com"));

            String page = browser.open(
                            "/account/sessions",
                            "User-Agent",
                            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
                    .body();

            assertThat(page)
                    .containsOnlyOnce("this session")
                    .contains("127.0.0.1")
                    .contains("one-time link");
            assertThat(END.matcher(page).results().count()).isEqualTo(1);
        }
    }

    @Test
    void endsASessionOnEveryReplicaAtOnce() {
        try (Browser lost = new Browser(gateway)) {
            browser.signIn(link("admin@localhost"));
            lost.signIn(link("admin@localhost"));
            String lostCookie = value(lost);
            assertThat(knows(replica, lostCookie)).isTrue();
            Answer page = browser.open("/account/sessions");
            Matcher end = END.matcher(page.body());
            assertThat(end.find()).isTrue();

            browser.submit(page, end.group());

            assertThat(knows(replica, lostCookie)).isFalse();
            assertThat(knows(gateway, lostCookie)).isFalse();
            assertThat(knows(replica, value(browser))).isTrue();
            assertThat(audited("session.ended")).isPositive();
        }
    }

    @Test
    void endsTheStreamsOfASessionWithIt() throws Exception {
        try (Gateway watching = Gateway.start(gateway.database, "PORTR_LIVE_HEARTBEAT", "300ms")) {
            browser.signIn(link("admin@localhost"));
            HttpRequest request = HttpRequest.newBuilder(watching.uri("/default-team/connections/live"))
                    .header("Cookie", COOKIE + "=" + value(browser))
                    .build();
            try (HttpClient http = HttpClient.newHttpClient();
                    InputStream stream =
                            http.send(request, BodyHandlers.ofInputStream()).body()) {
                assertThat(stream.read()).isEqualTo(':');

                gateway.sql().sql("delete from web_session").update();

                assertThat(http.sendAsync(request, BodyHandlers.discarding())
                                .thenApply(answer -> answer.statusCode())
                                .get(10, TimeUnit.SECONDS))
                        .isEqualTo(302);
                assertThat(stream.readAllBytes()).isNotNull();
            }
        }
    }

    @Test
    void endsAllOthersAtOnce() {
        try (Browser one = new Browser(gateway);
                Browser two = new Browser(gateway)) {
            browser.signIn(link("admin@localhost"));
            one.signIn(link("admin@localhost"));
            two.signIn(link("admin@localhost"));

            Answer after = browser.submit(browser.open("/account/sessions"), "/account/sessions/end-others");

            assertThat(after.body()).contains("2 other sessions are signed out");
            assertThat(knows(replica, value(one))).isFalse();
            assertThat(knows(replica, value(two))).isFalse();
        }
    }

    @Test
    void leavesTheSessionsOfOthersAlone() {
        try (Browser victim = new Browser(gateway)) {
            victim.signIn(link("admin@localhost"));
            String id = gateway.sql()
                    .sql("select primary_id from web_session")
                    .query(String.class)
                    .single();
            browser.signIn(link("member@example.com"));

            browser.submit(browser.open("/account/sessions"), "/account/sessions/" + id + "/end");
            Answer api = browser.send("DELETE", "/api/v1/account/sessions/" + id, "application/json", "");

            assertThat(api.status()).isEqualTo(404);
            assertThat(knows(gateway, value(victim))).isTrue();
        }
    }

    @Test
    void listsAndEndsSessionsThroughTheApi() {
        try (Browser other = new Browser(gateway)) {
            browser.signIn(link("admin@localhost"));
            other.signIn(link("admin@localhost"));

            Answer list = browser.open("/api/v1/account/sessions");
            String id = list.json().path("data").path(1).path("id").asString();
            Answer ended = browser.send("DELETE", "/api/v1/account/sessions/" + id, "application/json", "");

            assertThat(list.json().path("count").asInt()).isEqualTo(2);
            assertThat(list.json().path("data").path(0).path("current").asBoolean())
                    .isTrue();
            assertThat(ended.status()).isEqualTo(204);
            assertThat(knows(gateway, value(other))).isFalse();
        }
    }

    @Test
    void endsAfterItsTimeHoweverMuchItIsUsed() {
        browser.signIn(link("admin@localhost"));
        gateway.sql()
                .sql("update web_session set creation_time = creation_time - 7 * 86400000::bigint")
                .update();

        assertThat(knows(gateway, value(browser))).isFalse();
    }

    @Test
    void signsARemovedUserOut() {
        new Members(gateway).add("leaving@example.com", "default-team", "member");
        browser.signIn(link("leaving@example.com"));
        assertThat(knows(gateway, value(browser))).isTrue();

        gateway.sql()
                .sql("delete from app_user where email = 'leaving@example.com'")
                .update();

        assertThat(knows(gateway, value(browser))).isFalse();
    }

    @Test
    void signsOutInsteadOfFailingWhenASessionCannotBeRead() {
        browser.signIn(link("admin@localhost"));
        gateway.sql()
                .sql("update web_session_attributes set attribute_bytes = 'garbage'")
                .update();

        assertThat(gateway.get("/account", "Cookie", COOKIE + "=" + value(browser))
                        .status())
                .isEqualTo(302);
    }

    @Test
    void leadsBackToThePageThatWasAskedForAndNowhereElse() {
        Answer asked = gateway.get("/default-team/overview?range=7d");
        assertThat(asked.header("Location")).hasValue("/sign-in?next=%2Fdefault-team%2Foverview%3Frange%3D7d");
        Answer page = browser.open("/account/tokens");
        assertThat(page.response().uri().getQuery()).isEqualTo("next=/account/tokens");

        for (String next :
                new String[] {"/account/tokens", "//evil.example", "/\\evil.example", "https://evil.example"}) {
            URI uri = URI.create(link("admin@localhost"));
            Answer landed = browser.submit(
                    browser.open("/sign-in?" + uri.getQuery()),
                    "/sign-in",
                    "token",
                    uri.getQuery().substring("token=".length()),
                    "next",
                    next);
            assertThat(landed.response().uri().getPath())
                    .isEqualTo(next.equals("/account/tokens") ? next : "/default-team/overview");
        }
    }

    @Test
    void tellsHtmxWhereToSignIn() {
        Answer answer = gateway.get(
                "/default-team/overview",
                "HX-Request",
                "true",
                "HX-Current-URL",
                "http://localhost:8000/account/tokens");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("HX-Redirect")).hasValue("/sign-in?next=%2Faccount%2Ftokens");
    }

    @Test
    void saysWhyASignInElsewhereFailedButNothingThatSomebodyMadeUp() {
        assertThat(gateway.get("/sign-in?code=private-email").body()).contains("shows no e-mail address");
        assertThat(gateway.get("/sign-in?code=%3Cscript%3Ealert").body())
                .contains("Signing in did not work")
                .doesNotContain(">alert")
                .doesNotContain("%3C")
                .doesNotContain("<script>");
        assertThat(gateway.get("/?code=invalid-state").header("Location")).hasValue("/sign-in?code=invalid-state");
    }

    @Test
    void recordsSignInsAndSignOuts() {
        int before = audited("user.signed_in");
        Answer overview = browser.signIn(link("admin@localhost"));
        browser.submit(overview, "/sign-out");

        assertThat(audited("user.signed_in")).isEqualTo(before + 1);
        assertThat(audited("user.signed_out")).isPositive();
        assertThat(gateway.sql()
                        .sql("select address from audit_event where action = 'user.signed_out' limit 1")
                        .query(String.class)
                        .single())
                .isEqualTo("127.0.0.1");
    }

    private static int audited(String action) {
        return gateway.sql()
                .sql("select count(*) from audit_event where action = :action")
                .param("action", action)
                .query(Integer.class)
                .single();
    }
}
