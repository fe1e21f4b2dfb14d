package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;

/** The connections pages in a real browser: rows that come and go by themselves, filters, the end of a tunnel. */
@Timeout(120)
class ConnectionsPageIT {

    private static final String PAGE = "/default-team/connections";

    private static Gateway gateway;
    private static Screen screen;
    private static Tunnels tunnels;
    private static long ann;
    private static long bob;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_TUNNEL_URL", "tunnels.example");
        tunnels = new Tunnels(gateway);
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        bob = members.id(members.add("bob.with.a.long.name@subsidiary.example.com", "default-team", "member"));
        screen = new Screen(gateway).signIn();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void showsTunnelsAsTheyComeAndGoAndDisconnectsOne() {
        tunnels.removeAll();
        screen.open(PAGE).check("connections-empty");
        assertThat(screen.text()).contains("No tunnel is live");

        String shop = tunnels.live(
                ann,
                "shop",
                "created_at",
                Tunnels.time(Duration.ofHours(3)),
                "started_at",
                Tunnels.time(Duration.ofHours(3)),
                "session_count",
                2,
                "request_count",
                12_345L,
                "to_visitor_bytes",
                48_000_000L,
                "client_address",
                "203.0.113.24");
        screen.waitFor("shop.tunnels.example");
        tunnels.live(
                bob,
                "a-rather-long-name-for-a-preview-of-the-quarterly-release",
                "created_at",
                Tunnels.time(Duration.ofMinutes(14)),
                "started_at",
                Tunnels.time(Duration.ofMinutes(14)),
                "origin",
                "ssh",
                "request_count",
                87L,
                "error_count",
                3L,
                "last_error",
                "service_refused",
                "last_error_at",
                Tunnels.time(Duration.ofMinutes(2)),
                "client_address",
                "2001:db8:85a3::8a2e:370:7334");
        tunnels.live(bob, null, "type", "tcp", "port", 30_117, "request_count", 4L, "client_address", "198.51.100.7");
        screen.waitFor("30117");
        screen.check("connections-live");

        tunnels.update(shop, "request_count = 54321");
        screen.waitFor("54,321");

        screen.type("#connections-q", "shop")
                .driver()
                .switchTo()
                .activeElement()
                .sendKeys(Keys.ENTER);
        screen.waitUntilGone("30117");
        assertThat(screen.path()).contains("q=shop");

        screen.click("Disconnect shop");
        assertThat(screen.find("dialog[open]").getText())
                .contains("Disconnect shop?")
                .contains("for 2 minutes the name is refused");
        screen.check("connections-disconnect");
        // what the person is asked about stays while the row changes beneath
        tunnels.update(shop, "request_count = 54322");
        assertThat(screen.findAll("dialog[open]")).hasSize(1);
        screen.find("dialog[open] .button.danger.primary").click();
        screen.waitFor("The tunnel is being disconnected.");

        assertThat(screen.path()).contains("q=shop");
        assertThat(gateway.sql()
                        .sql("select connection_id from tunnel_command")
                        .query(String.class)
                        .list())
                .containsExactly(shop);
        tunnels.update(shop, "status = 'closed', close_reason = 'disconnected', closed_at = now(), session_count = 0");
        screen.waitFor("Nothing matches");
        screen.click("all states");
        screen.waitFor("Disconnected from the dashboard");
    }

    @Test
    void showsThePastWithReasonsAndPages() {
        tunnels.removeAll();
        List<String> reasons = List.of("client", "lost", "taken_over", "revoked", "key_removed", "shutdown");
        for (int i = 0; i < 60; i++) {
            tunnels.past(
                    i % 3 == 0 ? bob : ann,
                    i % 4 == 0 ? "api" : "preview-" + i,
                    Duration.ofMinutes(7L + i * i * 3L),
                    "close_reason",
                    reasons.get(i % reasons.size()),
                    "request_count",
                    (long) i * i * 13,
                    "to_visitor_bytes",
                    (long) i * i * 40_961,
                    "origin",
                    i % 5 == 0 ? "ssh" : "portr");
        }

        screen.open(PAGE + "?status=past").check("connections-past");
        screen.click("Next");
        screen.waitFor("Previous");
        assertThat(screen.path()).contains("after=");
        screen.open(PAGE + "?status=all&sort=requests&kind=http&range=30d&member=" + ann)
                .waitFor("Clear");
        screen.check("connections-filtered");
        screen.open(PAGE + "?status=all&q=nothing-like-this").check("connections-nothing");
    }

    @Test
    void showsOneConnectionAndKeepsItUpToDate() {
        tunnels.removeAll();
        tunnels.past(ann, "api", Duration.ofDays(2), "request_count", 77L);
        tunnels.past(bob, "api", Duration.ofHours(20), "close_reason", "lost");
        String id = tunnels.live(
                ann,
                "api",
                "started_at",
                Tunnels.time(Duration.ofMinutes(95)),
                "client_software",
                "OpenSSH_10.0p2 Debian-7",
                "origin",
                "ssh",
                "node",
                "tunnel-0",
                "request_count",
                4_321L,
                "error_count",
                2L,
                "last_error",
                "service_timeout",
                "last_error_at",
                Tunnels.time(Duration.ofMinutes(11)),
                "last_request_at",
                Tunnels.time(Duration.ofSeconds(5)),
                "to_visitor_bytes",
                1_900_000_000L,
                "to_upstream_bytes",
                3_200_000L);

        screen.open(PAGE + "/" + id).check("connection");
        tunnels.update(id, "status = 'closed', close_reason = 'client', closed_at = now(), session_count = 0");

        screen.waitFor("no session now");
        assertThat(screen.findAll("summary.danger")).isEmpty();
        screen.check("connection-closed");
    }
}
