package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.Direction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The replay pages in a real browser: the form with its rows, progress while a node works, cancelling. */
@Timeout(150)
class ReplayPageIT {

    private static Gateway gateway;
    private static Screen screen;
    private static Tunnels tunnels;
    private static Recorded recorded;
    private static long ann;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_TUNNEL_URL", "tunnels.example");
        tunnels = new Tunnels(gateway);
        recorded = new Recorded(gateway);
        ann = new Members(gateway).id(new Members(gateway).add("ann@example.com", "default-team", "member"));
        screen = new Screen(gateway).signIn("ann@example.com");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void forget() {
        gateway.sql().sql("delete from replay").update();
        gateway.sql().sql("delete from replay_batch").update();
        gateway.sql().sql("delete from lease").update();
        tunnels.removeAll();
    }

    private static String hook() {
        return recorded.of(ann, "shop", "POST", "/webhooks/payments?source=stripe", 200)
                .requestHeaders(
                        "Host",
                        "shop.tunnels.example",
                        "User-Agent",
                        "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                        "Accept",
                        "*/*; q=0.5, application/xml",
                        "Content-Type",
                        "application/json; charset=utf-8",
                        "Content-Length",
                        "117",
                        "Authorization",
                        "Bearer [redacted]",
                        "X-Request-Id",
                        "1",
                        "X-Request-Id",
                        "2")
                .request("""
                        {
                          "id": "evt_1NG8Du2eZvKYlo2C",
                          "type": "payment_intent.succeeded",
                          "data": {"amount": 2000, "name": "Zoë"}
                        }
                        """)
                .response("{\"received\": true}")
                .add();
    }

    /** What a node would write about the first row that waits: the exchange it became, if any. */
    private static void answer(int status, String failure) {
        Map<String, Object> row = gateway.sql()
                .sql("select * from replay where state = 'waiting' order by position limit 1")
                .query()
                .singleRow();
        String exchange = failure != null
                ? null
                : recorded.of(ann, "shop", "POST", String.valueOf(row.get("target")), status)
                        .with("replay_of", row.get("original_id"))
                        .response(status == 200 ? "{\"received\": true}" : "{\"error\": \"no such event\"}")
                        .add();
        gateway.sql()
                .sql("""
                        update replay r set state = ?, failure = ?, status = ?, exchange_id = ?,
                               exchange_started_at = (select e.started_at from exchange e where e.id = ?),
                               started_at = now(), finished_at = now()
                        where r.id = ?
                        """)
                .params(
                        failure == null ? "done" : "failed",
                        failure,
                        failure == null ? status : null,
                        exchange,
                        exchange,
                        row.get("id"))
                .update();
    }

    @Test
    void editsInRowsAndShowsWhatComesOfIt() {
        String id = hook();
        tunnels.serve(tunnels.live(ann, "shop"));
        screen.open("/default-team/requests/" + id + "/replay");
        assertThat(screen.findAll(".header-rows li")).hasSize(5);
        screen.check("replay-edit");

        List<WebElement> rows = screen.findAll(".header-rows li");
        rows.getLast().findElement(By.cssSelector("[aria-label='Move up']")).click();
        rows.get(0).findElement(By.cssSelector("[aria-label=Remove]")).click();
        screen.click("Add a header");
        WebElement added = screen.findAll(".header-rows li").getLast();
        added.findElement(By.cssSelector(".name")).sendKeys("X-Debug");
        added.findElement(By.cssSelector(".value")).sendKeys("ja, ü");
        screen.type("#replay-times", "3");
        screen.click("Send");
        screen.waitFor("0 of 3");

        assertThat(gateway.sql()
                        .sql("select headers::text from replay limit 1")
                        .query(String.class)
                        .single())
                .isEqualTo(
                        "[[\"Host\", \"shop.tunnels.example\"], [\"Accept\", \"*/*; q=0.5, application/xml\"],"
                                + " [\"Content-Type\", \"application/json; charset=utf-8\"], [\"X-Request-Id\", \"2\"],"
                                + " [\"Content-Length\", \"117\"], [\"X-Request-Id\", \"1\"], [\"X-Debug\", \"ja, \u00c3\u00bc\"]]");
        answer(200, null);
        screen.waitFor("1 of 3").waitFor("same status and size");
        screen.check("replay-progress");
        answer(404, null);
        screen.waitFor("was 200");
        answer(0, "tunnel_offline");
        screen.waitFor("The tunnel was not open");
        assertThat(screen.text()).contains("1 failed").doesNotContain("Updates by itself");
        assertThat(screen.findAll("#replay[hx-trigger]")).isEmpty();
        screen.check("replay-done");
        screen.open("/default-team/replays").check("replays");
    }

    @Test
    void cancelsTheRest() {
        String id = hook();
        tunnels.serve(tunnels.live(ann, "shop"));
        screen.open("/default-team/requests/" + id + "/replay");
        screen.type("#replay-times", "30").type("#replay-rate", "0.5");
        screen.click("Send");
        screen.waitFor("0 of 30").waitFor("0.5 per second");
        answer(200, null);
        screen.waitFor("1 of 30");

        screen.click("Cancel the rest");

        screen.waitFor("29 requests will not be sent.").waitFor("30 of 30");
        assertThat(screen.findAll("#replay-cancel")).isEmpty();
    }

    @Test
    void saysWhatIsWrongAndKeepsWhatWasTyped() {
        String id = hook();
        tunnels.serve(tunnels.live(ann, "shop"));
        screen.open("/default-team/requests/" + id + "/replay");
        screen.type("#replay-target", "/a path");
        screen.click("Edit as text");
        screen.type("#replay-headers", "Content-Type: text/plain");
        screen.click("Send");

        screen.waitFor("Nothing was sent.");
        assertThat(screen.find("#replay-target").getDomProperty("value")).isEqualTo("/a path");
        assertThat(screen.findAll(".header-rows li")).hasSize(1);
        screen.forgetConsole();
        screen.check("replay-wrong");
    }

    @Test
    void showsWhatStandsInTheWay() {
        String big = recorded.of(ann, "shop", "PUT", "/upload", 201)
                .requestHeaders("Content-Type", "image/png", "Cookie", "[redacted]")
                .body(Direction.TO_UPSTREAM, new byte[] {0, 1, 2}, 5_000_000)
                .add();
        screen.open("/default-team/requests/" + big + "/replay").check("replay-offline");
        assertThat(screen.text()).contains("The tunnel shop is not open.", "Only 3 B of the 4.8 MiB");

        String socket = recorded.of(ann, "shop", "GET", "/socket", 101).add();
        screen.open("/default-team/requests/" + socket + "/replay").check("replay-websocket");
        screen.open("/default-team/replays").check("replays-empty");
    }
}
