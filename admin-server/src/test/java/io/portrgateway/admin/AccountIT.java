package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;

/** The account's pages and API: name, API tokens, who one is; and the same in a real browser. */
@Timeout(120)
class AccountIT {

    private static final Pattern TOKEN = Pattern.compile("pgat_[0-9a-f]{48}");

    private static Gateway gateway;
    private static Callers callers;
    private Browser browser;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        callers = new Callers(gateway);
        new Members(gateway).add("member@example.com", "default-team", "member");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void signIn() {
        browser = callers.signedIn("member@example.com");
    }

    @AfterEach
    void closeBrowser() {
        browser.close();
        gateway.sql().sql("delete from api_token").update();
    }

    private Answer makeToken(String... fields) {
        return browser.submit(browser.open("/account/tokens"), "/account/tokens", fields);
    }

    private static String value(Answer page) {
        Matcher value = TOKEN.matcher(page.body());
        assertThat(value.find()).as(page.body()).isTrue();
        return value.group();
    }

    @Test
    void showsANewTokenOnceAndStoresItsHash() {
        Answer page = makeToken("name", "once", "scopes", "read", "scopes", "write", "days", "30");
        String token = value(page);

        assertThat(browser.open("/account/tokens").body())
                .doesNotContain(token)
                .contains("…" + token.substring(token.length() - 4));
        assertThat(gateway.get("/api/v1/user/me/teams", "Authorization", "Bearer " + token)
                        .status())
                .isEqualTo(200);
        assertThat(gateway.sql()
                        .sql("""
                                select scopes = '{read,write}' and expires_at between now() + interval '29 days' and now() + interval '31 days'
                                    and token_hash = sha256(cast(:token as bytea)) and strpos(t::text, :token) = 0
                                from api_token t
                                """)
                        .param("token", token)
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(gateway.sql()
                        .sql("select count(*) from audit_event where action = 'api_token.made' and subject = 'once'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(gateway.sql()
                        .sql("select count(*) from audit_event e where e::text like '%' || :token || '%'")
                        .param("token", token)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void saysBesideTheFieldWhatIsMissingAndKeepsTheRest() {
        Answer nameless = makeToken("name", " ", "scopes", "write", "days", "7");
        Answer powerless = makeToken("name", "<b>ci", "days", "7");

        assertThat(nameless.status()).isEqualTo(400);
        assertThat(nameless.body()).contains("Give it a name").contains("token-name-error");
        assertThat(powerless.status()).isEqualTo(400);
        assertThat(powerless.body())
                .contains("Choose at least one thing")
                .contains("&lt;b&gt;ci")
                .doesNotContain("<b>ci");
        assertThat(makeToken("name", "ci", "scopes", "root").status()).isEqualTo(400);
        assertThat(makeToken("name", "ci", "scopes", "read", "days", "9999").status())
                .isEqualTo(400);
        assertThat(makeToken("name", "ci", "scopes", "read", "days", "soon").status())
                .isEqualTo(400);
    }

    @Test
    void revokesATokenAtOnceAndOnlyOnesOwn() {
        String token = value(makeToken("name", "ci", "scopes", "read", "days", "0"));
        long id = gateway.sql()
                .sql("select id from api_token where name = 'ci'")
                .query(Long.class)
                .single();
        try (Browser other = callers.signedIn("admin@localhost")) {
            other.submit(other.open("/account/tokens"), "/account/tokens/" + id + "/revoke");
        }
        assertThat(gateway.get("/api/v1/user/me/teams", "Authorization", "Bearer " + token)
                        .status())
                .isEqualTo(200);

        Answer page = browser.submit(browser.open("/account/tokens"), "/account/tokens/" + id + "/revoke");

        assertThat(page.body()).contains("The token is revoked").contains("No token yet");
        assertThat(gateway.get("/api/v1/user/me/teams", "Authorization", "Bearer " + token)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void makesListsAndRevokesTokensThroughTheApi() {
        Answer made = browser.send(
                "POST",
                "/api/v1/account/tokens",
                "application/json",
                "{\"name\":\"ci\",\"scopes\":[\"write\",\"read\"],\"expires_in_days\":0}");
        String token = made.text("token");
        Answer list = browser.open("/api/v1/account/tokens");
        long id = list.json().path("data").path(0).path("id").asLong();

        assertThat(made.status()).isEqualTo(201);
        assertThat(token).matches(TOKEN);
        assertThat(list.body()).doesNotContain(token);
        assertThat(list.json().path("data").path(0).path("scopes").toString()).isEqualTo("[\"read\",\"write\"]");
        assertThat(list.json().path("data").path(0).path("expires_at").isNull()).isTrue();
        assertThat(browser.send("DELETE", "/api/v1/account/tokens/" + id, "application/json", "")
                        .status())
                .isEqualTo(204);
        assertThat(browser.send("DELETE", "/api/v1/account/tokens/" + id, "application/json", "")
                        .status())
                .isEqualTo(404);
        assertThat(browser.open("/api/v1/account/tokens").json().path("data").isArray())
                .isTrue();
        assertThat(browser.send("POST", "/api/v1/account/tokens", "application/json", "{\"name\":\"x\"}")
                        .text("message"))
                .contains("at least one");
    }

    @Test
    void letsNoTokenMakeAnotherOneOrAPassword() {
        Callers.Caller all = callers.of("member@example.com", "default-team");

        Answer token = all.call("POST", "/api/v1/account/tokens", "{\"name\":\"x\",\"scopes\":[\"admin\"]}");
        Answer password = all.call("PATCH", "/api/v1/user/me/change-password", "{\"password\":\"taken over\"}");

        assertThat(token.status()).isEqualTo(403);
        assertThat(password.status()).isEqualTo(403);
        assertThat(token.text("message")).contains("sign in for it");
    }

    @Test
    void saysWhoTheCallerIsInTheShapeOfTheOriginal() {
        Answer me = browser.open("/api/v1/user/me", "X-Team-Slug", "default-team");
        Answer teams = browser.open("/api/v1/user/me/teams");
        Answer readOnly = gateway.get(
                "/api/v1/user/me",
                "X-Team-Slug",
                "default-team",
                "Authorization",
                "Bearer " + callers.token("member@example.com", "read"));

        assertThat(me.json().propertyNames()).containsExactly("id", "user", "team", "role", "secret_key", "created_at");
        assertThat(me.text("secret_key")).startsWith("portr_");
        assertThat(me.text("role")).isEqualTo("member");
        assertThat(me.text("created_at")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(me.json().path("user").propertyNames())
                .containsExactly("id", "email", "first_name", "last_name", "is_superuser");
        assertThat(teams.json().path(0).propertyNames()).containsExactly("id", "name", "slug");
        assertThat(readOnly.status()).isEqualTo(200);
        assertThat(readOnly.json().path("secret_key").isNull()).isTrue();
    }

    @Test
    void keepsTheSecretKeyFromTokensThatMayOnlyRead() {
        String[] reading = {
            "X-Team-Slug", "default-team", "Authorization", "Bearer " + callers.token("member@example.com", "read")
        };

        Answer refused = gateway.get("/api/v1/config/setup-script", reading);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("message")).endsWith("lacks the scope write");
        assertThat(browser.open("/api/v1/config/setup-script", "X-Team-Slug", "default-team")
                        .text("message"))
                .contains("portr_");
    }

    @Test
    void tellsATokenWithoutTheAdminScopeTheTruthAboutItsUser() {
        Answer me = gateway.get(
                "/api/v1/user/me",
                "X-Team-Slug",
                "default-team",
                "Authorization",
                "Bearer " + callers.token("admin@localhost", "read"));

        assertThat(me.text("role")).isEqualTo("admin");
        assertThat(me.json().path("user").path("is_superuser").asBoolean()).isTrue();
    }

    @Test
    void savesTheName() {
        Answer page =
                browser.submit(browser.open("/account"), "/account", "first_name", "<i>Ann", "last_name", " Berg ");

        assertThat(page.body())
                .contains("Your name is saved")
                .contains("&lt;i&gt;Ann")
                .contains("value=\"Berg\"")
                .doesNotContain("<i>Ann");
        assertThat(browser.submit(page, "/account", "first_name", "x".repeat(101))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void signsInChangesThePasswordAndMakesATokenInTheBrowser() {
        new Members(gateway).add("ann@example.com", "default-team", "member");
        Screen screen = new Screen(gateway).signIn("ann@example.com");

        screen.open("/account").check("account");
        screen.type("#new-password", "first password")
                .type("#repeated", "first password")
                .click("Set password");
        screen.waitFor("Your password is set.");

        screen.driver().manage().deleteAllCookies();
        screen.open("/account/tokens").waitFor("Password").check("sign-in");
        screen.type("#email", "ann@example.com").type("#password", "not the password");
        submit(screen, "/sign-in/password");
        screen.waitFor("E-mail address or password is wrong.").forgetConsole();
        screen.picture("sign-in-refused-light-1280");
        screen.type("#password", "first password");
        submit(screen, "/sign-in/password");
        screen.waitFor("No token yet").check("tokens-empty");

        screen.type("#token-name", "deploy script").click("Make token");
        screen.waitFor("Copy your new token now").check("tokens-made");
        screen.click("Revoke deploy script").waitFor("Revoke deploy script?").check("tokens-revoke");
        screen.find("dialog .danger.primary").click();
        screen.waitFor("The token is revoked.");

        screen.open("/account");
        screen.type("#current", "wrong password")
                .type("#new-password", "second password")
                .type("#repeated", "second password");
        screen.click("Change password");
        screen.waitFor("This is not your current password.").forgetConsole();
        screen.picture("account-refused-light-1280");

        try (Browser elsewhere = callers.signedIn("ann@example.com")) {
            screen.open("/account/sessions").waitFor("this session").check("sessions");
            screen.click("Sign out all others").waitFor("Sign out all other sessions?");
            screen.find("dialog .danger.primary").click();
            screen.waitFor("2 other sessions are signed out.");
            assertThat(elsewhere.open("/account").response().uri().getPath()).isEqualTo("/sign-in");
        }
    }

    private static void submit(Screen screen, String action) {
        screen.driver()
                .findElement(By.cssSelector("form[action='" + action + "'] button:not([type=button])"))
                .click();
    }
}
