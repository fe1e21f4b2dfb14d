package io.portrgateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.webhook.Provider;
import io.portrgateway.admin.webhook.Webhooks;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Secrets of webhooks: stored, used, never shown; whose they are. */
@Timeout(120)
class WebhookIT {

    private static final String SECRET = "It's a Secret to Everybody";
    private static final String SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    private static Gateway gateway;
    private static Recorded recorded;
    private static long ann;
    private static Browser browser;
    private static Browser bob;
    private static Browser eve;
    private static Screen screen;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_WEBHOOK_SECRETS", "4");
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

    private static Answer store(Browser who, String subdomain, String provider, String secret) {
        return who.api(
                "POST",
                "/webhook-secrets",
                "default-team",
                Gateway.JSON.writeValueAsString(
                        java.util.Map.of("subdomain", subdomain, "provider", provider, "secret", secret)));
    }

    private static Answer check(Browser who, String id) {
        return who.open("/api/v1/requests/" + id + "/webhook", "X-Team-Slug", "default-team");
    }

    private static String push(String subdomain) {
        return recorded.of(ann, subdomain, "POST", "/hook", 200)
                .requestHeaders("X-GitHub-Event", "push", "X-Hub-Signature-256", SIGNATURE)
                .request("Hello, World!")
                .add();
    }

    private static void forget() {
        gateway.sql().sql("delete from webhook_secret").update();
    }

    @Test
    void checksWithTheOwnersSecretsForWhoeverSeesTheRequest() {
        forget();
        String id = push("shop");
        assertThat(check(bob, id).text("finding")).isEqualTo("no_secret");
        assertThat(store(bob, "shop", "github", SECRET).status()).isEqualTo(201);
        assertThat(check(bob, id).text("finding")).isEqualTo("no_secret");
        assertThat(store(browser, "other-name", "github", SECRET).status()).isEqualTo(201);
        assertThat(check(bob, id).text("finding")).isEqualTo("no_secret");

        Answer stored = store(browser, "Shop", "github", SECRET);

        assertThat(stored.status()).as(stored.body()).isEqualTo(201);
        assertThat(stored.text("subdomain")).isEqualTo("shop");
        assertThat(check(bob, id).text("finding")).isEqualTo("valid");
        store(browser, "shop", "github", "the next one");
        assertThat(check(bob, id).text("finding")).isEqualTo("old_secret");
        assertThat(eve.open("/api/v1/requests/" + id + "/webhook", "X-Team-Slug", "other")
                        .status())
                .isEqualTo(404);
        String plain = recorded.of(ann, "shop", "GET", "/", 200).add();
        assertThat(check(bob, plain).text("code")).isEqualTo("no_webhook");
    }

