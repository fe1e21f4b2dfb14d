package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.Direction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page of one request in a real browser: what it shows of each kind of body, by pointer and by keyboard. */
@Timeout(180)
class DetailPageIT {

    private static final String LIST = "/default-team/requests/";

    private static Gateway gateway;
    private static Screen screen;
    private static Recorded recorded;
    private static long ann;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_TUNNEL_URL", "tunnels.example");
        Members members = new Members(gateway);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        recorded = new Recorded(gateway);
        screen = new Screen(gateway).signIn();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String invoice(int items) {
        return IntStream.range(0, items)
                .mapToObj(i -> "{\"id\":" + (1000 + i) + ",\"name\":\"Item " + i + "\",\"price\":12.50,\"paid\":"
                        + (i % 2 == 0) + ",\"tags\":[\"new\",\"spring sale\"]}")
                .collect(Collectors.joining(
                        ",",
                        "{\"event\":\"invoice.paid\",\"live\":true,\"amount\":12345678901234567890,\"customer\":{\"name\":\"Zoë\","
                                + "\"odd key\":null,\"address\":{\"city\":\"Zürich\",\"lines\":[]}},\"items\":[",
                        "]}"));
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(packed)) {
            stream.write(bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return packed.toByteArray();
    }

    @Test
    void showsAWebhookOnBothSides() {
        String id = recorded.of(ann, "shop", "POST", "/hooks/payments?source=test&token=[redacted]&page=2", 200)
                .with("tls", "TLSv1.3")
                .with("request_micros", 2_100L)
                .with("queued_micros", 900L)
                .with("first_byte_micros", 38_000L)
                .with("duration_micros", 46_500L)
                .requestHeaders(
                        "Host", "shop.tunnels.example",
                        "User-Agent", "Payments/1.0 (+https://payments.example/webhooks)",
                        "Content-Type", "application/json; charset=utf-8",
                        "Content-Length", "512",
                        "Authorization", "Bearer [redacted]",
                        "Cookie", "theme=dark; session=abc%20def; empty=",
                        "X-Signature",
                                "t=1492774577,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
                        "Accept", "*/*",
                        "X-Forwarded-For", "192.0.2.7")
                .responseHeaders(
                        "Content-Type", "application/json",
                        "Content-Encoding", "gzip",
                        "Cache-Control", "private, max-age=3600, must-revalidate",
                        "Set-Cookie", "session=new; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=86400",
                        "Set-Cookie", "theme=light; Path=/",
                        "Server", "demo/1.2")
                .request(invoice(3))
                .body(Direction.TO_VISITOR, gzip(invoice(250).getBytes(StandardCharsets.UTF_8)))
                .add();
        screen.open(LIST + id).check("request");

        assertThat(screen.text()).contains("invoice.paid", "12345678901234567890", "200 OK", "gzip →");

        // both sides by one key, one side by the arrows
        screen.find("body").sendKeys("1");
        screen.check("request-headers");
        assertThat(screen.text()).contains("Scheme: Bearer", "fresh for 60 min", "HttpOnly", "stands for a secret");
        screen.find("body").sendKeys("3");
        assertThat(screen.find("#request-head").getText())
                .startsWith("POST /hooks/payments?source=test&token=[redacted]&page=2 HTTP/1.1\nHost: shop");
        screen.find("#response-raw-tab").sendKeys(org.openqa.selenium.Keys.ARROW_LEFT);
        assertThat(screen.find("#response-body").isDisplayed()).isTrue();
        assertThat(screen.find("#request-raw").isDisplayed()).isTrue();
        screen.find("body").sendKeys("2");

        // long lists are fetched piece by piece, and searched as a whole
        screen.type("#response-body input[type=search]", "Item 249");
        screen.waitFor("$.items[249].name");
        screen.check("request-search");
        screen.type("#response-body input[type=search]", "no such thing");
        screen.waitFor("Nothing contains this");
    }

    @Test
    void showsFormsPicturesPartsAndBytes() {
        String form = recorded.of(ann, "shop", "POST", "/login", 302)
                .requestHeaders("Content-Type", "application/x-www-form-urlencoded")
                .responseHeaders("Location", "/")
                .request("name=Zo%C3%AB+M&comment=two%0Alines&password=[redacted]")
                .add();
        screen.open(LIST + form).waitFor("Zoë M");
        screen.check("request-form");

        byte[] png = Base64.getDecoder()
                .decode(
                        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        parts.writeBytes(("--xyz\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nHello\r\n--xyz\r\n"
                        + "Content-Disposition: form-data; name=\"photo\"; filename=\"me.png\"\r\n"
                        + "Content-Type: image/png\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        parts.writeBytes(png);
        parts.writeBytes("\r\n--xyz--\r\n".getBytes(StandardCharsets.UTF_8));
        String upload = recorded.of(ann, "shop", "PUT", "/photos/1", 201)
                .requestHeaders("Content-Type", "multipart/form-data; boundary=xyz")
                .responseHeaders("Content-Type", "image/png")
                .body(Direction.TO_UPSTREAM, parts.toByteArray())
                .body(Direction.TO_VISITOR, png)
                .add();
        screen.open(LIST + upload).waitFor("me.png");
        screen.check("request-parts");
        assertThat(screen.driver().executeScript("return document.querySelector('.picture img').naturalWidth"))
                .isEqualTo(1L);

        byte[] noise = new byte[10_000];
        new java.util.Random(1).nextBytes(noise);
        String binary = recorded.of(ann, "shop", "GET", "/file.bin", 0)
                .with("outcome", "upstream-closed")
                .with("first_byte_micros", null)
                .responseHeaders("Content-Type", "application/octet-stream")
                .body(Direction.TO_VISITOR, noise, 5_000_000)
                .add();
        screen.open(LIST + binary).waitFor("Only the first");
        screen.check("request-bytes");
        screen.click("Next");
        screen.waitFor("00001000");
    }

    @Test
    void goesThroughRequestsByKeysAndRemembersTheLine() {
        String older = recorded.of(ann, "keys", "GET", "/older", 404).add();
        recorded.of(ann, "keys", "GET", "/between", 200).add();
        String newer = recorded.of(ann, "keys", "GET", "/newer", 404).add();

        screen.open(LIST + newer + "?q=status:4xx");
        screen.find("body").sendKeys("j");
        screen.waitFor("/older");
        assertThat(screen.path()).isEqualTo(LIST + older + "?q=status:4xx");
        screen.find("body").sendKeys("k");
        screen.waitFor("/newer");

        screen.find(".splitter").sendKeys(org.openqa.selenium.Keys.ARROW_LEFT);
        screen.find(".splitter").sendKeys(org.openqa.selenium.Keys.ARROW_LEFT);
        assertThat(screen.find(".splitter").getAttribute("aria-valuenow")).isEqualTo("46");
        screen.open(LIST + older);
        assertThat(screen.find(".splitter").getAttribute("aria-valuenow")).isEqualTo("46");
    }

    @Test
    void followsASocketWhileItIsOpen() {
        String id = recorded.of(ann, "chat", "GET", "/socket", 101)
                .with("outcome", "open")
                .with("duration_micros", 90_000_000L)
                .requestHeaders(
                        "Upgrade",
                        "websocket",
                        "Connection",
                        "Upgrade",
                        "Sec-WebSocket-Key",
                        "dGhlIHNhbXBsZSBub25jZQ==")
                .responseHeaders("Upgrade", "websocket", "Connection", "Upgrade")
                .frame(Direction.TO_UPSTREAM, "text", "{\"type\":\"subscribe\",\"channel\":\"orders\"}")
                .frame(Direction.TO_VISITOR, "text", "welcome")
                .frame(Direction.TO_VISITOR, "binary", "\u0000\u0001\u0002 bytes")
                .frame(Direction.TO_UPSTREAM, "ping", "")
                .add();
        screen.open(LIST + id).waitFor("welcome");
        screen.waitFor("Waiting for the next message");

        frame(id, 5, "text", "came later", null);
        screen.waitFor("came later");
        screen.find("#message-lines details summary").click();
        screen.waitFor("\"channel\": \"orders\"");
        screen.check("request-socket");

        frame(id, 6, "close", "\u0003\u00e8done", 1000);
        gateway.sql()
                .sql("update exchange set outcome = 'completed' where id = ?")
                .param(id)
                .update();
        screen.waitFor("1000 normal end");
        screen.waitUntilGone("Waiting for the next message");

        screen.type(".messages input[type=search]", "later");
        screen.waitUntilGone("welcome");
        assertThat(screen.text()).contains("came later");
    }

    private static void frame(String id, int number, String kind, String content, Integer code) {
        gateway.sql()
                .sql("""
                        insert into exchange_frame (exchange_id, started_at, team_id, n, at_micros, direction, kind,
                                                    total_bytes, truncated, close_code, content)
                        select id, started_at, team_id, ?, 2000000, 'toVisitor', ?, ?, false, ?, ? from exchange where id = ?
                        """)
                .params(number, kind, content.length(), code, content.getBytes(StandardCharsets.ISO_8859_1), id)
                .update();
    }

    @Test
    void copiesAndSharesByHand() {
        String id = recorded.of(ann, "shop", "POST", "/hook?a=1", 200)
                .requestHeaders(
                        "Content-Type", "application/json", "Authorization", "Bearer [redacted]", "X-Shown", "to all")
                .request("{\"it's\": \"here\"}")
                .add();
        screen.open(LIST + id);
        screen.find("body").sendKeys("c");
        screen.waitFor("curl 'https://shop.tunnels.example/hook?a=1'");
        assertThat(screen.text()).contains("# Fill in what was taken out", "await fetch(", "http --ignore-stdin POST");
        screen.check("request-copy");
        screen.find("dialog [data-close]").click();

        screen.click("Share");
        screen.check("request-share");
        screen.find("dialog .button.primary").click();
        screen.waitFor("The link is ready");
        screen.check("request-shared-link");
        String link = screen.find("#share-url").getText();
        String path = link.substring(link.indexOf("/share/"));

        screen.driver().manage().deleteAllCookies();
        try {
            assertSharedIsShown(path);
        } finally {
            screen.signIn();
        }
    }

    private static void assertSharedIsShown(String path) {
        screen.open(path).waitFor("Shared with you until");
        screen.check("request-shared");
        assertThat(screen.text()).contains("to all").doesNotContain("ann@example.com", "192.0.2.7");
        screen.find("body").sendKeys("2");
        screen.waitFor("Whoever shared this chose not to show bodies");
        gateway.sql().sql("update share_link set revoked_at = now()").update();
        screen.open(path).waitFor("no longer good");
        screen.forgetConsole();
        screen.check("request-gone");
    }
}
