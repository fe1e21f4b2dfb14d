package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;

/** The list of requests in a real browser: rows that come by themselves, the search, the keyboard, hostile content. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RequestsPageIT {

    private static final String PAGE = "/default-team/requests";

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
        screen = new Screen(gateway).signIn();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Recorded.Draft request(String method, String target, int status) {
        return recorded.of(ann, "shop", method, target, status);
    }

    private static void awaitRow(String id) {
        Awaitility.await("the row of " + id)
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !screen.findAll("#r-" + id).isEmpty());
    }

    private static int rows() {
        return ((Number) screen.driver().executeScript("return document.querySelectorAll('tbody tr').length"))
                .intValue();
    }

    private static void press(CharSequence... keys) {
        screen.driver().switchTo().activeElement().sendKeys(keys);
    }

    @Test
    @Order(1)
    void tellsHowTheFirstRequestIsMadeAndShowsItAtOnce() {
        screen.open(PAGE).check("requests-empty");
        assertThat(screen.text())
                .contains("No request yet")
                .contains("ssh -p")
                .contains("portr http")
                .contains("curl http://myapp.tunnels.example/hello");
        Awaitility.await().until(() -> screen.findAll(".live.away").isEmpty());
        request("GET", "/warm-up", 200).add();
        screen.waitFor("/warm-up");

        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            Recorded.Draft draft = request("POST", "/hook/" + i, 200);
            long began = System.nanoTime();
            awaitRow(draft.add());
            millis.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
        }

        Collections.sort(millis);
        System.out.println("from the insert to the row in the browser, in ms, sorted: " + millis);
        assertThat(millis.get(millis.size() / 2)).isLessThan(2_000);
        assertThat(screen.text()).doesNotContain("No request yet");
    }

    @Test
    @Order(2)
    void showsADenseList() {
        String[] methods = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
        int[] statuses = {200, 201, 304, 404, 500, 503, 0, 101};
        for (int i = 0; i < 40; i++) {
            int status = statuses[i % statuses.length];
            Recorded.Draft draft = recorded.of(
                            ann,
                            i % 3 == 0 ? "a-rather-long-name-for-a-preview-of-the-quarterly-release" : "shop",
                            methods[i % methods.length],
                            i % 5 == 0 ? "/api/v1/invoices/" + "0123456789".repeat(9) + "?page=" + i : "/hook/" + i,
                            status)
                    .with("visitor_address", i % 4 == 0 ? "2001:db8:85a3::8a2e:370:7334" : "203.0.113." + i)
                    .with("duration_micros", 700L * (1L << i % 16))
                    .with("response_bytes", 90L * i * i * i)
                    .with("outcome", status == 0 ? "upstream_closed" : i % 17 == 3 ? "open" : "completed")
                    .ago(Duration.ofMinutes(40 - i));
            if (i % 7 == 0) {
                draft.with("replay_of", "01ARZ3NDEKTSV4RRFFQ69G5FAV");
            }
            if (i % 9 == 0) {
                draft.body(Direction.TO_UPSTREAM, new byte[10], 5_000_000);
            }
            draft.add();
        }

        screen.open(PAGE).check("requests");
        assertThat(screen.text()).contains("replay").contains("cut").contains("failed");
        screen.open(PAGE + "?q=is:failed").check("requests-filtered");
        assertThat(screen.find(".chips [aria-current]").getText()).isEqualTo("Failed");
        assertThat(screen.findAll("tbody tr"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.getText()).contains("failed"));
        screen.open(PAGE + "?q=path:/nothing-like-this").check("requests-nothing");
        assertThat(screen.text()).contains("Nothing matches");
        screen.open(PAGE + "?q=colour:red").forgetConsole();
        assertThat(screen.text()).contains("colour:red").contains("expected method");
        screen.check("requests-problem");
    }

    @Test
    @Order(3)
    void isUsedByTheKeyboard() {
        screen.open(PAGE);
        press("j");
        press("j");
        assertThat(screen.findAll("tbody tr").get(1).getAttribute("class")).contains("selected");
        press(Keys.ARROW_UP);
        assertThat(screen.findAll("tbody tr").get(0).getAttribute("class")).contains("selected");
        press("/");
        press("sta");
        assertThat(screen.findAll("#requests-proposals li")).isNotEmpty();
        press(Keys.ARROW_DOWN);
        press(Keys.ARROW_DOWN);
        press(Keys.ARROW_DOWN);
        press(Keys.ARROW_DOWN);
        screen.check("requests-proposals");
        press(Keys.ENTER);
        assertThat(screen.find("#requests-q").getAttribute("value")).isEqualTo("status:5xx ");
        press("tunnel:sh");
        press(Keys.ARROW_DOWN);
        press(Keys.ENTER);
        press(Keys.ENTER);

        Awaitility.await().until(() -> screen.path().contains("q=status%3A5xx+tunnel%3Ashop"));
        assertThat(screen.findAll("tbody tr .r-code"))
                .isNotEmpty()
                .allSatisfy(code -> assertThat(code.getText()).startsWith("5"));
    }

    @Test
    @Order(4)
    void showsARequestBesideTheListWhereThereIsRoom() {
        screen.open(PAGE);
        screen.find("tbody tr:nth-child(2) td.r-time").click();
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> screen.find("#pane-body article").isDisplayed());
        String first = screen.find("#pane-body article").getAttribute("aria-label");
        press("j");
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> !screen.find("#pane-body article")
                        .getAttribute("aria-label")
                        .equals(first));
        String before = screen.find(".list-splitter").getAttribute("aria-valuenow");
        screen.driver().executeScript("document.querySelector('.list-splitter').focus()");
        press(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
        assertThat(screen.find(".list-splitter").getAttribute("aria-valuenow")).isNotEqualTo(before);
        for (String theme : new String[] {"light", "dark"}) {
            for (int width : new int[] {1280, 1920}) {
                screen.look(theme, width).picture("requests-pane-" + theme + "-" + width);
            }
            screen.assertAccessible("the list with details, " + theme);
        }
        screen.look("light", 1280);
        screen.open(screen.path().replaceAll("#.*", ""));
        press("j");
        press(Keys.ENTER);
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> screen.find("#pane-body article").isDisplayed());
        assertThat(screen.find(".list-splitter").getAttribute("aria-valuenow")).isNotEqualTo(before);
        press(Keys.ESCAPE);
        assertThat(screen.find("#pane").isDisplayed()).isFalse();

        screen.look("light", 360);
        screen.find("tbody tr:nth-child(2) a").click();
        Awaitility.await().until(() -> screen.path().matches(PAGE + "/[0-9A-Z]{26}"));
        screen.look("light", 1280);
    }

    @Test
    @Order(4)
    void holdsRowsBackWhilePaused() {
        screen.open(PAGE);
        Awaitility.await().until(() -> screen.findAll(".live.away").isEmpty());
        awaitRow(request("GET", "/before-the-pause", 200).add());
        screen.click("Pause");
        String held = request("GET", "/held-1", 200).add();
        request("GET", "/held-2", 200).add();

        screen.waitFor("Resume (2)");
        assertThat(screen.findAll("#r-" + held)).isEmpty();
        screen.click("Resume (2)");

        awaitRow(held);
        assertThat(screen.findAll("tbody tr").getFirst().getText()).contains("/held-2");
        assertThat(screen.text()).contains("Updates by itself");
    }

    @Test
    @Order(5)
    void replacesTheRowOfAStreamThatEnds() {
        screen.open(PAGE);
        String id = request("GET", "/stream", 200).with("outcome", "open").add();
        awaitRow(id);
        String next = request("GET", "/after-the-stream", 200).add();
        awaitRow(next);
        gateway.sql()
                .sql(
                        "update exchange set outcome = 'completed', seq = nextval('exchange_seq'), duration_micros = 8000000"
                                + " where id = ?")
                .param(id)
                .update();

        screen.waitFor("8.00 s");

        assertThat(screen.findAll("tbody tr").get(0).getAttribute("id")).isEqualTo("r-" + next);
        assertThat(screen.findAll("tbody tr").get(1).getAttribute("id")).isEqualTo("r-" + id);
        assertThat(screen.find("#r-" + id).getText()).doesNotContain("open");
    }

    @Test
    @Order(6)
    void runsNothingOfWhatVisitorsSend() {
        List<String> hostile = List.of(
                "<script>window.hacked=1</script>",
                "\"><img src=x onerror=window.hacked=1>",
                "'-window.hacked=1-'",
                "</td></tr></table><svg onload=window.hacked=1>",
                "[[${7*7}]] ${7*7} *{7*7} @{/x} __${7*7}__",
                "javascript:window.hacked=1",
                "\u202egnp.exe\u0007\u001b[31m",
                "data: x\nevent: rows\nid: 0",
                "&lt;b&gt; &amp;quot;");
        screen.open(PAGE);
        Awaitility.await().until(() -> screen.findAll(".live.away").isEmpty());
        String last = "";
        for (String text : hostile) {
            last = recorded.of(ann, text.replace(".", ""), text, "/" + text, 200)
                    .with("visitor_address", text)
                    .with("outcome", text)
                    .with("authority", text)
                    .add();
        }
        awaitRow(last);
        assertThat(rows()).isPositive();
        String live = screen.text();
        screen.open(PAGE);
        String loaded = screen.text();

        for (String page : List.of(live, loaded)) {
            assertThat(page)
                    .contains("<script>window.hacked=1</script>")
                    .contains("${7*7}")
                    .doesNotContain("49 ");
        }
        assertThat(screen.driver().executeScript("return window.hacked")).isNull();
        assertThat(screen.findAll("tbody script, tbody img, tbody svg, tbody b"))
                .isEmpty();
        screen.assertConsoleIsQuiet("hostile rows");
        screen.open(PAGE + "?q=%3E%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E");
        assertThat(screen.driver().executeScript("return window.hacked")).isNull();
        screen.assertConsoleIsQuiet("hostile query");
    }

    @Test
    @Order(7)
    void staysSmallHoweverManyCome() {
        screen.open(PAGE);
        Awaitility.await().until(() -> screen.findAll(".live.away").isEmpty());
        for (int i = 0; i < 30; i++) {
            gateway.sql().sql("""
                            insert into exchange (id, started_at, team_id, membership_id, connection_id, node, hostname,
                                visitor_address, scheme, http_version, method, target, status, outcome)
                            select '01MANY' || lpad(nextval('exchange_seq')::text, 20, '0'), now(), m.team_id, m.id, 'c', 'n',
                                'shop.tunnels.example', '192.0.2.1', 'https', '1.1', 'GET', '/burst', 200, 'completed'
                            from membership m, generate_series(1, 100) where m.id = :id
                            """).param("id", ann).update();
            gateway.sql()
                    .sql("select pg_notify('portr_exchange', team_id::text) from membership where id = ?")
                    .param(ann)
                    .query()
                    .listOfRows();
        }
        String last = request("GET", "/the-last-one", 200).add();

        awaitRow(last);

        assertThat(rows()).isBetween(1, 500);
        // the list may be loaded again meanwhile
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> screen.find("tbody tr").getText().contains("/the-last-one"));
        screen.assertConsoleIsQuiet("a burst");
    }

    @Test
    @Order(8)
    void pagesAndSaysWhenRecordingIsOff() {
        screen.open(PAGE);
        screen.click("Older");
        Awaitility.await().until(() -> screen.path().contains("before="));
        assertThat(rows()).isEqualTo(100);
        screen.click("Newest");
        Awaitility.await().until(() -> !screen.path().contains("before="));
        gateway.sql()
                .sql("insert into team_capture (team_id, mode) select team_id, 'off' from membership where id = ?")
                .param(ann)
                .update();

        screen.open(PAGE + "?q=is:open").check("requests-off");

        assertThat(screen.text()).contains("Recording is off for this team");
    }
}
