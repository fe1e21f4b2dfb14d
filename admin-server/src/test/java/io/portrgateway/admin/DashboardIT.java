package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.team.FirstAdministrator;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signing in, and what the overview page does. */
@Timeout(120)
class DashboardIT {

    private static Gateway gateway;
    private Browser browser;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void openBrowser() {
        browser = new Browser(gateway);
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
    }

    private static FirstAdministrator.Entry entry() {
        return gateway.bean(FirstAdministrator.class).entry(Optional.empty()).orElseThrow();
    }

    private static String token(String link) {
        return link.substring(link.indexOf('=') + 1);
    }

    @Test
    void leadsVisitorsToTheSignInPage() {
        Answer page = browser.open("/default-team/overview");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.response().uri().getPath()).isEqualTo("/sign-in");
        assertThat(page.body()).contains("one-time link");
    }

    @Test
    void signsInByALinkThatWorksOnce() {
        String link = entry().signInUrl();

        Answer overview = browser.signIn(link);

        assertThat(overview.response().uri().getPath()).isEqualTo("/default-team/overview");
        assertThat(overview.body()).contains("Active tunnels").contains("portr http 3000");
        try (Browser second = new Browser(gateway)) {
            Answer refused = second.signIn(link);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.body()).contains("has been used or has expired");
        }
    }

    @Test
    void doesNotUseTheLinkUpWhenItIsOnlyLookedAt() {
        String link = entry().signInUrl();
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.get("/sign-in?token=" + token(link)).status()).isEqualTo(200);
        }

        assertThat(browser.signIn(link).body()).contains("Active tunnels");
    }

    @Test
    void refusesExpiredAndUnknownLinks() {
        String link = entry().signInUrl();
        gateway.sql()
                .sql("update sign_in_link set expires_at = now() - interval '1 second' where used_at is null")
                .update();

        assertThat(browser.signIn(link).status()).isEqualTo(401);
        assertThat(browser.signIn("http://localhost/sign-in?token=unknown").status())
                .isEqualTo(401);
    }

    @Test
    void storesOnlyTheHashOfALink() {
        String token = token(entry().signInUrl());

        assertThat(gateway.sql()
                        .sql("select count(*) from sign_in_link where token_hash = sha256(cast(:token as bytea))")
                        .param("token", token)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void refusesFormsWithoutTheirToken() {
        String link = entry().signInUrl();
        browser.open("/sign-in?token=" + token(link));

        assertThat(browser.post("/sign-in", new String[0], "token", token(link)).status())
                .isEqualTo(403);
        assertThat(browser.signIn(link).status()).isEqualTo(200);
    }

    @Test
    void refusesChangesThatAnotherPageAskedFor() {
        Answer overview = browser.signIn(entry().signInUrl());
        String token = Browser.csrf(overview);

        String[] sameSite = {"Sec-Fetch-Site", "same-site"};
        String[] foreignOrigin = {"Origin", "http://evil.localhost"};
        assertThat(browser.post("/sign-out", sameSite, "_csrf", token).status()).isEqualTo(403);
        assertThat(browser.post("/sign-out", foreignOrigin, "_csrf", token).status())
                .isEqualTo(403);
        assertThat(browser.open("/").body()).contains("Active tunnels");
    }

    @Test
    void signsOut() {
        Answer overview = browser.signIn(entry().signInUrl());

        Answer page = browser.submit(overview, "/sign-out");

        assertThat(page.body()).contains("You are signed out");
        assertThat(browser.open("/").response().uri().getPath()).isEqualTo("/sign-in");
    }

    @Test
    void sendsStrictHeaders() {
        Answer page = gateway.get("/sign-in");

        assertThat(page.header("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.header("Referrer-Policy")).contains("no-referrer");
        assertThat(page.header("Cache-Control").orElseThrow()).contains("no-store");
        assertThat(page.body()).doesNotContain("<style").doesNotContainPattern("<script(?![^>]*src=)");
    }

    @Test
    void showsTheSecretKeyOnlyWhenAsked() {
        FirstAdministrator.Entry entry = entry();
        Answer overview = browser.signIn(entry.signInUrl());
        assertThat(overview.body()).doesNotContain(entry.secretKey());

        Answer revealed = browser.submit(overview, "/default-team/secret-key/reveal");

        assertThat(revealed.body())
                .contains("portr auth set --token " + entry.secretKey() + " --remote http://localhost:8000");
        assertThat(browser.open("/default-team/overview").body()).doesNotContain(entry.secretKey());
        assertThat(gateway.sql()
                        .sql("select count(*) from audit_event where action = 'secret_key.revealed'")
                        .query(Integer.class)
                        .single())
                .isPositive();
    }

    @Test
    void hidesTeamsOfOthers() {
        gateway.sql()
                .sql("insert into team (name, slug) values ('Foreign', 'foreign')")
                .update();
        Answer overview = browser.signIn(entry().signInUrl());

        assertThat(browser.open("/foreign/overview").status()).isEqualTo(404);
        assertThat(browser.submit(overview, "/foreign/secret-key/reveal").status())
                .isEqualTo(404);
        assertThat(browser.open("/no-such-team/overview").status()).isEqualTo(404);
    }

    @Test
    void listsLiveTunnels() {
        gateway.sql().sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at, request_count)
                        select '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'http', 'shop', 'active', m.id, m.team_id, now(), 1234
                        from membership m order by m.id limit 1
                        """).update();
        gateway.sql().sql("""
                        insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                        select 'http:shop', id, membership_id, 'node-1', 1, now() + interval '1 minute' from connection
                        where subdomain = 'shop'
                        """).update();

        Answer overview = browser.signIn(entry().signInUrl());
        gateway.sql().sql("delete from connection where subdomain = 'shop'").update();

        assertThat(overview.body())
                .contains("http://shop.localhost:8001")
                .contains("1,234")
                .contains("admin@localhost");
    }

    @Test
    void answersUnknownPagesWithAPage() {
        browser.signIn(entry().signInUrl());

        Answer page = browser.open("/assets/nothing.css");

        assertThat(page.status()).isEqualTo(404);
        assertThat(page.body()).contains("There is no such page");
    }
}
