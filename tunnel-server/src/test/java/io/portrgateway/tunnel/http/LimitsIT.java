package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time-outs, caps, back-pressure, the PROXY protocol and the end of the server. */
@Timeout(60)
class LimitsIT {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String GET = "GET / HTTP/1.1\r\nHost: app.example.test\r\n\r\n";

    @Test
    void answers408WhenAHeadIsNotFinishedInTime() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_HEADER_TIMEOUT", "100ms");
                Wire wire = kit.visitor()) {
            assertThat(wire.send("GET / HTTP/1.1\r\nHost: a").rest())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                    .contains("X-Portr-Error-Reason: request-timeout\r\n");
        }
    }

    @Test
    void closesSilentAndIdleConnections() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_HEADER_TIMEOUT", "100ms", "PORTR_HTTP_IDLE_TIMEOUT", "150ms")) {
            kit.tunnel("app", kit.origin(Origin.always(OK)));
            try (Wire silent = kit.visitor();
                    Wire idle = kit.visitor()) {
                assertThat(idle.send(GET).answer()).isEqualTo(OK);

                assertThat(silent.rest()).isEmpty();
                assertThat(idle.rest()).isEmpty();
            }
            assertThat(kit.count("portr.http.refused", "reason", "idle")).isEqualTo(1);
            assertThat(kit.count("portr.http.refused", "reason", "no-request")).isEqualTo(1);
        }
    }

    @Test
    void answers408WhenABodyStops() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_BODY_TIMEOUT", "100ms")) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.in.readAllBytes();
            }));
            try (Wire wire = kit.visitor()) {
                wire.send("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 10\r\n\r\nhalf");

                assertThat(wire.rest()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
            }
            await().untilAsserted(() -> assertThat(upstream.streams).noneMatch(stream -> stream.isOpen()));
        }
    }

    @Test
    void answers504WhenTheServiceDoesNotAnswer() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_RESPONSE_TIMEOUT", "100ms")) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> connection.in.readAllBytes()));
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer())
                        .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                        .contains("X-Portr-Error-Reason: upstream-timeout\r\n");
                upstream.silent = true;
                assertThat(wire.send(GET).answer()).startsWith("HTTP/1.1 504 ");
            }
            assertThat(upstream.inFlight()).isZero();
        }
    }

    @Test
    void answers413WhenABodyIsTooLarge() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_MAX_BODY", "10B")) {
            kit.tunnel("app", kit.origin(connection -> connection.in.readAllBytes()));
            try (Wire known = kit.visitor();
                    Wire chunked = kit.visitor()) {
                known.send("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 11\r\n\r\n");
                assertThat(known.rest()).startsWith("HTTP/1.1 413 ");
                chunked.send(
                        "POST / HTTP/1.1\r\nHost: app.example.test\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n");
                assertThat(chunked.rest()).startsWith("HTTP/1.1 413 ");
            }
        }
    }

    @Test
    void refusesConnectionsBeyondTheCaps() throws Exception {
        try (EdgeKit kit =
                new EdgeKit("PORTR_HTTP_MAX_CONNECTIONS", "3", "PORTR_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "2")) {
            kit.tunnel("app", kit.origin(Origin.always(OK)));
            try (Wire first = kit.visitor();
                    Wire second = kit.visitor()) {
                assertThat(first.send(GET).answer()).isEqualTo(OK);
                assertThat(second.send(GET).answer()).isEqualTo(OK);
                try (Wire third = kit.visitor()) {
                    assertThat(third.rest()).startsWith("HTTP/1.1 429 ").contains("too-many-connections");
                }
            }
            await().untilAsserted(() ->
                    assertThat(kit.gauge("portr.http.connections")).isZero());
            try (Wire again = kit.visitor()) {
                assertThat(again.send(GET).answer()).isEqualTo(OK);
            }
        }
    }

    @Test
    void closesAfterTheConfiguredNumberOfRequests() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_MAX_REQUESTS_PER_CONNECTION", "2")) {
            kit.tunnel("app", kit.origin(Origin.always(OK)));
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer()).isEqualTo(OK);
                assertThat(wire.send(GET).rest())
                        .contains("Connection: close\r\n")
                        .endsWith("\r\n\r\nok");
            }
        }
    }

    @Test
    void answers503WhenATunnelHasTooMuchInFlight() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_MAX_IN_FLIGHT_PER_TUNNEL", "1")) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                release.await();
                connection.send(OK);
            }));
            try (Wire first = kit.visitor();
                    Wire second = kit.visitor()) {
                first.send(GET);
                await().untilAsserted(() -> assertThat(upstream.inFlight()).isEqualTo(1));
                assertThat(second.send(GET).answer())
                        .startsWith("HTTP/1.1 503 ")
                        .contains("X-Portr-Error-Reason: upstream-limit\r\n");
                release.countDown();
                assertThat(first.answer()).isEqualTo(OK);
            }
        }
    }

    @Test
    void forgetsIdleStreams() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_IDLE_STREAM_TIMEOUT", "50ms")) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always(OK)));
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer()).isEqualTo(OK);
                await().untilAsserted(() -> assertThat(upstream.streams).noneMatch(stream -> stream.isOpen()));
            }
            assertThat(kit.gauge("portr.http.streams.idle")).isZero();
        }
    }

    @Test
    void stopsReadingAServiceWhoseVisitorDoesNotRead() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                byte[] block = new byte[64 * 1024];
                while (true) {
                    connection.out.write(block);
                    sent.addAndGet(block.length);
                }
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(GET);

                // What fits is what two sockets and the water marks hold, whatever the service would like to send.
                AtomicLong before = new AtomicLong(-1);
                await().pollInterval(Duration.ofMillis(300))
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
                assertThat(sent).hasValueLessThan(32L << 20);
            }
        }
    }

    @Test
    void stopsReadingAVisitorWhoseServiceDoesNotRead() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                end.await();
            }));
            try (Wire wire = kit.visitor()) {
                Thread sender = Thread.ofVirtual().start(() -> {
                    try {
                        wire.send("PUT / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 1000000000\r\n\r\n");
                        byte[] block = new byte[64 * 1024];
                        while (true) {
                            wire.out.write(block);
                            sent.addAndGet(block.length);
                        }
                    } catch (IOException over) {
                        // The test is over.
                    }
                });
                AtomicLong before = new AtomicLong(-1);
                await().pollInterval(Duration.ofMillis(300))
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> sent.get() > 0 && before.getAndSet(sent.get()) == sent.get());
                assertThat(sent).hasValueLessThan(32L << 20);
                wire.socket.close();
                sender.join();
            }
            end.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void passesLargeBodiesBothWaysUnchanged(int loopCount) throws Exception {
        int size = 48 << 20;
        try (EdgeKit kit = new EdgeKit(loopCount)) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
                byte[] block = new byte[100_000];
                int left = size;
                while (left > 0) {
                    int count = connection.in.read(block, 0, Math.min(left, block.length));
                    connection.out.write(block, 0, count);
                    left -= count;
                }
                connection.in.readAllBytes();
            }));
            try (Wire wire = kit.visitor()) {
                Thread.ofVirtual().start(() -> {
                    try {
                        wire.send("PUT / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: " + size + "\r\n\r\n");
                        byte[] block = new byte[70_001];
                        for (int at = 0; at < size; at += block.length) {
                            for (int i = 0; i < block.length; i++) {
                                block[i] = (byte) ((at + i) * 31 >>> 3);
                            }
                            wire.out.write(block, 0, Math.min(block.length, size - at));
                        }
                    } catch (IOException over) {
                        // Seen by the reader.
                    }
                });
                wire.head();
                for (int at = 0; at < size; ) {
                    byte[] part = wire.in.readNBytes(Math.min(1 << 16, size - at));
                    for (int i = 0; i < part.length; i++) {
                        if (part[i] != (byte) ((at + i) * 31 >>> 3)) {
                            throw new AssertionError("byte " + (at + i) + " changed");
                        }
                    }
                    at += part.length;
                    assertThat(part.length).isPositive();
                }
            }
        }
    }

    @Test
    void takesTheVisitorFromAProxyHeader() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_PROXY_PROTOCOL", "required", "PORTR_TRUSTED_PROXIES", "127.0.0.1")) {
            Origin origin = kit.origin(Origin.always(OK));
            OriginUpstream upstream = kit.tunnel("app", origin);
            try (Wire v1 = kit.visitor();
                    Wire v2 = kit.visitor();
                    Wire without = kit.visitor()) {
                assertThat(v1.send("PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n" + GET)
                                .answer())
                        .isEqualTo(OK);
                v2.send(
                        "\r\n\r\n\u0000\r\nQUIT\n\u0021\u0011\u0000\u000c\u00cb\u0000\u0071\u0008\u007f\u0000\u0000\u0001\u0012\u0067\u0000\u0050");
                assertThat(v2.send(GET).answer()).isEqualTo(OK);
                assertThat(without.send(GET).rest()).isEmpty();
            }
            assertThat(origin.heads.get(0)).contains("X-Forwarded-For: 203.0.113.7\r\n");
            assertThat(origin.heads.get(1)).contains("X-Forwarded-For: 203.0.113.8\r\n");
            assertThat(upstream.visitors.getFirst().getPort()).isEqualTo(4711);
        }
    }

    @Test
    void takesNoProxyHeaderFromOthers() throws Exception {
        try (EdgeKit kit =
                        new EdgeKit("PORTR_HTTP_PROXY_PROTOCOL", "optional", "PORTR_TRUSTED_PROXIES", "192.0.2.0/24");
                Wire wire = kit.visitor()) {
            assertThat(wire.send("PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n" + GET)
                            .rest())
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void doesWithoutAProxyHeaderWhereItIsOptional() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTP_PROXY_PROTOCOL", "optional", "PORTR_TRUSTED_PROXIES", "127.0.0.1")) {
            kit.tunnel("app", kit.origin(Origin.always(OK)));
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer()).isEqualTo(OK);
            }
        }
    }

    @Test
    void finishesWhatIsInFlightWhenItDrains() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                release.await();
                connection.send(OK);
            }));
            try (Wire idle = kit.visitor();
                    Wire busy = kit.visitor()) {
                idle.send("GET / HTTP/1.1\r\nHost: none.example.test\r\n\r\n").answer();
                busy.send(GET);
                await().untilAsserted(() -> assertThat(upstream.inFlight()).isEqualTo(1));
                var drained = kit.edge.drain(Duration.ofSeconds(20));

                assertThat(idle.rest()).isEmpty();
                assertThat(drained.isDone()).isFalse();
                release.countDown();
                assertThat(busy.rest()).contains("Connection: close\r\n").endsWith("\r\n\r\nok");
                assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void cutsWhatOutlivesTheGraceTime() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
                connection.in.readAllBytes();
            }));
            kit.tunnel("slow", kit.origin(connection -> connection.in.readAllBytes()));
            try (Wire upgraded = kit.visitor();
                    Wire slow = kit.visitor()) {
                upgraded.send("GET / HTTP/1.1\r\nHost: app.example.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
                upgraded.head();
                slow.send("GET / HTTP/1.1\r\nHost: slow.example.test\r\n\r\n");
                var drained = kit.edge.drain(Duration.ofMillis(100));

                assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(upgraded.rest()).isEmpty();
                assertThat(slow.rest()).isEmpty();
            }
        }
    }

    @Test
    void doesNotMistakeUnaskedBytesForTheNextAnswer() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(connection -> {
                String head = connection.request();
                String answer =
                        head.startsWith("GET /first ") ? OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : OK;
                connection.send(answer);
                connection.request();
                connection.send(OK);
            });
            kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send("GET /first HTTP/1.1\r\nHost: app.example.test\r\n\r\n")
                                .answer())
                        .isEqualTo(OK);
                assertThat(wire.send(GET).answer()).isEqualTo(OK);
            }
        }
    }

    @Test
    void survivesVisitorsThatVanishAtAnyMoment() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                while (connection.request() != null) {
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for (int i = 0; i < 20; i++) {
                        connection.send("400\r\n" + "x".repeat(1024) + "\r\n");
                    }
                    connection.send("0\r\n\r\n");
                }
            }));
            byte[] request = ("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 20\r\n\r\n"
                            + "y".repeat(20))
                    .getBytes(StandardCharsets.ISO_8859_1);
            for (int cut = 1; cut <= request.length; cut += 3) {
                Wire wire = kit.visitor();
                wire.socket.setSoLinger(true, 0);
                try {
                    wire.out.write(request, 0, cut);
                    wire.out.flush();
                    if (cut > request.length - 6) {
                        wire.read(300);
                    }
                } catch (SocketException closed) {
                    // Fine, too.
                }
                wire.close();
            }
            await().untilAsserted(() ->
                    assertThat(kit.gauge("portr.http.connections")).isZero());
            await().untilAsserted(() -> assertThat(upstream.inFlight()).isZero());
            assertThat(kit.gauge("portr.http.exchanges.active")).isZero();
        }
    }
}
