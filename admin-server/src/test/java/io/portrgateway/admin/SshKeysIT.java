package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user's SSH public keys, on the page and in the API. */
@Timeout(120)
class SshKeysIT {

    private static final String PAGE = "/account/ssh-keys";
    private static final String HOME = "default-team";

    private static Gateway gateway;
    private static Browser ann;
    private static Browser ben;
    private static int counter;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        Members members = new Members(gateway);
        members.add("ann@example.com", HOME, "member");
        members.add("ben@example.com", HOME, "admin");
        ann = Browser.signedIn(gateway, "ann@example.com");
        ben = Browser.signedIn(gateway, "ben@example.com");
    }

    @AfterAll
    static void stop() {
        ann.close();
        ben.close();
        gateway.close();
    }

    /** A line of its own each time, as ssh-keygen writes it. */
    private static String line(String comment) {
        byte[] blob =
                Base64.getDecoder().decode("AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g");
        blob[blob.length - 1] = (byte) ++counter;
        return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob) + " " + comment;
    }

    private static Answer add(Browser browser, String line, String name) {
        return browser.submit(browser.open(PAGE), PAGE, "line", line, "name", name);
    }

    private static int audited(String action) {
        return gateway.sql()
                .sql("select count(*) from audit_event where action = :action")
                .param("action", action)
                .query(Integer.class)
                .single();
    }

    private static Answer apiAdd(Browser browser, String line) {
        return browser.send(
                "POST", "/api/v1/account/ssh-keys", "application/json", "{\"public_key\":\"" + line + "\"}");
    }

    @Test
    void addsAndRemovesKeys() {
        String line = line("ann@laptop");
        int before = audited("ssh_key.added");

        Answer added = add(ann, line, "");
        assertThat(added.body())
                .contains("SSH key ann@laptop added")
                .contains("SHA256:")
                .contains("never used");
        long id = gateway.sql()
                .sql("select id from ssh_public_key where name = 'ann@laptop'")
                .query(Long.class)
                .single();
        Answer removed = ann.submit(added, PAGE + "/" + id + "/remove");

        assertThat(removed.body()).contains("SSH key removed").doesNotContain("<strong>ann@laptop</strong>");
        assertThat(ann.submit(added, PAGE + "/" + id + "/remove").body()).contains("had been removed before");
        assertThat(audited("ssh_key.added")).isEqualTo(before + 1);
        assertThat(audited("ssh_key.removed")).isPositive();
    }

    @Test
    void refusesAKeyThatSomebodyHasWithoutSayingWho() {
        String line = line("shared");
        add(ben, line, "");

        Answer refused = add(ann, line, "mine");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body())
                .contains("registered already")
                .contains("value=\"mine\"")
                .doesNotContain("ben@example.com");
    }

    @Test
    void saysWhatIsWrongWithAPastedKeyAndEscapesIt() {
        Answer page = add(ann, "<script>alert(1)</script>", "");
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("does not look like a public key").doesNotContain("<script>alert");

        Answer secret = add(ann, "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRETSECRET\n", "");
        assertThat(secret.body()).contains("This is a private key").doesNotContain("SECRETSECRET");
    }

    @Test
    void leavesKeysToTheirOwner() {
        add(ben, line("bens"), "bens");
        long id = gateway.sql()
                .sql("select id from ssh_public_key where name = 'bens'")
                .query(Long.class)
                .single();

        ann.submit(ann.open(PAGE), PAGE + "/" + id + "/remove");
        Answer api = ann.send("DELETE", "/api/v1/account/ssh-keys/" + id, "application/json", "");

        assertThat(api.status()).isEqualTo(404);
        assertThat(ann.open(PAGE).body()).doesNotContain("bens");
        assertThat(ben.open(PAGE).body()).contains("bens");
    }

    @Test
    void doesTheSameThroughTheApi() {
        Answer added = apiAdd(ann, line("api@laptop"));
        Answer list = ann.open("/api/v1/account/ssh-keys/");
        long id = added.json().path("id").asLong();
        Answer removed = ann.send("DELETE", "/api/v1/account/ssh-keys/" + id, "application/json", "");

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.json().propertyNames())
                .containsExactly("id", "name", "type", "fingerprint", "created_at", "last_used_at");
        assertThat(added.text("name")).isEqualTo("api@laptop");
        assertThat(list.json().path("data").toString()).contains("api@laptop");
        assertThat(removed.status()).isEqualTo(204);
        assertThat(apiAdd(ann, "nonsense").status()).isEqualTo(400);
        assertThat(gateway.get("/api/v1/account/ssh-keys").status()).isEqualTo(401);
    }

    @Test
    void keepsAtMostFiftyKeys() {
        gateway.sql().sql("""
                        insert into ssh_public_key (user_id, name, key_type, key_blob, fingerprint)
                        select u.id, 'n' || n, 'ssh-ed25519', '\\x00', 'SHA256:' || n
                        from app_user u, generate_series(1, 50) n where u.email = 'ben@example.com'
                        """).update();

        assertThat(add(ben, line("one more"), "").body()).contains("Remove one first");
        gateway.sql()
                .sql("delete from ssh_public_key where fingerprint ~ '^SHA256:[0-9]+$'")
                .update();
    }
}
