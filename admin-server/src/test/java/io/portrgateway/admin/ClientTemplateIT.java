package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Callers.Caller;
import io.portrgateway.admin.Gateway.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The team's template from the editor to the client. */
@Timeout(120)
class ClientTemplateIT {

    private static final String PATH = "/api/v1/config/template";
    private static final String YAML = "# ours\ntunnels:\n  - name: web\n    subdomain: shop\n    port: 3000\n";

    private static Gateway gateway;
    private static Callers callers;
    private static String key;
    private static Caller admin;
    private static Caller member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_API_RATE_PER_ADDRESS", "0");
        callers = new Callers(gateway);
        key = new Members(gateway).add("member@example.com", "default-team", "member");
        admin = callers.of("admin@localhost", "default-team");
        member = callers.of("member@example.com", "default-team");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void clear() {
        gateway.sql()
                .sql("update team set client_template = '', client_template_updated_at = null")
                .update();
    }

    private static Answer put(Caller caller, String yaml) {
        return caller.call("PUT", PATH, Gateway.JSON.writeValueAsString(Map.of("template", yaml)));
    }

    @Test
    void givesBackWhatWasPutAndPutsItIntoTheDownload() {
        Answer empty = admin.get(PATH);
        assertThat(empty.text("template")).isEmpty();
        assertThat(empty.text("updated_at")).endsWith("Z");

        Answer saved = put(admin, YAML);
        assertThat(saved.status()).as(saved.body()).isEqualTo(200);
        assertThat(saved.text("template")).isEqualTo(YAML);
        assertThat(saved.text("updated_at")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

        assertThat(member.get(PATH).text("template")).isEqualTo(YAML);
        Answer download = gateway.post("/api/v1/config/download", "{\"secret_key\":\"" + key + "\"}");
        assertThat(download.json().path("has_template").asBoolean()).isTrue();
        assertThat(download.text("message")).contains("subdomain: shop").contains("secret_key: " + key);
        assertThat(gateway.sql()
                        .sql("select detail::text from audit_event where action = 'client_template.saved'")
                        .query(String.class)
                        .list())
                .contains("{\"lines\": \"5\"}");
    }

    @Test
    void refusesWithLineAndReasonAndKeepsTheOldOne() {
        put(admin, YAML);

        Answer broken = put(admin, "tunnels:\n  - name: web\n    port: 3000\n    basic_auth: a:b\n");

        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.text("message"))
                .isEqualTo(broken.text("error"))
                .startsWith("line 4: ")
                .contains("credentials");
        assertThat(put(admin, "x".repeat(30_000)).status()).isEqualTo(400);
        assertThat(admin.call("PUT", PATH, "{}").status()).isEqualTo(400);
        assertThat(admin.get(PATH).text("template")).isEqualTo(YAML);
    }

    @Test
    void letsMembersReadButNotWrite() {
        assertThat(put(member, YAML).status()).isEqualTo(403);
        assertThat(member.get(PATH).text("template")).isEmpty();
    }

    @Test
    void givesEachMemberTheirOwnSetUpCommand() {
        Answer script = member.get("/api/v1/config/setup-script");

        assertThat(script.text("message"))
                .isEqualTo("portr auth set --token " + key + " --remote http://localhost:8000");
    }

    @Test
    void editsOnThePageAndSaysWhatIsWrongWhere() {
        try (Browser browser = callers.signedIn("admin@localhost")) {
            Answer page = browser.open("/default-team/client-template");
            assertThat(page.status()).as(page.body()).isEqualTo(200);
            String version = version(page);

            Answer broken = browser.submit(
                    page,
                    "/default-team/client-template",
                    "version",
                    version,
                    "template",
                    "tunnels:\r\n  - port: 1\r\n");
            assertThat(broken.status()).isEqualTo(422);
            assertThat(broken.body())
                    .contains("Line 2: ")
                    .contains("a tunnel needs a name")
                    .contains("- port: 1");

            Answer saved = browser.submit(
                    page,
                    "/default-team/client-template",
                    "version",
                    version,
                    "template",
                    YAML.replace("\n", "\r\n") + "    prot: 1\r\n");
            assertThat(saved.status()).isEqualTo(200);
            assertThat(saved.body())
                    .contains("portr config pull")
                    .contains("Line 6")
                    .contains("prot");
            assertThat(admin.get(PATH).text("template")).isEqualTo(YAML + "    prot: 1\n");

            Answer late = browser.submit(
                    page, "/default-team/client-template", "version", version, "template", "tunnels: []\n");
            assertThat(late.status()).isEqualTo(409);
            assertThat(late.body()).contains("Somebody else saved").contains("prot: 1");
            assertThat(admin.get(PATH).text("template")).contains("prot");
        }
    }

    @Test
    void showsMembersTheTextWithoutAnEditor() {
        put(admin, YAML);
        try (Browser browser = callers.signedIn("member@example.com")) {
            Answer page = browser.open("/default-team/client-template");

            assertThat(page.body())
                    .contains("read-only")
                    .contains("subdomain: shop")
                    .doesNotContain("<textarea");
            Answer refused = browser.submit(page, "/default-team/client-template", "template", "tunnels: []");
            assertThat(refused.status()).isEqualTo(403);
        }
        assertThat(admin.get(PATH).text("template")).isEqualTo(YAML);
    }

    private static String version(Answer page) {
        return page.body().replaceFirst("(?s).*name=\"version\" value=\"(\\d+)\".*", "$1");
    }
}
