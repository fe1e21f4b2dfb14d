package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.portrgateway.tunnel.capture.BodySample;
import io.portrgateway.tunnel.capture.Fields;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded of exchanges with scripted services, and that recording changes nothing for the visitor. */
@Timeout(60)
class CaptureIT {

    private static final String HOST = "Host: App.example.test\r\n";
    private static final String GET = "GET / HTTP/1.1\r\n" + HOST + "\r\n";

    @TempDir
    Path files;

    @Test
    void keepsHeadsAsSentInTheirOrderWithDuplicates() throws Exception {
        try (EdgeKit kit = kit()) {
            kit.tunnel(
                    "app",
                    kit.origin(Origin.always(
                            "HTTP/1.1 418 Teapot\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\n" + "Content-Length: 2\r\n\r\nok")));
            Instant before = Instant.now().minusSeconds(1);
            try (Wire wire = kit.visitor()) {
                wire.send("GET /a%2Fb?q=%20x&q=2 HTTP/1.1\r\nX-Two: b\r\n" + HOST + "X-Two: a\r\nx-two: c\r\n\r\n");
                assertThat(wire.answer()).startsWith("HTTP/1.1 418 ");
            }

            RecordedExchange record = next(kit);
            assertThat(record.request().method()).isEqualTo("GET");
            assertThat(record.request().authority()).isEqualTo("App.example.test");
            assertThat(record.request().target()).isEqualTo("/a%2Fb?q=%20x&q=2");
            assertThat(record.request().httpVersion()).isEqualTo("1.1");
            assertThat(record.request().scheme()).isEqualTo("http");
            assertThat(record.request().tls()).isNull();
            assertThat(record.request().visitorAddress()).isEqualTo("127.0.0.1");
            assertThat(list(record.request().headers()))
                    .containsExactly("X-Two: b", "Host: App.example.test", "X-Two: a", "x-two: c");
            assertThat(list(record.response().headers()))
                    .containsExactly("X-B: 1", "x-a: 2", "X-B: 3", "Content-Length: 2");
            assertThat(record.response().status()).isEqualTo(418);
            assertThat(text(record.response().body())).isEqualTo("ok");
            assertThat(record.outcome().columnValue()).isEqualTo("completed");
            assertThat(record.lease()).isEqualTo(kit.find("app").lease());
            assertThat(record.session()).isEqualTo("session");
            assertThat(record.startedAt()).isBetween(before, Instant.now());
        }
    }

