package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpEdgeIT {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: app.example.test\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void passesManyRequestsOnOneConnectionThroughOneStream(int loopCount) throws Exception {
        try (EdgeKit kit = new EdgeKit(loopCount)) {
            Origin origin = kit.origin(Origin.always(OK));
            OriginUpstream upstream = kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                for (int i = 0; i < 50; i++) {
                    assertThat(wire.send(get("/" + i)).answer()).isEqualTo(OK);
                }
            }

            assertThat(upstream.opened).hasValue(1);
            assertThat(origin.heads.get(7)).startsWith("GET /7 HTTP/1.1\r\n").contains("Host: app.example.test\r\n");
            assertThat(kit.count("portr.http.streams", "how", "reused")).isEqualTo(49);
            assertThat(kit.count("portr.http.exchanges", "outcome", "2xx")).isEqualTo(50);
            assertThat(upstream.inFlight()).isZero();
            assertThat(upstream.lines).hasSize(50);
            assertThat(upstream.lines.get(3).what()).isEqualTo("GET /3");
        }
    }

    @Test
    void reusesStreamsAcrossVisitorConnections() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always(OK)));
            for (int i = 0; i < 20; i++) {
                try (Wire wire = kit.visitor()) {
                    assertThat(wire.send("GET / HTTP/1.1\r\nHost: app.example.test\r\nConnection: close\r\n\r\n")
                                    .rest())
                            .contains("Connection: close\r\n")
                            .endsWith("\r\n\r\nok");
                }
            }

            assertThat(upstream.opened).hasValue(1);
        }
    }

    @Test
    void usesOneStreamPerRequestWithClientsThatCannotReuseThem() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always(OK)));
            upstream.keepsAlive = false;
            try (Wire wire = kit.visitor()) {
                for (int i = 0; i < 5; i++) {
                    assertThat(wire.send(get("/")).answer()).isEqualTo(OK);
                }
            }

            assertThat(upstream.opened).hasValue(5);
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                String head;
                while ((head = connection.request()) != null) {
                    String path = head.substring(4, head.indexOf(' ', 4));
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                }
            }));
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                all.append(get("/" + i));
            }
            try (Wire wire = kit.visitor()) {
                wire.send(all.toString());

                for (int i = 0; i < 200; i++) {
                    assertThat(wire.answer()).endsWith("\r\n\r\n/" + i);
                }
            }
        }
    }

    @Test
    void keepsARequestBehindABodyUntilThatOneIsAnswered() throws Exception {
        CountDownLatch secondSent = new CountDownLatch(1);
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                String head;
                while ((head = connection.request()) != null) {
                    String body = connection.read(Wire.length(head));
                    secondSent.await();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                }
            }));
            String post = "POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 5\r\n\r\n";
            try (Wire wire = kit.visitor()) {
                wire.send(post + "first" + post + "other");
                secondSent.countDown();

                assertThat(wire.answer()).endsWith("\r\n\r\nfirst");
                assertThat(wire.answer()).endsWith("\r\n\r\nother");
            }
        }
    }

    @Test
    void answers404WhenHostnameIsUnknown() throws Exception {
        try (EdgeKit kit = new EdgeKit();
                Wire wire = kit.visitor()) {
            String answer = wire.send("GET / HTTP/1.1\r\nHost: Nobody.Example.test:8001\r\n\r\n")
                    .answer();

            assertThat(answer)
                    .startsWith("HTTP/1.1 404 Not Found\r\n")
                    .contains("X-Portr-Error: true\r\n")
                    .contains("X-Portr-Error-Reason: unregistered-subdomain\r\n")
                    .contains("portr http 3000 --subdomain nobody")
                    .contains("ssh -p 2222 -R nobody:80:localhost:3000");
            assertThat(wire.send("GET / HTTP/1.1\r\nHost: example.test\r\nAccept: application/json\r\n\r\n")
                            .answer())
                    .startsWith("HTTP/1.1 404 Not Found\r\n")
                    .contains("{\"error\":\"unregistered-subdomain\"");
        }
    }

    @Test
    void passesBodiesBothWaysInTheirFraming() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(connection -> {
                while (connection.request() != null) {
                    String body = connection.read("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n".length());
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n"
                            + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\nX-End: yes\r\n\r\n");
                }
            });
            kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                wire.send(
                        "POST / HTTP/1.1\r\nHost: app.example.test\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n");
                wire.send("5;x=y\r\nhello\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n");

                assertThat(wire.head())
                        .contains("Transfer-Encoding: chunked\r\n")
                        .contains("Trailer: X-End\r\n");
                assertThat(wire.read(2)).isEqualTo("19");
                assertThat(wire.read(2 + 25 + 2)).contains("hello");
                assertThat(wire.read("0\r\nX-End: yes\r\n\r\n".length())).isEqualTo("0\r\nX-End: yes\r\n\r\n");
            }
            assertThat(origin.heads.getFirst()).contains("TE: trailers\r\n").contains("Transfer-Encoding: chunked\r\n");
        }
    }

    @Test
    void flushesEveryServerSentEventAtOnce() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                connection.send("9\r\ndata: 1\n\n\r\n");
                // The second event is made only once the first one has arrived at the visitor.
                firstSeen.await();
                connection.send("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(get("/"));
                wire.head();
                assertThat(wire.read(14)).isEqualTo("9\r\ndata: 1\n\n\r\n");
                firstSeen.countDown();
                assertThat(wire.read(14)).isEqualTo("9\r\ndata: 2\n\n\r\n");
            }
        }
    }

    @Test
    void relaysAnUpgradedConnectionWithoutLosingEarlyBytes() throws Exception {
        for (int round = 0; round < 20; round++) {
            try (EdgeKit kit = new EdgeKit()) {
                kit.tunnel("app", kit.origin(connection -> {
                    connection.request();
                    connection.send(
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello");
                    connection.in.transferTo(connection.out);
                }));
                try (Wire wire = kit.visitor()) {
                    wire.send(
                            "GET /ws HTTP/1.1\r\nHost: app.example.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\nearly");

                    assertThat(wire.head())
                            .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                            .contains("Upgrade: echo\r\n")
                            .contains("Connection: Upgrade\r\n");
                    assertThat(wire.read(10)).isEqualTo("helloearly");
                    for (int i = 0; i < 20; i++) {
                        wire.send("frame" + i);
                        assertThat(wire.read(("frame" + i).length())).isEqualTo("frame" + i);
                    }
                    wire.socket.shutdownOutput();
                    assertThat(wire.rest()).isEmpty();
                }
                await().untilAsserted(() ->
                        assertThat(kit.gauge("portr.http.upgraded.active")).isZero());
            }
        }
    }

    @Test
    void retriesAReplaySafeRequestWhenAKeptStreamDied() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(connection -> {
                connection.request();
                connection.send(OK);
                // Reads the next request and dies without an answer.
                connection.request();
            });
            OriginUpstream upstream = kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(get("/1")).answer()).isEqualTo(OK);
                assertThat(wire.send(get("/2")).answer()).isEqualTo(OK);
            }

            assertThat(upstream.opened).hasValue(2);
            assertThat(kit.count("portr.http.retries")).isEqualTo(1);
        }
    }

    @Test
    void sendsAPostOnceOnly() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(connection -> {
                connection.request();
                connection.read(2);
            });
            kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                wire.send("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 2\r\n\r\nhi");

                assertThat(wire.head())
                        .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                        .contains("X-Portr-Error-Reason: upstream-closed\r\n");
            }
            assertThat(origin.heads).hasSize(1);
        }
    }

    @Test
    void passesContinueOnAndWaitsWithTheBody() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                String body = connection.read(4);
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body);
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(
                        "PUT / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
                assertThat(wire.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
                assertThat(wire.send("body").answer()).endsWith("\r\n\r\nbody");
            }
        }
    }

    @Test
    void saysContinueItselfToSpareAClientThatServesOneRequestPerStream() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(connection -> {
                connection.request();
                String body = connection.read(4);
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body);
            });
            kit.tunnel("app", origin).keepsAlive = false;
            try (Wire wire = kit.visitor()) {
                wire.send(
                        "PUT / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
                assertThat(wire.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
                assertThat(wire.send("body").answer()).endsWith("\r\n\r\nbody");
            }
            assertThat(origin.heads.getFirst()).doesNotContainIgnoringCase("expect");
        }
    }
}
