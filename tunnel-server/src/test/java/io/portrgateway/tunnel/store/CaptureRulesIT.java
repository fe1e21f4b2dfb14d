package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What teams and tunnels say about their recording, while tunnels run. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CaptureRulesIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private static int count;

    private final HttpHeaders none = new DefaultHttpHeaders();
    private String name;
    private CaptureNode node;

    @BeforeEach
    void start() throws SQLException {
        name = "app" + ++count;
        node = node("PORTR_CAPTURE_RULES_INTERVAL", "10m");
    }

    private CaptureNode node(String... settings) throws SQLException {
        return new CaptureNode(postgres.url(Role.TUNNEL), name, postgres.connect(Role.ADMIN), settings);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void tunnelGoesBeforeTeamAndTeamBeforeInstance() throws SQLException {
        assertThat(recorded()).isEqualTo("body");

        team("mode", "metadata");
        await().untilAsserted(() -> assertThat(recorded()).isEqualTo("head"));
        tunnel("off");
        await().untilAsserted(() -> assertThat(recorded()).isEqualTo("nothing"));
        team("mode", "off");
        tunnel("full");
        await().untilAsserted(() -> assertThat(recorded()).isEqualTo("body"));
        tunnel(null);
        await().untilAsserted(() -> assertThat(recorded()).isEqualTo("nothing"));
        team("mode", null);
        await().untilAsserted(() -> assertThat(recorded()).isEqualTo("body"));
    }

    @Test
    void rulesAreReadAgainAndAgainWithoutAHint() throws SQLException {
        node.close();
        name = "app" + ++count;
        node = node("PORTR_CAPTURE_RULES_INTERVAL", "100ms");
        assertThat(recorded()).isEqualTo("body");

        postgres.update(Role.ADMIN, "insert into team_capture (team_id, mode) values (?, 'off')", node.teamId());

        await().untilAsserted(() -> assertThat(recorded()).isEqualTo("nothing"));
    }

    @Test
    void storesNoneOfTheSecretsThatTheTeamNames() throws SQLException {
        team("redact_headers", new String[] {"X-Pin"});
        team("redact_parameters", new String[] {"pin"});
        team("redact_json", new String[] {"$.card.number", "$.items[*].secret"});
        await().untilAsserted(() -> {
            node.end("/probe", new DefaultHttpHeaders().add("X-Pin", "1"), "", "");
            assertThat(ofMember("select request_headers from exchange where membership_id = ? and target = '/probe'"
                            + " order by seq desc limit 1"))
                    .singleElement()
                    .asString()
                    .contains("[redacted]");
        });

        node.end(
                "/pay?pin=sesame&x=1",
                new DefaultHttpHeaders().add("x-pin", "sesame").add("Content-Type", "application/json"),
                "{\"card\": {\"number\": \"sesame\", \"name\": \"Ann\"}}",
                "{\"items\": [{\"secret\": \"sesame\"}, {\"secret\": [\"sesame\"]}], \"total\": 1.50}");
        node.end(
                "/form",
                new DefaultHttpHeaders().add("Content-Type", "application/x-www-form-urlencoded"),
                "a=1&pin=sesame",
                "");
        node.end("/broken", new DefaultHttpHeaders().add("Content-Type", "application/json"), "{\"sesame", "");

        await().untilAsserted(() -> assertThat(targets()).contains("/broken"));
        assertThat(targets()).contains("/pay?pin=[redacted]&x=1");
        assertThat(ofMember("select convert_from(b.content, 'UTF8') from exchange_body b"
                        + " join exchange e on e.id = b.exchange_id where e.membership_id = ? order by 1"))
                .containsExactly(
                        "a=1&pin=[redacted]",
                        "{\"card\":{\"number\":\"[redacted]\",\"name\":\"Ann\"}}",
                        "{\"items\":[{\"secret\":\"[redacted]\"},{\"secret\":\"[redacted]\"}],\"total\":1.50}");
        assertThat(ofMember("select request_bytes from exchange where membership_id = ? and target = '/broken'"))
                .containsExactly("8");
        assertThat(ofMember("select e::text || coalesce(convert_from(b.content, 'UTF8'), '') from exchange e"
                        + " left join exchange_body b on b.exchange_id = e.id where e.membership_id = ?"))
                .isNotEmpty()
                .noneMatch(row -> row.contains("sesame"));
    }

    /** Whether an exchange that begins now is kept, and with its body. */
    private String recorded() throws SQLException {
        String target = "/" + System.nanoTime();
        if (!node.end(target, none, "body", "")) {
            return "nothing";
        }
        await().untilAsserted(() -> assertThat(targets()).contains(target));
        return ofMember("select b.direction from exchange e join exchange_body b on b.exchange_id = e.id"
                                + " where e.membership_id = ? and e.target = '" + target + "'")
                        .isEmpty()
                ? "head"
                : "body";
    }

    private void team(String column, Object value) throws SQLException {
        postgres.update(
                Role.ADMIN, "insert into team_capture (team_id) values (?) on conflict do nothing", node.teamId());
        postgres.update(
                Role.ADMIN, "update team_capture set " + column + " = ? where team_id = ?", value, node.teamId());
        tell();
    }

    private void tunnel(String mode) throws SQLException {
        postgres.update(
                Role.ADMIN,
                "insert into tunnel_capture (membership_id, subdomain, mode) values (?, ?, ?)"
                        + " on conflict (membership_id, subdomain) do update set mode = excluded.mode",
                node.member.owner().membershipId(),
                name,
                mode);
        tell();
    }

    private static void tell() throws SQLException {
        postgres.column(Role.ADMIN, "select pg_notify('portr_capture', '')");
    }

    private List<String> targets() throws SQLException {
        return ofMember("select target from exchange where membership_id = ? order by seq");
    }

    private List<String> ofMember(String sql) throws SQLException {
        return postgres.column(Role.ADMIN, sql, node.member.owner().membershipId());
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(50));
    }
}
