package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.Direction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two recorded requests beside each other in a real browser, and for whom. */
@Timeout(120)
class ComparePageIT {

    private static final String PAGE = "/default-team/requests/compare";

    private static Gateway gateway;
    private static Screen screen;
    private static Recorded recorded;
    private static long ann;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_TUNNEL_URL", "tunnels.example");
        recorded = new Recorded(gateway);
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        members.add("bob@example.com", "default-team", "member");
        screen = new Screen(gateway).signIn("bob@example.com");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void showsWhatDiffersInHeadsAndBodies() {
        String before = recorded.of(ann, "shop", "POST", "/orders?page=1", 200)
                .requestHeaders("Host", "shop.tunnels.example", "Content-Type", "application/json", "Accept", "*/*")
                .responseHeaders(
                        "Content-Type",
                        "application/json",
                        "Date",
                        "Mon, 23 Nov 2026 00:00:00 GMT",
                        "Server",
                        "demo",
                        "Set-Cookie",
                        "[redacted]",
                        "Cache-Control",
                        "no-store")
                .request("{\"id\": 7}")
                .response("""
                        {"total": 3, "orders": [{"id": 1, "state": "paid"}, {"id": 2, "state": "open"}],
                         "customer": {"name": "Zoë", "tags": ["a", "b", "c", "d", "e", "f"]}}
                        """)
                .add();
        String after = recorded.of(ann, "shop", "POST", "/orders?page=1", 422)
                .requestHeaders("Host", "shop.tunnels.example", "Content-Type", "application/json", "Accept", "*/*")
                .responseHeaders(
                        "content-type",
                        "application/json",
                        "Date",
                        "Mon, 23 Nov 2026 00:05:11 GMT",
                        "Server",
                        "demo",
                        "Set-Cookie",
                        "[redacted]",
                        "X-Debug",
                        "<script>alert(1)</script>")
                .with("replay_of", before)
                .with("duration_micros", 48_100L)
                .request("{\"id\": 7}")
                .response("""
                        {"orders": [{"id": 1, "state": "paid"}, {"state": "cancelled", "id": 2}], "total": 4,
                         "customer": {"name": "Zoë", "tags": ["a", "b", "c", "d", "e", "f"]}}
                        """)
                .add();

        screen.open(PAGE + "?a=" + before + "&b=" + after);

        assertThat(screen.text())
                .contains("its replay", "2 lines only in A, 2 lines only in B", "only in B", "not compared: redacted")
                .contains("<script>alert(1)</script>", "\"state\" : \"cancelled\"");
        screen.check("compare");
        screen.click("Swap A and B");
        assertThat(screen.path()).isEqualTo(PAGE + "?a=" + after + "&b=" + before);
    }

    @Test
    void comparesBytesAndIncompleteBodies() {
        String one = recorded.of(ann, "shop", "GET", "/logo.png", 200)
                .body(Direction.TO_VISITOR, new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2, 3, 4}, 4_000)
                .add();
        String other = recorded.of(ann, "shop", "GET", "/logo.png", 200)
                .body(Direction.TO_VISITOR, new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 9, 2, 3, 4})
                .add();

        screen.open(PAGE + "?id=" + one + "&id=" + other);

        assertThat(screen.text())
                .contains("Different bytes", "byte 5: 01 02 03 04", "Of A, 9 B of 3.9 KiB were recorded.");
        screen.check("compare-bytes");
        screen.open(PAGE).check("compare-empty");
    }

    @Test
    void showsNothingOfOtherTeamsAndPrivateTunnels() {
        String mine = recorded.of(ann, "quiet", "GET", "/", 200).add();
        String path = PAGE + "?a=" + mine + "&b=" + mine;
        try (Browser bob = Browser.signedIn(gateway, "bob@example.com");
                Browser annsBrowser = Browser.signedIn(gateway, "ann@example.com")) {
            assertThat(bob.open(path).status()).isEqualTo(200);
            gateway.sql()
                    .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'quiet', true)")
                    .param(ann)
                    .update();

            assertThat(bob.open(path).status()).isEqualTo(404);
            assertThat(annsBrowser.open(path).status()).isEqualTo(200);
            assertThat(annsBrowser.open(PAGE + "?a=" + mine + "&b=none").status())
                    .isEqualTo(404);
        }
    }
}
