package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.tunnel.DemoService.Frame;
import io.portrgateway.tunnel.Visitor.Answer;
import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.LocalServer;
import io.portrgateway.tunnel.testclient.PortrBetaClient;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrStartException;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import io.portrgateway.tunnel.testclient.RawSshClient;
import io.portrgateway.tunnel.testclient.Reply;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Both generations of the client through a really started tunnel-server. */
@Timeout(60)
class PortrClientIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    static Path state;

    private static final Duration SOON = Duration.ofSeconds(10);
    private static RunningGateway gateway;
    private static int count;

    private DemoService service;
    private Member member;
    private String name;

    @BeforeAll
    static void startGateway() throws Exception {
        gateway = RunningGateway.start(postgres, state, "PORTR_CAPTURE", "full");
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @BeforeEach
    void makeMember(TestInfo test) throws Exception {
        service = new DemoService();
        name = "t" + ++count;
        member = gateway.member(name);
    }

    @AfterEach
    void stopService() throws IOException {
        service.close();
    }

    @Test
    void v1CarriesRequestsOnFewChannels() throws Exception {
        try (PortrV1Client client = v1(http());
                Visitor visitor = gateway.visitor(name)) {
            // the server reuses channels from the first keep-alive on
            Awaitility.await().atMost(SOON).until(() -> client.answeredKeepalives() > 0);
            for (int i = 0; i < 20; i++) {
                assertThat(visitor.get("/hello").body()).isEqualTo("hello");
            }
            assertThat(visitor.post("/digest", "abc".getBytes(StandardCharsets.US_ASCII))
                            .body())
                    .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
            assertThat(visitor.get("/chain").body()).endsWith("127.0.0.1");

            assertThat(client.acceptedOpens()).isLessThanOrEqualTo(2);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void recordsRequestsWithTheirBodiesAndWithoutTheirSecrets() throws Exception {
        try (PortrV1Client client = v1(http());
                Visitor visitor = gateway.visitor(name)) {
            visitor.get("/hello?token=sesame", "Authorization: Bearer sesame");
            visitor.post("/digest", "abc".getBytes(StandardCharsets.US_ASCII));

            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(postgres.column(
                                    Role.ADMIN,
                                    "select e.method || ' ' || e.target || ' ' || e.status || ' ' || b.direction || ' '"
                                            + " || left(encode(b.content, 'escape'), 8)"
                                            + " from exchange e join exchange_body b on b.exchange_id = e.id"
                                            + " and b.started_at = e.started_at where e.membership_id = ?"
                                            + " order by e.seq, b.direction",
                                    member.owner().membershipId()))
                            .containsExactly(
                                    "GET /hello?token=[redacted] 200 toVisitor hello",
                                    "POST /digest 200 toUpstream abc",
                                    "POST /digest 200 toVisitor ba7816bf"));
            assertThat(postgres.column(
                            Role.ADMIN,
                            "select e.session from exchange e where membership_id = ? and e::text not like '%sesame%'",
                            member.owner().membershipId()))
                    .hasSize(2)
                    .doesNotContainNull();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void betaCarriesOneRequestPerChannel() throws Exception {
        try (PortrBetaClient client = beta(http());
                Visitor visitor = gateway.visitor(name)) {
            for (int i = 0; i < 5; i++) {
                assertThat(visitor.get("/hello").body()).isEqualTo("hello");
            }
            assertThat(visitor.post("/digest", "abc".getBytes(StandardCharsets.US_ASCII))
                            .body())
                    .startsWith("ba7816bf");

            assertThat(client.acceptedOpens()).isEqualTo(6);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void v1EchoesFragmentedWebSocketMessages() throws Exception {
        try (PortrV1Client client = v1(http())) {
            echoFrames();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void betaEchoesFragmentedWebSocketMessages() throws Exception {
        try (PortrBetaClient client = beta(http())) {
            echoFrames();
            assertThat(client.violations()).isEmpty();
        }
    }

    private void echoFrames() throws IOException {
        try (Visitor visitor = gateway.visitor(name)) {
            visitor.send("GET", "/ws", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13");
            assertThat(visitor.receiveHead().status()).isEqualTo(101);
            List<Frame> frames = List.of(
                    new Frame(false, Frame.TEXT, "first "),
                    new Frame(true, Frame.PING, "p"),
                    new Frame(false, Frame.CONTINUATION, ""),
                    new Frame(true, Frame.CONTINUATION, "last"),
                    new Frame(true, Frame.BINARY, "x".repeat(300_000)),
                    new Frame(true, Frame.CLOSE, "\u0003\u00e8"));
            for (Frame frame : frames) {
                visitor.output.write(frame.bytes(true));
            }
            for (Frame frame : frames) {
                assertThat(Frame.read(visitor.source)).isEqualTo(frame);
            }
        }
    }

    @Test
    void passesEachServerSentEventOnAtOnce() throws Exception {
        try (PortrV1Client client = v1(http());
                Visitor visitor = gateway.visitor(name)) {
            visitor.send("GET", "/sse");
            assertThat(visitor.receiveHead().first("Content-Type")).contains("text/event-stream");
            for (int i = 0; i < 3; i++) {
                service.event();
                assertThat(new String(visitor.source.readNBytes(14), StandardCharsets.US_ASCII))
                        .isEqualTo("9\r\ndata: " + i + "\n\n\r\n");
            }
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void v1CarriesTcpWithHalfCloseBothWays() throws Exception {
        try (LocalServer local = new LocalServer(PortrClientIT::answerWithLength);
                PortrV1Client client = v1(gateway.client(member, null, local.port()));
                Socket visitor = new Socket("127.0.0.1", client.publicPort())) {
            visitor.getOutputStream().write(new byte[300_000]);
            visitor.shutdownOutput();

            assertThat(new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("300000");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void betaCarriesTcp() throws Exception {
        try (LocalServer local =
                        new LocalServer(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
                PortrBetaClient client = beta(gateway.client(member, null, local.port()));
                Socket visitor = new Socket("127.0.0.1", client.publicPort())) {
            visitor.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(visitor.getInputStream().readNBytes(4), StandardCharsets.US_ASCII))
                    .isEqualTo("ping");
            assertThat(client.violations()).isEmpty();
        }
    }

    private static void answerWithLength(Socket socket) throws IOException {
        int length = socket.getInputStream().readAllBytes().length;
        socket.getOutputStream().write(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void servesOverAPoolOfTwo() throws Exception {
        servesOverAPoolOf(2);
    }

    @Test
    void servesOverAPoolOfEight() throws Exception {
        servesOverAPoolOf(8);
    }

    private void servesOverAPoolOf(int size) throws Exception {
        try (PortrV1Client client = v1(http().withPoolSize(size))) {
            List<CompletableFuture<Answer>> answers = java.util.stream.IntStream.range(0, 64)
                    .mapToObj(i -> CompletableFuture.supplyAsync(this::hello))
                    .toList();

            assertThat(answers)
                    .allSatisfy(answer ->
                            assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("hello"));
            assertThat(client.isHealthy()).isTrue();
            assertThat(client.violations()).isEmpty();
        }
    }

    private Answer hello() {
        try (Visitor visitor = gateway.visitor(name)) {
            return visitor.get("/hello");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void retriesAChannelThatIsOpenedBeforeTheClientIsReady() throws Exception {
        try (PortrV1Client client =
                new PortrV1Client(http().withRegisterForwardAfterReplyDelay(Duration.ofMillis(300)))) {
            client.start();

            assertThat(hello().status()).isEqualTo(200);
            assertThat(client.rejectedOpens()).isPositive();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void passesTheClientsOwnErrorPageOn() throws Exception {
        service.close();
        try (PortrV1Client client = v1(http());
                Visitor visitor = gateway.visitor(name)) {
            Answer answer = visitor.get("/hello");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.reason()).isEqualTo("local-server-not-online");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void answersPingsWithAndWithoutALiveTunnel() throws Exception {
        try (PortrV1Client client = v1(http());
                Visitor visitor = gateway.visitor(name)) {
            assertThat(visitor.get("/", "X-Portr-Ping-Request: true").status()).isEqualTo(200);
            assertThat(service.requestCount()).isZero();
            assertThat(client.violations()).isEmpty();
        }
        try (Visitor visitor = gateway.visitor("nobody-" + name)) {
            Answer answer = visitor.get("/", "X-Portr-Ping-Request: true");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.head().first("X-Portr-Error")).contains("true");
            assertThat(answer.reason()).isEqualTo("unregistered-subdomain");
        }
    }

    @Test
    void letsADoctorLogInAndLeave() throws Exception {
        String id = gateway.reserve(member, null);
        try (RawSshClient doctor = connect(id)) {
            assertThat(doctor.hostKeyType()).isEqualTo("ssh-ed25519");
            assertThat(doctor.cipher()).isEqualTo("aes128-gcm@openssh.com");
            assertThat(doctor.keyExchange()).isEqualTo("mlkem768x25519-sha256");
        }
        assertThat(gateway.statusOf(id)).isEqualTo("reserved");
    }

    @Test
    void refusesAWrongKeyAndAnUnknownConnection() {
        String id = gateway.reserve(member, name);
        for (String user : List.of(id + ":portr_wrong", "01ARZ3NDEKTSV4RRFFQ69G5FAV:" + member.key(), id, "x:y:z")) {
            assertThatThrownBy(() -> RawSshClient.connect("127.0.0.1", gateway.sshPort(), user))
                    .isInstanceOf(PortrStartException.class);
        }
    }

    @Test
    void answersEveryRequestOnceAndInOrder() throws Exception {
        try (RawSshClient client = connect(gateway.reserve(member, name))) {
            List<CompletableFuture<Reply>> replies = List.of(
                    client.request("unknown@example.com", true, new byte[0]),
                    client.request("tcpip-forward", "0.0.0.0", 20_001),
                    client.request("keepalive@openssh.com", true, new byte[0]),
                    client.request("keepalive@openssh.com", false, new byte[0]),
                    client.request("tcpip-forward", "0.0.0.0", 20_002),
                    client.request("unknown@example.com", true, new byte[0]),
                    client.request("keepalive@openssh.com", true, new byte[0]));

            assertThat(replies.stream()
                            .map(reply ->
                                    reply.orTimeout(10, TimeUnit.SECONDS).join().success())
                            .toList())
                    .containsExactly(false, true, true, true, true, false, true);
            // and a cancel is idempotent
            for (int i = 0; i < 2; i++) {
                assertThat(client.request("cancel-tcpip-forward", "0.0.0.0", 20_001)
                                .get(10, TimeUnit.SECONDS)
                                .success())
                        .isTrue();
            }
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void allowsATcpConnectionOneForwardOfThePool() throws Exception {
        try (RawSshClient client = connect(gateway.reserve(member, null))) {
            assertThat(client.request("tcpip-forward", "0.0.0.0", 22)
                            .get(10, TimeUnit.SECONDS)
                            .success())
                    .isFalse();
            assertThat(client.request("tcpip-forward", "0.0.0.0", 39_871)
                            .get(10, TimeUnit.SECONDS)
                            .success())
                    .isTrue();
            assertThat(client.request("tcpip-forward", "0.0.0.0", 39_872)
                            .get(10, TimeUnit.SECONDS)
                            .success())
                    .isFalse();
        }
    }

    @Test
    void freesTheRouteOfABetaClientThatCancels() throws Exception {
        try (PortrBetaClient client = beta(http())) {
            assertThat(hello().status()).isEqualTo(200);

            client.cancel();

            assertThat(hello().status()).isIn(404, 503);
        }
    }

    private RawSshClient connect(String id) throws IOException {
        return RawSshClient.connect("127.0.0.1", gateway.sshPort(), id + ":" + member.key());
    }

    private PortrClientConfig http() {
        return gateway.client(member, name, service.port());
    }

    private static PortrV1Client v1(PortrClientConfig config) throws IOException {
        PortrV1Client client = new PortrV1Client(config);
        client.start();
        client.awaitForwarded();
        return client;
    }

    private static PortrBetaClient beta(PortrClientConfig config) throws IOException {
        PortrBetaClient client = new PortrBetaClient(config);
        client.start();
        client.awaitForwarded();
        return client;
    }
}
