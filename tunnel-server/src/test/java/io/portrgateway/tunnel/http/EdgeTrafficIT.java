package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.registry.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many visitors at a time, over several event loops and sessions: every answer reaches the one who asked. */
@Timeout(60)
class EdgeTrafficIT {

    private static final int VISITOR_COUNT = 24;
    private static final int ROUND_COUNT = 30;

    @TempDir
    Path files;

    /** Answers with the path, in a framing that the path's number chooses. */
    private static void echoPaths(Origin.Connection connection) throws Exception {
        String head;
        while ((head = connection.request()) != null) {
            String path = head.substring(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1));
            String body = connection.read(Wire.length(head)) + path;
            if (path.length() % 2 == 0) {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            } else {
                String half = body.substring(0, body.length() / 2);
                String rest = body.substring(body.length() / 2);
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(half.length()) + "\r\n" + half + "\r\n");
                connection.send(Integer.toHexString(rest.length()) + "\r\n" + rest + "\r\n0\r\n\r\n");
            }
        }
    }

    private static String body(Wire wire) throws Exception {
        String head = wire.head();
        assertThat(head).startsWith("HTTP/1.1 200 OK\r\n");
        if (head.contains("Content-Length: ")) {
            return wire.read(Wire.length(head));
        }
        StringBuilder body = new StringBuilder();
        while (true) {
            StringBuilder size = new StringBuilder();
            int b;
            while ((b = wire.in.read()) != '\r') {
                size.append((char) b);
            }
            wire.in.read();
            int count = Integer.parseInt(size.toString(), 16);
            body.append(wire.read(count));
            wire.read(2);
            if (count == 0) {
                return body.toString();
            }
        }
    }

    private static void visit(int visitor, Callable<Wire> connect) throws Exception {
        Random random = new Random(visitor);
        Wire wire = connect.call();
        try {
            for (int round = 0; round < ROUND_COUNT; round++) {
                int pipelined = 1 + random.nextInt(4);
                List<String> expected = new ArrayList<>();
                StringBuilder requests = new StringBuilder();
                for (int i = 0; i < pipelined; i++) {
                    String path = "/" + visitor + "/" + round + "/" + i + "x".repeat(random.nextInt(3));
                    String name = random.nextBoolean() ? "one" : "two";
                    String sent = random.nextInt(3) == 0 ? "y".repeat(random.nextInt(5000)) : "";
                    requests.append(sent.isEmpty() ? "GET " : "POST ")
                            .append(path)
                            .append(" HTTP/1.1\r\nHost: ")
                            .append(name)
                            .append(".example.test\r\n")
                            .append(sent.isEmpty() ? "" : "Content-Length: " + sent.length() + "\r\n")
                            .append("\r\n")
                            .append(sent);
                    expected.add(sent + path);
                }
                wire.send(requests.toString());
                for (String body : expected) {
                    // Not the bodies themselves: they would fill the log.
                    assertThat(body(wire).equals(body)).as("answer %s", round).isTrue();
                }
                if (random.nextInt(4) == 0) {
                    wire.close();
                    wire = connect.call();
                }
            }
        } finally {
            wire.close();
        }
    }

    private static void visitFromMany(Callable<Wire> connect) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> visits = new ArrayList<>();
            for (int i = 0; i < VISITOR_COUNT; i++) {
                int visitor = i;
                visits.add(threads.submit(() -> {
                    visit(visitor, connect);
                    return null;
                }));
            }
            for (Future<?> visit : visits) {
                visit.get();
            }
        }
    }

    private static void assertQuiet(EdgeKit kit, OriginUpstream... upstreams) {
        for (OriginUpstream upstream : upstreams) {
            await().untilAsserted(() -> assertThat(upstream.inFlight()).isZero());
            assertThat(upstream.opened.get()).isPositive();
        }
        await().untilAsserted(
                        () -> assertThat(kit.gauge("portr.http.connections")).isZero());
        assertThat(kit.gauge("portr.http.exchanges.active")).isZero();
    }

    @Test
    void keepsAnswersApartOverLoopsSessionsAndTunnels() throws Exception {
        try (EdgeKit kit = new EdgeKit(3)) {
            Origin origin = kit.origin(EdgeTrafficIT::echoPaths);
            OriginUpstream one = kit.tunnel("one", origin);
            OriginUpstream more = kit.join("one", origin);
            OriginUpstream two = kit.tunnel("two", origin);

            visitFromMany(kit::visitor);

            assertQuiet(kit, one, more, two);
            assertThat(kit.count("portr.http.moves")).isPositive();
            assertThat(kit.count("portr.http.streams", "how", "reused")).isPositive();
        }
    }

    @Test
    void keepsAnswersApartOverTls() throws Exception {
        TestCertificate certificate = TestCertificate.write(files, "a", "*.example.test");
        SSLContext trusting = TrustEveryone.context();
        try (EdgeKit kit = new EdgeKit(
                3,
                "PORTR_TLS_CERT",
                certificate.chain().toString(),
                "PORTR_TLS_KEY",
                certificate.key().toString())) {
            Origin origin = kit.origin(EdgeTrafficIT::echoPaths);
            OriginUpstream one = kit.tunnel("one", origin);
            OriginUpstream two = kit.tunnel("two", origin);

            visitFromMany(() -> {
                SSLSocket socket =
                        (SSLSocket) trusting.getSocketFactory().createSocket(kit.tls.getAddress(), kit.tls.getPort());
                return new Wire(socket);
            });

            assertQuiet(kit, one, two);
        }
    }

    @Test
    void usesOneStreamPerRequestUnderLoadWithOldClients() throws Exception {
        try (EdgeKit kit = new EdgeKit(2)) {
            Origin origin = kit.origin(EdgeTrafficIT::echoPaths);
            OriginUpstream one = kit.tunnel("one", origin);
            OriginUpstream two = kit.tunnel("two", origin);
            one.keepsAlive = false;
            two.keepsAlive = false;

            visitFromMany(kit::visitor);

            assertQuiet(kit, one, two);
            assertThat(one.opened.get() + two.opened.get()).isEqualTo(origin.heads.size());
            await().untilAsserted(() -> assertThat(one.streams).noneMatch(stream -> stream.isOpen()));
        }
    }

    @Test
    void survivesASessionThatGoesAwayUnderLoad() throws Exception {
        try (EdgeKit kit = new EdgeKit(2)) {
            Origin origin = kit.origin(EdgeTrafficIT::echoPaths);
            OriginUpstream first = kit.tunnel("one", origin);
            OriginUpstream second = kit.join("one", origin);
            try (Wire wire = kit.visitor()) {
                String get = "GET /ab HTTP/1.1\r\nHost: one.example.test\r\n\r\n";
                for (int i = 0; i < 10; i++) {
                    assertThat(body(wire.send(get))).isEqualTo("/ab");
                }
                first.close(CloseReason.LOST);
                for (int i = 0; i < 10; i++) {
                    assertThat(body(wire.send(get))).isEqualTo("/ab");
                }
            }
            assertThat(second.opened.get()).isPositive();
            assertThat(first.inFlight()).isZero();
        }
    }

    @Test
    void staysWithASessionAsLongAsItIsNotBusier() throws Exception {
        try (EdgeKit kit = new EdgeKit(2)) {
            Origin origin = kit.origin(EdgeTrafficIT::echoPaths);
            OriginUpstream first = kit.tunnel("one", origin);
            OriginUpstream second = kit.join("one", origin);
            try (Wire wire = kit.visitor()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(body(wire.send("GET /ab HTTP/1.1\r\nHost: one.example.test\r\n\r\n")))
                            .isEqualTo("/ab");
                }
            }
            assertThat(first.opened.get() + second.opened.get()).isEqualTo(1);
            assertThat(kit.count("portr.http.moves")).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void dropsBytesBehindAnAnswerInsteadOfGivingThemToThePipelinedRequest() throws Exception {
        String ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        try (EdgeKit kit = new EdgeKit(1)) {
            kit.tunnel("one", kit.origin(connection -> {
                String head = connection.request();
                boolean first = head.startsWith("GET /1 ");
                connection.send(first ? ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : ok);
                connection.in.readAllBytes();
            }));
            String get = " HTTP/1.1\r\nHost: one.example.test\r\n\r\n";
            try (Wire wire = kit.visitor()) {
                wire.send("GET /1" + get + "GET /2" + get);

                assertThat(wire.answer()).isEqualTo(ok);
                assertThat(wire.answer()).isEqualTo(ok);
            }
        }
    }

    @Test
    void passesFragmentedWebSocketFramesInAnyPieces() throws Exception {
        try (EdgeKit kit = new EdgeKit(2)) {
            kit.tunnel("one", kit.origin(connection -> {
                String head = connection.request();
                String key = head.lines()
                        .filter(line -> line.startsWith("Sec-WebSocket-Key: "))
                        .findFirst()
                        .orElseThrow()
                        .substring(19);
                String accept = Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-1")
                                .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                        .getBytes(StandardCharsets.US_ASCII)));
                connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n");
                connection.in.transferTo(connection.out);
            }));
            try (Wire wire = kit.visitor()) {
                wire.send(
                        "GET /chat HTTP/1.1\r\nHost: one.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
                assertThat(wire.head())
                        .startsWith("HTTP/1.1 101 ")
                        .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");

                // A text message of three frames with a ping between them, first byte by byte, then in one piece.
                ByteArrayOutputStream message = new ByteArrayOutputStream();
                frame(message, 0x01, "first ".getBytes(StandardCharsets.UTF_8));
                frame(message, 0x00, new byte[70_000]);
                frame(message, 0x89, "ping".getBytes(StandardCharsets.UTF_8));
                frame(message, 0x80, "last".getBytes(StandardCharsets.UTF_8));
                byte[] bytes = message.toByteArray();
                for (int i = 0; i < 300; i++) {
                    wire.out.write(bytes, i, 1);
                    wire.out.flush();
                }
                wire.out.write(bytes, 300, bytes.length - 300);
                wire.out.flush();

                assertThat(wire.in.readNBytes(bytes.length)).isEqualTo(bytes);
            }
        }
    }

    private static void frame(ByteArrayOutputStream to, int first, byte[] payload) {
        byte[] mask = {1, 2, 3, 4};
        to.write(first);
        if (payload.length < 126) {
            to.write(0x80 | payload.length);
        } else {
            to.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                to.write((int) ((long) payload.length >>> shift) & 0xFF);
            }
        }
        to.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            to.write(payload[i] ^ mask[i % 4]);
        }
    }
}
