package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.TunnelError;
import io.portrgateway.tunnel.registry.UpstreamException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes back from services, and what the visitor sees when nothing usable does. */
@Timeout(30)
class ResponsesIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: app.example.test\r\n\r\n";

    static Stream<String> doubtful() {
        String ok = "HTTP/1.1 200 OK\r\n";
        return Stream.of(
                ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
                ok + "Content-Length: 2, 2\r\n\r\nok",
                ok + "Content-Length: -2\r\n\r\nok",
                ok + "Transfer-Encoding: gzip\r\n\r\nok",
                ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                ok + "X-A : b\r\n\r\n",
                ok + "X-A: b\r\n c\r\n\r\n",
                ok + "X-A: b\nX-B: c\r\n\r\n",
                ok + "X-A: b\u0000c\r\n\r\n",
                ok + "no colon\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1 +20 OK\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                "<html>not http</html>\r\n\r\n",
                "SSH-2.0-OpenSSH\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("doubtful")
    void answers502WhenTheAnswerIsInDoubt(String answer) throws Exception {
        try (EdgeKit kit = new EdgeKit(1)) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always(answer)));
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer())
                        .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                        .contains("X-Portr-Error-Reason: bad-response\r\n");
            }
            await().untilAsserted(() -> assertThat(upstream.streams).noneMatch(stream -> stream.isOpen()));
            assertThat(upstream.inFlight()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSED, 503, local-server-not-online, SERVICE_REFUSED",
        "TIMEOUT, 504, upstream-timeout, SERVICE_TIMEOUT",
        "LIMIT, 503, upstream-limit, BUSY",
        "CLOSED, 503, connection-lost, CLIENT_LOST"
    })
    void saysWhyNoStreamCouldBeOpened(UpstreamException.Reason reason, int status, String told, TunnelError noted)
            throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always("")));
            upstream.failures.add(reason);
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer())
                        .startsWith("HTTP/1.1 " + status + " ")
                        .contains("X-Portr-Error-Reason: " + told + "\r\n");
            }
            assertThat(upstream.inFlight()).isZero();
            await().untilAsserted(() -> assertThat(kit.find("app").lastError()).contains(noted));
            assertThat(kit.find("app").errorCount()).isEqualTo(1);
        }
    }

    @Test
    void notesNoErrorOfATunnelWhenTheVisitorIsAtFault() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(Origin.always("HTTP/1.1 204 No Content\r\n\r\n"));
            kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                wire.send("GET / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");

                assertThat(wire.answer()).startsWith("HTTP/1.1 400 ");
            }
            try (Wire wire = kit.visitor()) {
                wire.send(GET);

                assertThat(wire.head()).startsWith("HTTP/1.1 204 ");
            }
            assertThat(kit.find("app").errorCount()).isZero();
        }
    }

    @Test
    void triesAnotherSessionWhenOneIsGone() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(Origin.always("HTTP/1.1 204 No Content\r\n\r\n"));
            OriginUpstream first = kit.tunnel("app", origin);
            OriginUpstream second = kit.join("app", origin);
            first.failures.add(UpstreamException.Reason.CLOSED);
            second.begin();
            try (Wire wire = kit.visitor()) {
                wire.send("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 2\r\n\r\nhi");

                assertThat(wire.head()).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
            }
            assertThat(second.opened).hasValue(1);
        }
    }

    @Test
    void answers503ThatReloadsItselfWhenTheSessionIsLost() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always("")));
            upstream.close(CloseReason.LOST);
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(GET).answer())
                        .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                        .contains("X-Portr-Error-Reason: connection-lost\r\n")
                        .contains("Content-Security-Policy: default-src 'none';")
                        .contains("<meta http-equiv=\"refresh\"");
            }
        }
    }

    @Test
    void answersPingsItself() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(Origin.always(""));
            kit.tunnel("app", origin);
            String ping = "GET /x HTTP/1.1\r\nHost: %s.example.test\r\nX-Portr-Ping-Request: true\r\n\r\n";
            try (Wire wire = kit.visitor()) {
                assertThat(wire.send(ping.formatted("app")).answer())
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .doesNotContain("X-Portr-Error");
                assertThat(wire.send(ping.formatted("gone")).answer())
                        .startsWith("HTTP/1.1 404 Not Found\r\n")
                        .contains("X-Portr-Error-Reason: unregistered-subdomain\r\n");
            }
            assertThat(origin.heads).isEmpty();
        }
    }

    @Test
    void answersHeadAndBodylessStatusesWithoutABody() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                connection.request();
                connection.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: \"a\"\r\n\r\n");
                connection.request();
                connection.send("HTTP/1.1 204 No Content\r\n\r\n");
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }));
            try (Wire wire = kit.visitor()) {
                String head = "HEAD / HTTP/1.1\r\nHost: app.example.test\r\n\r\n";
                assertThat(wire.send(head).head()).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                assertThat(wire.send(GET).head())
                        .contains("Content-Length: 1000\r\n")
                        .startsWith("HTTP/1.1 304 ");
                assertThat(wire.send(GET).head()).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
                assertThat(wire.send(head).head()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
                assertThat(wire.send(GET).answer()).endsWith("\r\n\r\nok");
            }
        }
    }

    @Test
    void endsABodyThatHasNoLengthWithTheStream() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\n\r\nhello");
                connection.socket.shutdownOutput();
                connection.in.readAllBytes();
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(GET);
                assertThat(wire.head()).contains("Transfer-Encoding: chunked\r\n");
                assertThat(wire.read(10)).isEqualTo("5\r\nhello\r\n");
                assertThat(wire.read(5)).isEqualTo("0\r\n\r\n");
                wire.send("GET / HTTP/1.0\r\nHost: app.example.test\r\nConnection: keep-alive\r\n\r\n");
                assertThat(wire.rest()).isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
            }
        }
    }

    @Test
    void cutsTheVisitorWhenTheServiceDiesInItsAnswer() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(GET);
                assertThat(wire.rest()).doesNotContain("0\r\n\r\n").endsWith("<reset>");
            }
        }
    }

    @Test
    void passesPathQueryAndValuesByteForByte() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            String path = "/a%2Fb/../%zz//\u00e4\u00ff;x?q=\"<>|^`{}\\&%00";
            Origin origin =
                    kit.origin(Origin.always("HTTP/1.1 200 \u00c4h\r\nX-B: \u00fc\u00df\r\nContent-Length: 0\r\n\r\n"));
            kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                wire.send("GET " + path + " HTTP/1.1\r\nhost: App.Example.Test:8001\r\nX-a: \u00e9 \t\u00ff\r\n\r\n");

                assertThat(wire.head()).startsWith("HTTP/1.1 200 \u00c4h\r\n").contains("X-B: \u00fc\u00df\r\n");
            }
            assertThat(origin.heads.getFirst())
                    .startsWith("GET " + path + " HTTP/1.1\r\nhost: App.Example.Test:8001\r\nX-a: \u00e9 \t\u00ff\r\n");
        }
    }

    @Test
    void dropsHopByHopAndInternalFieldsAndSetsForwardedOnes() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            Origin origin = kit.origin(
                    Origin.always(
                            "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Keep: 1\r\nContent-Length: 0\r\n\r\n"));
            OriginUpstream upstream = kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                wire.send(
                        "GET / HTTP/1.1\r\nHost: app.example.test:8001\r\nConnection: keep-alive, X-Secret, Host\r\n"
                                + "X-Secret: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nProxy-Authorization: x\r\nTE: gzip\r\n"
                                + "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n"
                                + "X-Portr-Ping-Request: maybe\r\nX-Portr-Replayed-Request-Id: 7\r\nX-Portr-Other: 1\r\nX-Plain: 1\r\n\r\n");
                assertThat(wire.head()).isEqualTo("HTTP/1.1 200 OK\r\nX-Keep: 1\r\nContent-Length: 0\r\n\r\n");
            }

            assertThat(origin.heads.getFirst())
                    .isEqualTo("GET / HTTP/1.1\r\nHost: app.example.test:8001\r\nX-Plain: 1\r\n"
                            + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
                            + "X-Forwarded-Host: app.example.test:8001\r\nX-Forwarded-Port: 8001\r\nX-Real-IP: 127.0.0.1\r\n"
                            + "Forwarded: for=127.0.0.1;host=\"app.example.test:8001\";proto=http\r\n\r\n");
            assertThat(upstream.visitors.getFirst().getAddress().getHostAddress())
                    .isEqualTo("127.0.0.1");
        }
    }

    @Test
    void believesForwardedFieldsOfTrustedProxies() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_TRUSTED_PROXIES", "127.0.0.0/8,10.0.0.0/8")) {
            Origin origin = kit.origin(Origin.always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
            OriginUpstream upstream = kit.tunnel("app", origin);
            try (Wire wire = kit.visitor()) {
                wire.send(
                        "GET / HTTP/1.1\r\nHost: app.example.test\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.1.1\r\n"
                                + "X-Forwarded-Proto: https\r\n\r\n");
                wire.head();
            }

            assertThat(origin.heads.getFirst())
                    .contains("X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.1.1, 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: https\r\n")
                    .contains("X-Forwarded-Port: 443\r\n")
                    .contains("X-Real-IP: 203.0.113.9\r\n");
            assertThat(upstream.visitors.getFirst().getAddress().getHostAddress())
                    .isEqualTo("203.0.113.9");
        }
    }

    @Test
    void leavesTheStreamWhenTheVisitorLeaves() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.in.readAllBytes();
            }));
            Wire wire = kit.visitor();
            wire.send(GET);
            await().untilAsserted(() -> assertThat(upstream.inFlight()).isEqualTo(1));
            wire.close();

            await().untilAsserted(() -> assertThat(upstream.inFlight()).isZero());
            await().untilAsserted(() -> assertThat(upstream.streams).noneMatch(stream -> stream.isOpen()));
            assertThat(kit.count("portr.http.exchanges", "outcome", "visitor-left"))
                    .isEqualTo(1);
        }
    }

    @Test
    void givesAnEarlyAnswerToAVisitorThatIsStillSending() throws Exception {
        try (EdgeKit kit = new EdgeKit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
                connection.in.readAllBytes();
            }));
            try (Wire wire = kit.visitor()) {
                wire.send("POST / HTTP/1.1\r\nHost: app.example.test\r\nContent-Length: 100000000\r\n\r\n");
                wire.out.write("x".repeat(100_000).getBytes(StandardCharsets.ISO_8859_1));
                wire.out.flush();

                assertThat(wire.rest()).startsWith("HTTP/1.1 413 ").endsWith("\r\n\r\nbig");
            }
        }
    }
}