    @Test
    void showsASecretToNobodyAgain() {
        forget();
        String id = store(browser, "shop", "github", SECRET).json().path("id").asString();

        String shown = browser.open("/default-team/webhooks").body()
                + browser.api("GET", "/webhook-secrets", "default-team", "").body();

        assertThat(shown).contains("shop").doesNotContain("Secret to Everybody");
        byte[] kept = gateway.sql()
                .sql("select secret from webhook_secret")
                .query(byte[].class)
                .single();
        assertThat(new String(kept, UTF_8)).doesNotContain("Everybody");
        assertThat(gateway.sql()
                        .sql("select detail::text from audit_event where action = 'webhook_secret.added'")
                        .query(String.class)
                        .list())
                .allMatch(detail -> !detail.contains("Everybody"));
        assertThat(bob.api("DELETE", "/webhook-secrets/" + id, "default-team", "")
                        .status())
                .isEqualTo(404);
        assertThat(browser.api("DELETE", "/webhook-secrets/" + id, "default-team", "")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void refusesWhatCannotBe() {
        forget();
        assertThat(store(browser, "no name", "github", "x").text("message")).startsWith("The name of a tunnel");
        assertThat(store(browser, "shop", "gitlab", "x").text("message")).startsWith("Choose a provider");
        assertThat(store(browser, "shop", "github", " ").text("message")).startsWith("Paste the secret");
        assertThat(store(browser, "shop", "stripe", "sk_live_1").text("message"))
                .contains("API key");
        assertThat(store(browser, "shop", "standard", "whsec_%%%").text("message"))
                .contains("base64");
        for (int i = 0; i < 4; i++) {
            assertThat(store(browser, "shop", "github", "s" + i).status()).isEqualTo(201);
        }
        assertThat(store(browser, "shop", "github", "one more").status()).isEqualTo(409);
    }

    @Test
    void signsAgainOnlyWithTheMembersOwnSecret() {
        forget();
        store(browser, "shop", "github", SECRET);
        Webhooks webhooks = gateway.bean(Webhooks.class);
        List<HeaderField> headers =
                List.of(new HeaderField("X-GitHub-Event", "push"), new HeaderField("X-Hub-Signature-256", "sha256=00"));
        byte[] body = "Hello, World!".getBytes(UTF_8);

        List<HeaderField> signed = webhooks.resign(
                        member("ann@example.com"), "shop", "https://shop.example/", headers, body, Instant.EPOCH)
                .orElseThrow();

        assertThat(signed)
                .containsExactly(
                        new HeaderField("X-GitHub-Event", "push"), new HeaderField("X-Hub-Signature-256", SIGNATURE));
        assertThat(webhooks.signer(member("ann@example.com"), "shop", headers)).contains(Provider.GITHUB);
        assertThat(webhooks.signer(member("bob@example.com"), "shop", headers)).isEmpty();
        assertThat(webhooks.resign(
                        member("bob@example.com"), "shop", "https://shop.example/", headers, body, Instant.EPOCH))
                .isEmpty();
    }

    private static Member member(String email) {
        long user = gateway.sql()
                .sql("select id from app_user where email = ?")
                .param(email)
                .query(Long.class)
                .single();
        return gateway.bean(Teams.class).member(user, "default-team").orElseThrow();
    }

    @Test
    void showsWhatWasFoundBesideTheRequest() {
        forget();
        String id = push("shop");
        screen.open("/default-team/requests/" + id).waitFor("Not checked: no secret stored");
        screen.click("Store the secret");
        assertThat(screen.find("#subdomain").getAttribute("value")).isEqualTo("shop");
        screen.type("#secret", SECRET).click("Store secret");
        screen.waitFor("GitHub webhooks to shop are checked with it");

        screen.open("/default-team/requests/" + id).waitFor("Signature is right");

        screen.check("request-webhook");
    }

    @Test
    void signsAReplayAgain() {
        forget();
        Tunnels tunnels = new Tunnels(gateway);
        tunnels.serve(tunnels.live(ann, "pay"));
        store(browser, "pay", "stripe", "whsec_test_secret");
        String id = recorded.of(ann, "pay", "POST", "/hook", 200)
                .requestHeaders(
                        "Stripe-Signature",
                        "t=1492774577,v1=799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f")
                .request("{\"id\":\"evt_1\"}")
                .add();

        screen.open("/default-team/requests/" + id + "/replay");
        screen.find("input[name=sign]").click();
        screen.check("replay-sign");
        screen.click("Send");
        screen.waitFor("/hook");

        assertThat(screen.path()).contains("/replays/");
        String headers = gateway.sql()
                .sql("select headers::text from replay where original_id = ?")
                .param(id)
                .query(String.class)
                .single();
        assertThat(headers).containsPattern("t=\\d{10},v1=[0-9a-f]{64}").doesNotContain("t=1492774577");
        gateway.sql().sql("delete from lease").update();
        tunnels.removeAll();
    }

    @Test
    void storesAndRemovesInTheBrowser() {
        forget();
        screen.open("/default-team/webhooks").check("webhooks-empty");

        screen.type("#subdomain", "shop").type("#secret", "sk_live_1");
        screen.find("#provider option[value=stripe]").click();
        screen.click("Store secret");
        screen.waitFor("API key of Stripe");
        assertThat(screen.find("#secret").getAttribute("value")).isEmpty();
        screen.forgetConsole().check("webhooks-refused");
        screen.type("#secret", "whsec_first").type("#name", "production").click("Store secret");
        screen.waitFor("Stripe webhooks to shop are checked with it");
        screen.type("#subdomain", "shop").type("#secret", "whsec_second");
        screen.find("#provider option[value=stripe]").click();
        screen.click("Store secret");
        screen.waitFor("older");
        screen.check("webhooks");
        screen.click("Remove the secret of Stripe for shop");
        screen.check("webhooks-remove");
        screen.click("Remove secret");
        screen.waitFor("The secret is removed.");
        assertThat(screen.text()).doesNotContain("older");
    }
}