    @Test
    void keepsBodiesByteForByteAndTrailersOfBothDirections() throws Exception {
        byte[] binary = new byte[100_000];
        new Random(1).nextBytes(binary);
        String body = new String(binary, StandardCharsets.ISO_8859_1);
        try (EdgeKit kit = kit()) {
            String sent = "186a0\r\n" + body + "\r\n0\r\nX-Sum: 7\r\n\r\n";
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.read(sent.length());
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                connection.send("186a0\r\n" + body + "\r\n0\r\nX-End: yes\r\n\r\n");
            }));
            try (Wire wire = kit.visitor()) {
                wire.send("POST / HTTP/1.1\r\n" + HOST + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + sent);
                assertThat(wire.rest()).endsWith("\r\n0\r\nX-End: yes\r\n\r\n");
            }

            RecordedExchange record = next(kit);
            assertThat(record.response().requestBody().kept()).isEqualTo(binary);
            assertThat(record.response().requestBody().isTruncated()).isFalse();
            assertThat(text(record.response().body())).isEqualTo("hello" + body);
            assertThat(record.response().requestBytes()).isEqualTo(100_000);
            assertThat(record.response().responseBytes()).isEqualTo(100_005);
            assertThat(list(record.response().requestTrailers())).containsExactly("X-Sum: 7");
            assertThat(list(record.response().trailers())).containsExactly("X-End: yes");
        }
    }

    @Test
    void keepsTheBeginningOfALargeBodyWithItsTrueSizeAndAFlatHeap() throws Exception {
        long size = 64L << 20;
        try (EdgeKit kit = kit("PORTR_CAPTURE_BODY", "64KiB")) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                byte[] part = new byte[1 << 20];
                for (int i = 0; i < size >> 20; i++) {
                    java.util.Arrays.fill(part, (byte) i);
                    connection.out.write(part);
                }
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(GET).head();
                byte[] part = new byte[1 << 20];
                double mostHeld = 0;
                for (int i = 0; i < size >> 20; i++) {
                    assertThat(wire.in.readNBytes(part, 0, part.length)).isEqualTo(part.length);
                    assertThat(part[17]).isEqualTo((byte) i);
                    mostHeld = Math.max(mostHeld, kit.gauge("portr.capture.queued"));
                }
                assertThat(mostHeld).isBetween(1.0, 64 * 1024.0 + 8 * 1024);
            }

            BodySample body = next(kit).response().body();
            assertThat(body.totalBytes()).isEqualTo(size);
            assertThat(body.isTruncated()).isTrue();
            assertThat(body.kept()).hasSize(64 * 1024).containsOnly(0);
        }
    }

    @Test
    void aBodyOfExactlyTheLimitIsNotTruncated() throws Exception {
        try (EdgeKit kit = kit("PORTR_CAPTURE_BODY", "4B")) {
            kit.tunnel("app", kit.origin(Origin.always("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour")));
            try (Wire wire = kit.visitor()) {
                wire.send(GET).answer();
            }

            BodySample body = next(kit).response().body();
            assertThat(text(body)).isEqualTo("four");
            assertThat(body.isTruncated()).isFalse();
        }
    }

    @Test
    void measuresThePhasesOfAScriptedService() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        try (EdgeKit kit = kit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.read(4);
                answer.await();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
                finish.await();
                connection.send("b");
            }));
            try (Wire wire = kit.visitor()) {
                long start = System.nanoTime();
                wire.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\n\r\nab");
                atLeast(start, 40);
                wire.send("cd");
                long complete = System.nanoTime();
                atLeast(complete, 60);
                answer.countDown();
                wire.head();
                wire.read(1);
                long heard = System.nanoTime();
                atLeast(heard, 80);
                finish.countDown();
                wire.read(1);
                long all = (System.nanoTime() - start) / 1000;

                RecordedExchange.Phases phases = next(kit).phases();
                assertThat(phases.queuedMicros()).isBetween(0L, phases.requestMicros());
                assertThat(phases.requestMicros()).isBetween(30_000L, phases.firstByteMicros());
                assertThat(phases.firstByteMicros() - phases.requestMicros()).isGreaterThan(50_000);
                assertThat(phases.durationMicros() - phases.firstByteMicros()).isGreaterThan(70_000);
                assertThat(phases.durationMicros()).isLessThanOrEqualTo(all + 1_000);
            }
        }
    }

    @Test
    void saysWhyAnExchangeFailed() throws Exception {
        try (EdgeKit kit = kit("PORTR_HTTP_RETRIES", "0")) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                String head = connection.request();
                if (head.startsWith("GET /cut ")) {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                }
            }));
            upstream.failures.add(UpstreamException.Reason.REFUSED);
            assertThat(failed(kit, GET)).isEqualTo("local-server-not-online 503 -");
            assertThat(failed(kit, "GET /closed HTTP/1.1\r\n" + HOST + "\r\n")).isEqualTo("upstream-closed 502 -");
            assertThat(failed(kit, "GET /cut HTTP/1.1\r\n" + HOST + "\r\n")).isEqualTo("upstream-closed 200 half");
        }
        try (EdgeKit kit = kit()) {
            OriginUpstream silent = kit.tunnel("app", kit.origin(connection -> connection.in.readAllBytes()));
            try (Wire wire = kit.visitor()) {
                wire.send(GET);
                await().untilAsserted(() -> assertThat(silent.streams).hasSize(1));
            }
            RecordedExchange left = next(kit);
            assertThat(left.outcome().columnValue()).isEqualTo("visitor-left");
            assertThat(left.response().status()).isZero();
        }
    }

    private static String failed(EdgeKit kit, String request) throws Exception {
        try (Wire wire = kit.visitor()) {
            wire.send(request);
            wire.head();
            RecordedExchange record = next(kit);
            String body = text(record.response().body());
            return record.outcome().columnValue() + " " + record.response().status() + " "
                    + (body.isEmpty() ? "-" : body);
        }
    }

    @Test
    void keepsTheHandshakeBytesAndTimeOfAnUpgradedConnection() throws Exception {
        CountDownLatch finish = new CountDownLatch(1);
        try (EdgeKit kit = kit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
                connection.send(connection.read(5) + "!");
                finish.await();
            }));
            RecordedExchange open;
            try (Wire wire = kit.visitor()) {
                wire.send("GET /ws HTTP/1.1\r\n" + HOST + "Upgrade: echo\r\nConnection: Upgrade\r\n\r\n");
                assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
                open = next(kit);
                wire.send("hello");
                assertThat(wire.read(6)).isEqualTo("hello!");
                finish.countDown();
            }

            assertThat(open.outcome().columnValue()).isEqualTo("open");
            assertThat(open.session()).isEqualTo("session");
            assertThat(open.continuation()).isNull();
            RecordedExchange end = next(kit);
            assertThat(end.id()).isEqualTo(open.id());
            assertThat(end.continuation()).isEqualTo(new RecordedExchange.Continuation(null));
            for (RecordedExchange record : List.of(open, end)) {
                assertThat(record.response().status()).isEqualTo(101);
                assertThat(list(record.response().headers())).containsExactly("Upgrade: echo", "Connection: Upgrade");
            }
            assertThat(end.outcome().columnValue()).isEqualTo("completed");
            assertThat(end.response().requestBytes()).isEqualTo(5);
            assertThat(end.response().responseBytes()).isEqualTo(6);
            assertThat(kit.captured.takeFrames(10, Long.MAX_VALUE)).isEmpty();
        }
    }

    @Test
    void keepsHttp2Exchanges() throws Exception {
        TestCertificate certificate = TestCertificate.write(files, "a", "*.example.test");
        try (EdgeKit kit = kit(
                "PORTR_TLS_CERT",
                certificate.chain().toString(),
                "PORTR_TLS_KEY",
                certificate.key().toString())) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.read("a\r\nhelloworld\r\n0\r\n\r\n".length());
                connection.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-End: yes\r\n\r\n");
            }));
            try (Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
                var headers = new DefaultHttp2Headers()
                        .method("POST")
                        .path("/p?x=1")
                        .scheme("https")
                        .authority("app.example.test")
                        .add("x-two", "a")
                        .add("x-one", "b")
                        .add("x-two", "c");
                assertThat(client.send(headers, "hello", "world").get().body()).isEqualTo("hi");
            }

            RecordedExchange record = next(kit);
            assertThat(record.request().httpVersion()).isEqualTo("2");
            assertThat(record.request().scheme()).isEqualTo("https");
            assertThat(record.request().tls()).startsWith("TLSv1.");
            assertThat(record.request().target()).isEqualTo("/p?x=1");
            assertThat(record.request().authority()).isEqualTo("app.example.test");
            assertThat(list(record.request().headers())).containsSubsequence("x-two: a", "x-one: b", "x-two: c");
            assertThat(text(record.response().requestBody())).isEqualTo("helloworld");
            assertThat(text(record.response().body())).isEqualTo("hi");
            assertThat(list(record.response().trailers())).containsExactly("X-End: yes");
        }
    }

    @Test
    void dropsWhatDoesNotFitAndServesOn() throws Exception {
        String body = "x".repeat(400_000);
        try (EdgeKit kit = kit("PORTR_CAPTURE_QUEUE", "1MiB")) {
            kit.tunnel(
                    "app",
                    kit.origin(
                            Origin.always("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)));
            try (Wire wire = kit.visitor()) {
                for (int i = 0; i < 60; i++) {
                    String path = "/" + "p".repeat(5_000);
                    assertThat(wire.send("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n")
                                    .answer())
                            .endsWith(body);
                    assertThat(kit.gauge("portr.capture.queued")).isLessThanOrEqualTo(1 << 20);
                }
            }

            List<RecordedExchange> kept = kit.captured.take(1000, Long.MAX_VALUE);
            assertThat(text(kept.getFirst().response().body())).isEqualTo(body);
            assertThat(kept)
                    .extracting(record -> record.response().body())
                    .allSatisfy(sample -> assertThat(sample.totalBytes()).isEqualTo(body.length()))
                    .anySatisfy(sample -> assertThat(sample.isTruncated()).isTrue());
            assertThat(kit.meters.get("portr.capture.bodies.cut").counter().count())
                    .isPositive();
            double dropped = kit.meters
                    .get("portr.capture.dropped")
                    .tag("reason", "full")
                    .counter()
                    .count();
            assertThat(kept.size() + dropped).isEqualTo(60);
            assertThat(dropped).isPositive();

            kit.captured.written(kept, 1);
            assertThat(kit.gauge("portr.capture.queued")).isZero();
        }
    }

    @Test
    void recordsNoMoreOfATunnelThanItsRate() throws Exception {
        try (EdgeKit kit = kit("PORTR_CAPTURE_RATE", "1")) {
            Origin origin = kit.origin(Origin.always("HTTP/1.1 204 No Content\r\n\r\n"));
            kit.tunnel("app", origin);
            kit.tunnel("other", origin);
            try (Wire wire = kit.visitor()) {
                for (int i = 0; i < 60; i++) {
                    wire.send(GET).head();
                }
                wire.send("GET / HTTP/1.1\r\nHost: other.example.test\r\n\r\n").head();
            }

            List<RecordedExchange> kept = kit.captured.take(1000, Long.MAX_VALUE);
            assertThat(kept).hasSizeBetween(10, 40);
            assertThat(kept.getLast().request().authority()).isEqualTo("other.example.test");
        }
    }

    @Test
    void keepsNoBodiesInMetadataModeAndNothingWhenOff() throws Exception {
        try (EdgeKit kit = kit("PORTR_CAPTURE", "metadata")) {
            kit.tunnel("app", kit.origin(Origin.always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")));
            try (Wire wire = kit.visitor()) {
                wire.send(GET).answer();
            }
            BodySample body = next(kit).response().body();
            assertThat(body.keptBytes()).isZero();
            assertThat(body.totalBytes()).isEqualTo(2);
        }
        try (EdgeKit kit = kit("PORTR_CAPTURE", "off")) {
            kit.tunnel("app", kit.origin(Origin.always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")));
            try (Wire wire = kit.visitor()) {
                wire.send(GET).answer();
                // The first exchange is over once the second one is answered
                wire.send(GET).answer();
            }
            assertThat(kit.captured.take(10, Long.MAX_VALUE)).isEmpty();
            assertThat(kit.gauge("portr.capture.queued")).isZero();
        }
    }

    private static EdgeKit kit(String... more) throws IOException {
        List<String> settings = new ArrayList<>(List.of("PORTR_CAPTURE", "full"));
        settings.addAll(List.of(more));
        return new EdgeKit(settings.toArray(String[]::new));
    }

    private static RecordedExchange next(EdgeKit kit) {
        return await().until(() -> kit.captured.take(1, Long.MAX_VALUE), batch -> !batch.isEmpty())
                .getFirst();
    }

    /** Lets time pass that the record must show. */
    private static void atLeast(long sinceNanos, int millis) {
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> System.nanoTime() - sinceNanos
                        > Duration.ofMillis(millis).toNanos());
    }

    private static List<String> list(Fields fields) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < fields.count(); i++) {
            all.add(fields.name(i) + ": " + fields.value(i));
        }
        return all;
    }

    private static String text(BodySample body) {
        return new String(body.kept(), StandardCharsets.ISO_8859_1);
    }
}
