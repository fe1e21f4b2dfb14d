package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsIT {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    Path files;

    private EdgeKit kit(TestCertificate first, TestCertificate... more) throws IOException {
        StringBuilder chains = new StringBuilder(first.chain().toString());
        StringBuilder keys = new StringBuilder(first.key().toString());
        for (TestCertificate certificate : more) {
            chains.append(',').append(certificate.chain());
            keys.append(',').append(certificate.key());
        }
        return new EdgeKit(
                "PORTR_TLS_CERT",
                chains.toString(),
                "PORTR_TLS_KEY",
                keys.toString(),
                "PORTR_TLS_RELOAD_INTERVAL",
                "20ms");
    }

    private static SSLSocket connect(InetSocketAddress address, String name) throws Exception {
        SSLContext trusting = TrustEveryone.context();
        Socket plain = new Socket(address.getAddress(), address.getPort());
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket(plain, name, 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String presented(InetSocketAddress address, String name) throws Exception {
        try (SSLSocket socket = connect(address, name)) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static Http2Headers request(String method, String path) {
        return new DefaultHttp2Headers()
                .method(method)
                .path(path)
                .scheme("https")
                .authority("app.example.test");
    }

    @Test
    void servesHttp1OverTls() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            Origin origin = kit.origin(Origin.always(OK));
            kit.tunnel("app", origin);
            try (Wire wire = new Wire(connect(kit.tls, "app.example.test"))) {
                for (int i = 0; i < 10; i++) {
                    assertThat(wire.send("GET / HTTP/1.1\r\nHost: app.example.test\r\n\r\n")
                                    .answer())
                            .isEqualTo(OK);
                }
            }
            assertThat(origin.heads.getFirst())
                    .contains("X-Forwarded-Proto: https\r\n")
                    .contains("X-Forwarded-Port: 443\r\n");
        }
    }

    @Test
    void choosesTheCertificateByName() throws Exception {
        TestCertificate first = TestCertificate.write(files, "a", "example.test");
        TestCertificate wildcard = TestCertificate.write(files, "b", "*.example.test");
        TestCertificate exact = TestCertificate.write(files, "c", "special.example.test");
        try (EdgeKit kit = kit(first, wildcard, exact)) {
            assertThat(presented(kit.tls, "app.example.test")).isEqualTo("CN=*.example.test");
            assertThat(presented(kit.tls, "SPECIAL.example.test")).isEqualTo("CN=special.example.test");
            assertThat(presented(kit.tls, "a.b.example.test")).isEqualTo("CN=example.test");
        }
    }

    @Test
    void takesChangedFilesOverAndKeepsTheOldOnesWhenTheNewAreBroken() throws Exception {
        TestCertificate old = TestCertificate.write(files, "a", "old.example.test");
        try (EdgeKit kit = kit(old)) {
            Files.writeString(old.chain(), "broken");
            await().untilAsserted(() -> assertThat(kit.count("portr.http.certificate.reload.failures"))
                    .isPositive());
            assertThat(presented(kit.tls, "x.example.test")).isEqualTo("CN=old.example.test");

            TestCertificate.write(files, "a", "new.example.test");
            await().untilAsserted(() ->
                    assertThat(presented(kit.tls, "x.example.test")).isEqualTo("CN=new.example.test"));
        }
    }

    @Test
    void refusesToStartWithAKeyOfAnotherCertificate() throws Exception {
        TestCertificate one = TestCertificate.write(files, "a", "a.example.test");
        Files.writeString(one.key(), "no key");

        assertThatThrownBy(() -> kit(one)).isInstanceOf(IOException.class).hasMessageContaining("a.crt");
    }

    @Test
    void servesManyHttp2RequestsAtATime() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            Origin origin = kit.origin(connection -> {
                String head;
                while ((head = connection.request()) != null) {
                    String path = head.substring(4, head.indexOf(' ', 4));
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                }
            });
            OriginUpstream upstream = kit.tunnel("app", origin);
            try (Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
                List<CompletableFuture<Http2Client.Answer>> answers = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    answers.add(client.send(request("GET", "/" + i)));
                }
                for (int i = 0; i < 60; i++) {
                    assertThat(answers.get(i).get().body()).isEqualTo("/" + i);
                }
            }
            assertThat(origin.heads.getFirst())
                    .contains("host: app.example.test\r\n")
                    .contains("X-Forwarded-Proto: https\r\n")
                    .doesNotContain("x-http2");
            await().untilAsserted(() -> assertThat(upstream.inFlight()).isZero());
        }
    }

    @Test
    void passesHttp2BodiesAndTrailers() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            Origin origin = kit.origin(connection -> {
                connection.request();
                String body = connection.read("a\r\nhelloworld\r\n0\r\n\r\n".length());
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\nX-End: yes\r\n\r\n");
            });
            kit.tunnel("app", origin);
            try (Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
                Http2Client.Answer answer =
                        client.send(request("POST", "/"), "helloworld").get();

                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).contains("helloworld");
                assertThat(answer.trailer()).isEqualTo("yes");
            }
        }
    }

    @Test
    void passesLargeHttp2BodiesBothWaysToASlowService() throws Exception {
        String large = "0123456789abcdef".repeat(1 << 18);
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                String head;
                while ((head = connection.request()) != null) {
                    int length = Wire.length(head);
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
                    for (int left = length; left > 0; ) {
                        byte[] part = connection.in.readNBytes(Math.min(left, 10_000));
                        connection.out.write(part);
                        left -= part.length;
                    }
                }
            }));
            try (Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
                List<CompletableFuture<Http2Client.Answer>> answers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    Http2Headers headers = request("PUT", "/" + i).add("content-length", "" + large.length());
                    answers.add(client.send(headers, large));
                }
                for (CompletableFuture<Http2Client.Answer> answer : answers) {
                    assertThat(answer.get().body().equals(large)).isTrue();
                }
            }
            await().untilAsserted(() -> assertThat(upstream.inFlight()).isZero());
        }
    }

    @Test
    void leavesTheServiceWhenAnHttp2VisitorResetsItsStream() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> connection.in.readAllBytes()));
            try (Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
                client.send(request("GET", "/"));
                await().untilAsserted(() -> assertThat(upstream.streams).hasSize(1));
                client.resetStreams();

                await().untilAsserted(() -> assertThat(upstream.inFlight()).isZero());
                await().untilAsserted(() -> assertThat(upstream.streams).noneMatch(stream -> stream.isOpen()));
            }
        }
    }

    @Test
    void finishesHttp2RequestsInFlightWhenItDrainsAndCutsTheRest() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                String head = connection.request();
                release.await();
                if (head.startsWith("GET /quick ")) {
                    connection.send(OK);
                }
                connection.in.readAllBytes();
            }));
            try (Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
                CompletableFuture<Http2Client.Answer> quick = client.send(request("GET", "/quick"));
                CompletableFuture<Http2Client.Answer> never = client.send(request("GET", "/never"));
                await().untilAsserted(() -> assertThat(upstream.streams).hasSize(2));
                var drained = kit.edge.drain(Duration.ofMillis(500));
                release.countDown();

                assertThat(quick.get().body()).isEqualTo("ok");
                assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(never).isCompletedExceptionally();
                assertThat(upstream.inFlight()).isZero();
            }
        }
    }

    @Test
    void answersUnknownNamesOverHttp2() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"));
                Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
            Http2Client.Answer answer = client.send(request("GET", "/")).get();

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.response().headers().get("x-portr-error-reason")).isEqualTo("unregistered-subdomain");
        }
    }

    @Test
    void refusesHttp2RequestsThatAreNotValidAsHttp1() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"));
                Http2Client client = new Http2Client(kit.loops, kit.tls, "app.example.test")) {
            assertThat(client.send(request("GET", "/a b")).get().status()).isEqualTo(400);
            assertThat(client.send(request("GET", "http://other.example.test/"))
                            .get()
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void relaysAnUpgradeOverTls() throws Exception {
        try (EdgeKit kit = kit(TestCertificate.write(files, "a", "*.example.test"))) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
                connection.in.transferTo(connection.out);
            }));
            try (Wire wire = new Wire(connect(kit.tls, "app.example.test"))) {
                wire.send("GET / HTTP/1.1\r\nHost: app.example.test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
                assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
                String large = "x".repeat(200_000);
                CompletableFuture<String> echoed = CompletableFuture.supplyAsync(() -> read(wire, large.length()));
                wire.send(large);
                assertThat(echoed.get()).isEqualTo(large);
            }
        }
    }

    @Test
    void endsAHandshakeThatTakesTooLong() throws Exception {
        TestCertificate certificate = TestCertificate.write(files, "a", "*.example.test");
        try (EdgeKit kit = new EdgeKit(
                        "PORTR_TLS_CERT",
                        certificate.chain().toString(),
                        "PORTR_TLS_KEY",
                        certificate.key().toString(),
                        "PORTR_TLS_HANDSHAKE_TIMEOUT",
                        "100ms");
                Wire silent = Wire.connect(kit.tls)) {
            silent.rest();
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() ->
                            assertThat(kit.gauge("portr.http.connections")).isZero());
        }
    }

    @Test
    void redirectsPlainVisitorsWhereConfigured() throws Exception {
        try (EdgeKit kit = new EdgeKit("PORTR_HTTPS_REDIRECT", "true", "PORTR_HTTPS_PUBLIC_PORT", "8443");
                Wire wire = kit.visitor()) {
            assertThat(wire.send("GET /a?b HTTP/1.1\r\nHost: app.example.test:8001\r\n\r\n")
                            .answer())
                    .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                    .contains("Location: https://app.example.test:8443/a?b\r\n");
        }
    }

    private static String read(Wire wire, int count) {
        try {
            return wire.read(count);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
