package io.portrgateway.tunnel.testclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import io.portrgateway.tunnel.testclient.PortrStartException.Stage;
import io.portrgateway.tunnel.testclient.Violation.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.kex.KexProposalOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients themselves, against a stock MINA server: what they do, and that they notice what a server does wrong. */
@Timeout(60)
class PortrClientsAgainstMinaIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String IP = "127.0.0.1";
    private static final int FIRST = 0;

    private MinaServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = new MinaServer();
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
    }

    @Test
    void logsInAndOffersWhatTheGoLibraryOffers() throws Exception {
        try (RawSshClient client = RawSshClient.connect(IP, server.port(), "ID:" + MinaServer.KEY)) {
            assertThat(server.users).containsExactly("ID:key");
            assertThat(client.keyExchange()).isEqualTo("mlkem768x25519-sha256");
            assertThat(client.cipher()).isEqualTo("aes128-gcm@openssh.com");
            assertThat(client.hostKeyType()).isEqualTo("ssh-ed25519");
            assertThat(server.onlySession().getClientVersion()).isEqualTo("SSH-2.0-Go");
            assertThat(server.onlySession().getClientKexProposals().values())
                    .anyMatch(value -> value.endsWith("ext-info-c,kex-strict-c-v00@openssh.com"))
                    .anyMatch(value -> value.startsWith("ecdsa-sha2-nistp256,") && value.endsWith(",ssh-ed25519"))
                    .contains(
                            "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,"
                                    + "aes128-ctr,aes192-ctr,aes256-ctr",
                            "none");
        }
    }

    @Test
    void failsToStartWithAWrongKey() {
        try (PortrV1Client client =
                new PortrV1Client(PortrClientConfig.of(IP, server.port(), "ID", "wrong", Kind.TCP, 1))) {
            assertThatThrownBy(client::start)
                    .isInstanceOfSatisfying(
                            PortrStartException.class,
                            e -> assertThat(e.stage()).isEqualTo(Stage.HANDSHAKE));
        }
    }

    @Test
    void failsToStartWhenEveryPortIsRefused() {
        server.refuseForwards();
        try (PortrV1Client client = new PortrV1Client(config(Kind.TCP, 1))) {
            assertThatThrownBy(client::start)
                    .isInstanceOfSatisfying(
                            PortrStartException.class,
                            e -> assertThat(e.stage()).isEqualTo(Stage.FORWARD));
        }
    }

    @Test
    void carriesTcpUnchanged() throws Exception {
        byte[] data = new byte[8 << 20];
        new Random(1).nextBytes(data);
        // no half-close by the visitor here: the stock forwarder's back-end takes it for a full close
        try (LocalServer local = new LocalServer(socket -> echoExactly(socket, data.length));
                PortrV1Client client = started(config(Kind.TCP, local.port()));
                Socket visitor = new Socket(IP, client.publicPort())) {
            Thread sender = send(visitor, data);

            assertThat(checksum(visitor.getInputStream().readAllBytes())).isEqualTo(checksum(data));
            sender.join();
            assertThat(client.publicPort()).isBetween(30_001, 40_000);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void passesAHalfCloseOnAndStillSendsTheAnswer() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (LocalServer local = new LocalServer(socket -> {
                    assertThat(socket.getInputStream().readAllBytes()).containsExactly(1, 2, 3);
                    ended.countDown();
                });
                PortrV1Client client = started(config(Kind.TCP, local.port()))) {
            server.openChannel("0.0.0.0", client.publicPort(), "192.0.2.1", 1);
            server.send(SshConstants.SSH_MSG_CHANNEL_DATA, FIRST, new byte[] {1, 2, 3});
            server.send(SshConstants.SSH_MSG_CHANNEL_EOF, FIRST);

            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closesTheChannelAtOnceWhenTheLocalTcpServiceIsDown() throws Exception {
        try (PortrV1Client client = started(config(Kind.TCP, unusedPort()));
                Socket visitor = new Socket(IP, client.publicPort())) {
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
            assertThat(client.acceptedOpens()).isEqualTo(1);
        }
    }

    @Test
    void servesSeveralRequestsOnOneChannelAndAnswersPingsItself() throws Exception {
        try (LocalServer local = new LocalServer(PortrClientsAgainstMinaIT::echoRequests);
                PortrV1Client client = started(config(Kind.HTTP, local.port()));
                Socket socket = new Socket(IP, client.publicPort())) {
            Http visitor = new Http(socket);

            assertThat(visitor.ask("GET /one HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("GET /one", "X-Forwarded-For: 9.9.9.9, 127.0.0.1");
            assertThat(visitor.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Portr-Ping-Request: true\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 200 OK\nContent-Length: 0\n\n");
            assertThat(visitor.ask("POST /two HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: yes\r\n\r\n"))
                    .contains("POST /two", "abc");
            assertThat(local.accepted()).isEqualTo(1);
            assertThat(client.acceptedOpens()).isEqualTo(1);
            assertThat(client.publicPort()).isBetween(20_000, 29_999);
        }
    }

    @Test
    void answers503WhenTheLocalHttpServiceIsDown() throws Exception {
        try (PortrV1Client client = started(config(Kind.HTTP, unusedPort()));
                Socket socket = new Socket(IP, client.publicPort())) {
            assertThat(new Http(socket).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 503")
                    .contains("X-Portr-Error: true", "X-Portr-Error-Reason: local-server-not-online", "text/html");
        }
    }

    @Test
    void relaysRawBytesAfterAnUpgrade() throws Exception {
        try (LocalServer local = new LocalServer(PortrClientsAgainstMinaIT::upgradeAndEcho);
                PortrV1Client client = started(config(Kind.HTTP, local.port()));
                Socket socket = new Socket(IP, client.publicPort())) {
            Http visitor = new Http(socket);

            assertThat(visitor.ask("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
                            + "Upgrade: websocket\r\n\r\n"))
                    .startsWith("HTTP/1.1 101");
            socket.getOutputStream().write(new byte[] {1, 2, 3});
            assertThat(visitor.source.readNBytes(3)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void endsAnExchangeWhenTheServerHalfCloses() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (LocalServer local = new LocalServer(socket -> {
                    new HttpSource(socket.getInputStream()).readHead();
                    asked.countDown();
                    socket.getInputStream().read();
                });
                PortrV1Client client = started(config(Kind.HTTP, local.port()));
                Socket visitor = new Socket(IP, client.publicPort())) {
            visitor.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            visitor.shutdownOutput();

            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void closesAChannelWithoutARequestAfterTheLimit() throws Exception {
        try (PortrV1Client client = started(config(Kind.HTTP, unusedPort()).withHeadLimit(Duration.ofMillis(50)));
                Socket visitor = new Socket(IP, client.publicPort())) {
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void sendsOneKeepalivePerConnectionOfAPool() throws Exception {
        try (PortrV1Client client = started(config(Kind.HTTP, 1).withPoolSize(8))) {
            assertThat(server.users).hasSize(8).containsOnly("ID:key");
            assertThat(client.ports()).hasSize(8);
            Awaiting.await(SOON, "keep-alives", () -> client.answeredKeepalives() >= 16);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void reconnectsAPooledConnectionWithTheSameId() throws Exception {
        try (PortrV1Client client = started(config(Kind.HTTP, 1).withPoolSize(2))) {
            client.cutConnections();
            client.awaitReconnects(2, SOON);

            assertThat(server.users).hasSize(4).containsOnly("ID:key");
        }
    }

    @Test
    void reconnectsAnUnpooledConnectionWithANewId() throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (PortrV1Client client =
                started(config(Kind.TCP, 1).withNewConnectionId(() -> "NEW" + next.incrementAndGet()))) {
            client.cutConnections();
            client.awaitReconnects(1, SOON);

            assertThat(server.users).containsExactly("ID:key", "NEW1:key");
        }
    }

    @Test
    void reconnectsWhileTheServerKeepsTheOldConnection() throws Exception {
        try (PortrV1Client client = started(config(Kind.TCP, 1))) {
            client.loseNetwork();
            client.awaitReconnects(1, SOON);

            assertThat(server.sessionCount()).isEqualTo(2);
        }
    }

    @Test
    void exitsAfterTheLastRetry() throws Exception {
        try (PortrV1Client client = started(config(Kind.TCP, 1).withReconnect(3, 0.001))) {
            server.stop();

            Awaiting.await(SOON, "exit", client::hasExited);
            assertThat(client.reconnects()).isZero();
        }
    }

    @Test
    void reconnectsWhenAKeepaliveIsAnsweredByFailure() throws Exception {
        server.answerKeepalives(RequestHandler.Result.ReplyFailure);
        try (PortrV1Client client = started(config(Kind.TCP, 1))) {
            Awaiting.await(SOON, "reconnect", () -> client.reconnects() > 0);

            assertThat(client.violations()).extracting(Violation::rule).containsOnly(Rule.KEEPALIVE_UNANSWERED);
        }
    }

    @Test
    void reconnectsWhenAKeepaliveIsNotAnsweredInTime() throws Exception {
        server.answerKeepalives(RequestHandler.Result.Replied);
        try (PortrV1Client client =
                started(config(Kind.TCP, 1).withKeepalive(Duration.ofMillis(20), Duration.ofMillis(50)))) {
            Awaiting.await(SOON, "reconnect", () -> client.reconnects() > 0);

            assertThat(client.violations()).extracting(Violation::rule).containsOnly(Rule.KEEPALIVE_UNANSWERED);
        }
    }

    @Test
    void rejectsChannelsBeforeTheForwardIsRegistered() throws Exception {
        PortrClientConfig slow = config(Kind.TCP, 1).withRegisterForwardAfterReplyDelay(Duration.ofMillis(300));
        try (PortrV1Client client = new PortrV1Client(slow)) {
            client.start();
            assertThat(client.isHealthy()).isFalse();
            server.openChannel("0.0.0.0", client.publicPort(), "192.0.2.1", 1234);

            Awaiting.await(SOON, "rejection", () -> client.rejectedOpens() == 1);
            client.awaitForwarded(SOON);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void survivesKeyExchangesWithOtherCiphersInTheMiddleOfATransfer() throws Exception {
        byte[] data = new byte[16 << 20];
        new Random(2).nextBytes(data);
        try (LocalServer local = new LocalServer(socket -> echoExactly(socket, data.length));
                PortrV1Client client = started(config(Kind.TCP, local.port()));
                Socket visitor = new Socket(IP, client.publicPort())) {
            Thread sender = send(visitor, data);
            client.rekey("chacha20-poly1305@openssh.com");
            client.rekey("aes256-gcm@openssh.com");

            assertThat(checksum(visitor.getInputStream().readAllBytes())).isEqualTo(checksum(data));
            sender.join();
            assertThat(client.links().getFirst().negotiated(KexProposalOption.C2SENC))
                    .isEqualTo("aes256-gcm@openssh.com");
            assertThat(client.violations()).isEmpty();
            assertThat(client.reconnects()).isZero();
        }
    }

    @Test
    void betaClosesTheChannelAfterOneRequest() throws Exception {
        try (LocalServer local = new LocalServer(PortrClientsAgainstMinaIT::echoRequests);
                PortrBetaClient client = new PortrBetaClient(config(Kind.HTTP, local.port()))) {
            client.start();
            client.awaitForwarded();
            try (Socket socket = new Socket(IP, client.publicPort())) {
                Http visitor = new Http(socket);

                assertThat(visitor.ask("POST /x HTTP/1.1\r\nHost: a\r\nX-Portr-Ping-Request: true\r\n"
                                + "Content-Length: 3\r\n\r\nabc"))
                        .contains("POST /x", "abc", "X-Portr-Ping-Request: true");
                assertThat(visitor.source.read()).isEqualTo(-1);
            }
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void betaCancelsItsForwardAndStaysDeadAfterALoss() throws Exception {
        try (PortrBetaClient client = new PortrBetaClient(config(Kind.TCP, unusedPort()))) {
            client.start();
            client.cancel();
            assertThatThrownBy(() -> new Socket(IP, client.publicPort()).close())
                    .isInstanceOf(IOException.class);

            client.cutConnections();
            assertThat(client.isHealthy()).isFalse();
        }
    }

    @Test
    void noticesAWrongPort() throws Exception {
        assertViolation(Rule.WRONG_FORWARD, port -> server.openChannel("0.0.0.0", port + 1, "192.0.2.1", 1));
    }

    @Test
    void noticesAWrongAddress() throws Exception {
        assertViolation(Rule.WRONG_FORWARD, port -> server.openChannel("127.0.0.1", port, "192.0.2.1", 1));
    }

    @Test
    void noticesAnOriginatorThatIsAName() throws Exception {
        assertViolation(Rule.BAD_ORIGINATOR, port -> server.openChannel("0.0.0.0", port, "localhost", 1));
    }

    @Test
    void noticesAnOriginatorWithPortZero() throws Exception {
        assertViolation(Rule.BAD_ORIGINATOR, port -> server.openChannel("0.0.0.0", port, "::1", 0));
    }

    @Test
    void noticesAPacketThatIsTooLarge() throws Exception {
        assertViolation(Rule.PACKET_TOO_LARGE, port -> {
            server.openChannel("0.0.0.0", port, "192.0.2.1", 1);
            server.send(SshConstants.SSH_MSG_CHANNEL_DATA, FIRST, new byte[32_769]);
        });
    }

    @Test
    void noticesMoreDataThanTheWindowAllows() throws Exception {
        assertViolation(Rule.WINDOW_EXCEEDED, port -> {
            server.openChannel("0.0.0.0", port, "192.0.2.1", 1);
            // until the client hangs up
            for (int i = 0; i <= 4 * 1024 * 1024 / 32_768 && server.sessionCount() == 1; i++) {
                server.send(SshConstants.SSH_MSG_CHANNEL_DATA, FIRST, new byte[32_768]);
            }
        });
    }

    @Test
    void noticesPacketsForUnknownChannels() throws Exception {
        assertViolation(Rule.UNKNOWN_CHANNEL, port -> server.send(SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST, 5, 1024));
    }

    @Test
    void noticesPacketsAfterTheServersClose() throws Exception {
        assertViolation(Rule.UNKNOWN_CHANNEL, port -> {
            server.openChannel("0.0.0.0", port, "192.0.2.1", 1);
            server.send(SshConstants.SSH_MSG_CHANNEL_CLOSE, FIRST);
            server.send(SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST, FIRST, 1024);
        });
    }

    @Test
    void noticesDataAfterEof() throws Exception {
        assertViolation(Rule.UNKNOWN_CHANNEL, port -> {
            server.openChannel("0.0.0.0", port, "192.0.2.1", 1);
            server.send(SshConstants.SSH_MSG_CHANNEL_EOF, FIRST);
            server.send(SshConstants.SSH_MSG_CHANNEL_DATA, FIRST, new byte[1]);
        });
    }

    @Test
    void noticesAnswersNobodyAskedFor() throws Exception {
        assertViolation(Rule.STRAY_REPLY, port -> server.send(SshConstants.SSH_MSG_REQUEST_SUCCESS));
    }

    @Test
    void noticesMalformedPackets() throws Exception {
        assertViolation(Rule.MALFORMED, port -> server.send(SshConstants.SSH_MSG_CHANNEL_OPEN, "forwarded-tcpip", 1));
    }

    @Test
    void refusesOtherChannelTypesWithoutCallingThemViolations() throws Exception {
        try (PortrV1Client client = started(config(Kind.TCP, unusedPort()))) {
            server.send(SshConstants.SSH_MSG_CHANNEL_OPEN, "session", 1, 1 << 20, 32_768);
            int before = client.answeredKeepalives();
            Awaiting.await(SOON, "keep-alive", () -> client.answeredKeepalives() > before + 1);

            assertThat(client.violations()).isEmpty();
            assertThat(client.acceptedOpens()).isZero();
        }
    }

    /** What a test makes the server do; it gets the client's port. */
    private interface Misdeed {
        void commit(int port) throws IOException;
    }

    private void assertViolation(Rule rule, Misdeed misdeed) throws Exception {
        // the client reads at most one head's worth of what is no request: then no window is given back
        CountDownLatch end = new CountDownLatch(1);
        try (LocalServer local = new LocalServer(socket -> {
                    awaitQuietly(end);
                });
                PortrV1Client client = started(
                        PortrClientConfig.of(IP, server.port(), "ID", MinaServer.KEY, Kind.HTTP, local.port()))) {
            try {
                misdeed.commit(client.publicPort());
            } catch (IOException | IllegalStateException hungUp) {
                // the client ended the connection while the server went on: that is looked at below
            }

            Awaiting.await(SOON, "violation", () -> !client.violations().isEmpty());
            assertThat(client.violations().getFirst().rule()).isEqualTo(rule);
        } finally {
            end.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PortrClientConfig config(Kind kind, int localPort) {
        return PortrClientConfig.of(IP, server.port(), "ID", MinaServer.KEY, kind, localPort)
                .withKeepalive(Duration.ofMillis(50), Duration.ofSeconds(5))
                .withReconnect(10, 0.01);
    }

    private static PortrV1Client started(PortrClientConfig config) throws IOException {
        PortrV1Client client = new PortrV1Client(config);
        client.start();
        client.awaitForwarded();
        return client;
    }

    private static int unusedPort() throws IOException {
        try (LocalServer free = new LocalServer(socket -> {})) {
            return free.port();
        }
    }

    private static long checksum(byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(data);
        return crc.getValue();
    }

    private static void echoExactly(Socket socket, long bytes) throws IOException {
        new HttpSource(socket.getInputStream()).copyExactly(bytes, socket.getOutputStream());
    }

    private static Thread send(Socket visitor, byte[] data) {
        return Thread.startVirtualThread(() -> {
            try {
                visitor.getOutputStream().write(data);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void echoRequests(Socket socket) throws IOException {
        HttpSource source = new HttpSource(socket.getInputStream());
        for (Optional<HttpHead> head = source.readHead(); head.isPresent(); head = source.readHead()) {
            var body = new java.io.ByteArrayOutputStream();
            body.writeBytes(head.get().bytes());
            if (head.get().isChunked()) {
                source.copyChunked(body);
            } else if (head.get().contentLength() > 0) {
                source.copyExactly(head.get().contentLength(), body);
            }
            socket.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.size() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body.toByteArray());
        }
    }

    private static void upgradeAndEcho(Socket socket) throws IOException {
        HttpSource source = new HttpSource(socket.getInputStream());
        source.readHead();
        socket.getOutputStream()
                .write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        source.transferTo(socket.getOutputStream());
    }

    /** A visitor that speaks HTTP on one connection. */
    private static final class Http {
        private final Socket socket;
        final HttpSource source;

        Http(Socket socket) throws IOException {
            this.socket = socket;
            InputStream input = socket.getInputStream();
            this.source = new HttpSource(input);
        }

        String ask(String request) throws IOException {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            HttpHead head = source.readHead().orElseThrow();
            var answer = new java.io.ByteArrayOutputStream();
            answer.writeBytes(head.bytes());
            if (head.contentLength() > 0) {
                source.copyExactly(head.contentLength(), answer);
            }
            return answer.toString(StandardCharsets.US_ASCII).replace("\r\n", "\n");
        }
    }
}
