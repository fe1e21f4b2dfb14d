package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Callers.Caller;
import io.portrgateway.admin.Gateway.Answer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import tools.jackson.databind.JsonNode;

/** What admins and members may say of the recording: stored as asked, told to the tunnel-servers, written down. */
@Timeout(120)
class RecordingIT {

    private static final String TEAM = "default-team";
    private static final String PATH = "/api/v1/recording";
    private static final String PAGE = "/default-team/recording";

    private static Gateway gateway;
    private static ApiShapes shapes;
    private static Caller admin;
    private static Caller ann;
    private static long annId;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_KEY", "0");
        shapes = new ApiShapes(gateway);
        Members members = new Members(gateway);
        annId = members.id(members.add("ann@example.com", TEAM, "member"));
        Callers callers = new Callers(gateway);
        admin = callers.of("admin@localhost", TEAM);
        ann = callers.of("ann@example.com", TEAM);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void forget() {
        for (String table : List.of("team_capture", "tunnel_capture", "capture_usage", "audit_event", "connection")) {
            gateway.sql().sql("delete from " + table).update();
        }
    }

    @Test
    void changesOnlyWhatIsNamedAndWritesItDown() {
        expect(200, put(admin, PATH, """
                {"mode": "metadata", "redact_headers": ["X-Session"], "redact_json": ["$.card.number", "$..pin"],
                 "max_bytes": 52428800, "encrypted": true}"""));

        JsonNode after =
                expect(200, put(admin, PATH, "{\"audit_bodies\": true}")).json();

        assertThat(after.path("mode").asString()).isEqualTo("metadata");
        assertThat(after.path("redact_headers").path(0).asString()).isEqualTo("X-Session");
        assertThat(after.path("max_bytes").asLong()).isEqualTo(52_428_800);
        assertThat(after.path("encrypted").asBoolean()).isTrue();
        assertThat(after.path("audit_bodies").asBoolean()).isTrue();
        assertThat(gateway.sql()
                        .sql("select mode || array_to_string(redact_json, ' ') from team_capture")
                        .query(String.class)
                        .single())
                .isEqualTo("metadata$.card.number $..pin");
        assertThat(expect(200, put(admin, PATH, "{\"mode\": null, \"max_bytes\": null}"))
                        .json()
                        .path("mode")
                        .isNull())
                .isTrue();
        assertThat(gateway.sql()
                        .sql("select detail::text from audit_event where action = 'recording.changed' order by id")
                        .query(String.class)
                        .list())
                .hasSize(3)
                .first()
                .asString()
                .contains("X-Session")
                .contains("$..pin");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mode              | {"mode": "everything"}
                    mode              | {"mode": 1}
                    redact_headers    | {"redact_headers": ["X Session"]}
                    redact_headers    | {"redact_headers": "X-Session"}
                    redact_headers    | {"redact_headers": ["X-Sëssion"]}
                    redact_parameters | {"redact_parameters": ["a&b"]}
                    redact_json       | {"redact_json": ["card.number"]}
                    redact_json       | {"redact_json": ["$.a[?(@.b)]"]}
                    redact_json       | {"redact_json": ["$.a["]}
                    redact_json       | {"redact_json": [""]}
                    encrypted         | {"encrypted": "yes"}
                    max_bytes         | {"max_bytes": 0}
                    max_bytes         | {"max_bytes": "much"}
                    """)
    void namesTheFieldThatCannotBe(String field, String body) {
        Answer refused = put(admin, PATH, body);

        assertThat(refused.status()).as(refused.body()).isEqualTo(400);
        assertThat(refused.text("message")).startsWith(field + ": ");
        assertThat(count("team_capture")).isZero();
    }

    @Test
    void leavesTheTeamsRulesToItsAdmins() {
        assertThat(put(ann, PATH, "{\"mode\": \"off\"}").status()).isEqualTo(403);
        assertThat(count("team_capture")).isZero();
    }

    @Test
    void keepsTheRulesOfEachMembersOwnNames() {
        String path = PATH + "/tunnels/Shop";
        JsonNode saved = expect(200, ann.call("PUT", path, "{\"mode\": \"off\", \"private\": true}"))
                .json();
        expect(200, admin.call("PUT", path, "{\"mode\": \"full\"}"));

        assertThat(saved.path("subdomain").asString()).isEqualTo("shop");
        JsonNode own = shapes.check("GET", PATH, ann.get(PATH)).json().path("tunnels");
        assertThat(own).hasSize(1);
        assertThat(own.path(0).path("mode").asString()).isEqualTo("off");
        assertThat(own.path(0).path("private").asBoolean()).isTrue();
        assertThat(count("tunnel_capture")).isEqualTo(2);

        expect(200, ann.call("PUT", path, "{\"mode\": null, \"private\": false}"));
        assertThat(count("tunnel_capture")).as("a name that is as the team").isEqualTo(1);
        expect(400, ann.call("PUT", PATH + "/tunnels/not_a_name", "{\"mode\": \"off\"}"));
    }

    @Test
    void boundsTheNamesOfAMember() {
        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, mode)"
                        + " select :id, 'n' || n, 'off' from generate_series(1, 100) n")
                .param("id", annId)
                .update();

        Answer refused = ann.call("PUT", PATH + "/tunnels/one-more", "{\"mode\": \"off\"}");

        expect(409, refused);
        expect(200, ann.call("PUT", PATH + "/tunnels/n7", "{\"mode\": \"full\"}"));
        assertThat(count("tunnel_capture")).isEqualTo(100);
    }

    @Test
    void tellsTheTunnelServersWithTheChange() throws SQLException {
        try (Connection listener = gateway.database.connect(EmbeddedDatabase.TUNNEL);
                Statement statement = listener.createStatement()) {
            statement.execute("listen portr_capture");

            expect(200, put(admin, PATH, "{\"mode\": \"off\"}"));
            assertThat(heard(listener)).isEqualTo(1);
            // nothing changes
            expect(200, put(admin, PATH, "{\"mode\": \"off\"}"));
            expect(400, put(admin, PATH, "{\"mode\": \"none\"}"));
            expect(200, ann.call("PUT", PATH + "/tunnels/shop", "{\"mode\": \"off\"}"));
            assertThat(heard(listener)).isEqualTo(1);
        }
    }

    @Test
    void showsWhatIsStored() {
        gateway.sql().sql("""
                        insert into capture_usage (team_id, day, exchange_count, stored_bytes)
                        select t.id, date '2026-03-30' + n, 10 + n, 1024 * (n + 1) from team t, generate_series(0, 1) n
                        where t.slug = 'default-team'
                        """).update();

        JsonNode recording = shapes.check("GET", PATH, ann.get(PATH)).json();

        assertThat(recording.path("stored_bytes").asLong()).isEqualTo(3072);
        assertThat(recording.path("days").path(0).path("day").asString()).isEqualTo("2026-03-30");
        assertThat(recording.path("days").path(1).path("request_count").asInt()).isEqualTo(11);
    }

    @Test
    void setsTheRulesOnThePage() {
        Screen screen = new Screen(gateway).signIn();
        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, mode, private)"
                        + " values (:id, 'hooks', 'metadata', true)")
                .param("id", annId)
                .update();
        screen.open(PAGE).check("recording-empty");
        screen.driver()
                .findElement(org.openqa.selenium.By.cssSelector("input[name=mode][value=full]"))
                .click();
        screen.type("#redact-headers", "X-Session\nno header").type("#max-mib", "500");
        screen.click("Save rules").waitFor("“no header” is not the name of a header field");
        screen.forgetConsole().check("recording-problem");
        screen.type("#redact-headers", "X-Session").click("Save rules").waitFor("Saved. It counts from");
        assertThat(screen.text()).contains("of 500.0 MiB").contains("hooks").contains("ann@example.com");

        gateway.sql().sql("""
                        insert into capture_usage (team_id, day, exchange_count, stored_bytes)
                        select t.id, current_date - n, 1200 / (n + 1), 90000000 / (n + 1)
                        from team t, generate_series(0, 6) n where t.slug = 'default-team'
                        """).update();
        screen.signIn("ann@example.com");
        String id = new Tunnels(gateway).live(annId, "shop");
        screen.open("/default-team/connections/" + id).click("What is kept of its requests");
        screen.waitFor("Your names");
        assertThat(screen.driver().switchTo().activeElement().getAttribute("name"))
                .isEqualTo("mode");
        screen.find("form[aria-label='Recording of shop'] option[value=off]").click();
        screen.click("Save shop").waitFor("Saved for shop");
        screen.check("recording");
        assertThat(gateway.sql()
                        .sql("select mode from tunnel_capture where subdomain = 'shop'")
                        .query(String.class)
                        .single())
                .isEqualTo("off");
        screen.type(".toolbar input[name=subdomain]", "not a name").click("Add").waitFor("A name is 1 to 63");
        screen.forgetConsole();
    }

    private static Answer put(Caller caller, String path, String body) {
        return shapes.check("PUT", path, caller.call("PUT", path, body));
    }

    private static Answer expect(int status, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        return answer;
    }

    private static long count(String table) {
        return gateway.sql()
                .sql("select count(*) from " + table)
                .query(Long.class)
                .single();
    }

    private static int heard(Connection listener) throws SQLException {
        PGNotification[] heard = listener.unwrap(PGConnection.class).getNotifications(2_000);
        return heard == null ? 0 : heard.length;
    }
}
