package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.RecordingService.Seen;
import io.portrgateway.tunnel.ReplayKit.Row;
import io.portrgateway.tunnel.ReplayKit.State;
import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.PortrBetaClient;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Rows of the replay table through a really started tunnel-server to a service that keeps every byte. */
@Timeout(60)
class ReplayIT {

    private static final String HOST = "Host: old.example";

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    static Path state;

    private static RunningGateway gateway;
    private static int count;

    private RecordingService service;
    private Member member;
    private String name;
    private String connectionId;
    private ReplayKit replays;

    @BeforeAll
    static void startGateway() throws Exception {
        gateway = RunningGateway.start(
                postgres,
                state,
                "PORTR_CAPTURE",
                "off",
                "PORTR_REPLAY_TIMEOUT",
                "2s",
                "PORTR_REPLAY_MAX_BODY",
                "1MiB",
                "PORTR_REPLAY_OFFLINE_GRACE",
                "500ms");
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @BeforeEach
    void makeMember() throws Exception {
        service = new RecordingService();
        name = "r" + ++count;
        member = gateway.member(name);
        connectionId = gateway.reserve(member, name);
        replays = new ReplayKit(postgres, member, connectionId);
    }

    @AfterEach
    void stopService() throws IOException {
        service.close();
    }

    @Test
    void sendsHeadersInTheirOrderWithDuplicatesAndTheBinaryBody() throws Exception {
        byte[] body = binary(300_000);
        try (PortrV1Client client = v1()) {
            String id = replays.ask(Row.of(
                            "POST",
                            "/hook/%2F?a=1&a=2",
                            "X-Two: b",
                            "Host: old.name.example:81",
                            "content-length: 5",
                            "x-two: \u00e4 \"a\"",
                            "X-Forwarded-For: 10.0.0.1",
                            "Connection: close, X-Hop",
                            "X-Hop: ends here",
                            "X-Two: ")
                    .withBody(body)
                    .withOriginal("01J00000000000000000000000"));

            State end = replays.awaitEnd(id);

            assertThat(end.state()).isEqualTo("done");
            assertThat(end.status()).isEqualTo(200);
            assertThat(end.failure()).isNull();
            Seen seen = only();
            assertThat(seen.start()).isEqualTo("POST /hook/%2F?a=1&a=2 HTTP/1.1");
            // The client adds to the forwarded ones by itself
            assertThat(seen.head().without("X-Forwarded-For").fields())
                    .containsExactly(
                            "X-Two: b",
                            "Host: old.name.example:81",
                            "content-length: 300000",
                            "x-two: \u00e4 \"a\"",
                            "X-Two: ",
                            "X-Forwarded-Proto: https",
                            "X-Forwarded-Host: old.name.example:81",
                            "X-Forwarded-Port: 81",
                            "X-Real-IP: 192.0.0.8",
                            "Forwarded: for=192.0.0.8;host=\"old.name.example:81\";proto=https");
            assertThat(seen.rawBody()).isEqualTo(body);
            assertThat(replays.recorded(end, "replay_of")).isEqualTo("01J00000000000000000000000");
            assertThat(replays.recorded(end, "connection_id")).isEqualTo(connectionId);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void sendsChunkedBodiesWithTrailersThroughTheBetaClient() throws Exception {
        byte[] body = binary(70_000);
        try (PortrBetaClient client = beta()) {
            State end = replays.awaitEnd(replays.ask(Row.of("PUT", "/c", HOST, "Transfer-Encoding: chunked")
                    .withBody(body)
                    .withTrailers("X-Sum: 1", "X-Sum: 2", "Authorization: not a trailer")));
            State get = replays.awaitEnd(replays.ask(Row.of("GET", "/get", HOST)));
            State head = replays.awaitEnd(replays.ask(Row.of("HEAD", "/head", HOST)));

            assertThat(List.of(end.state(), get.state(), head.state())).containsOnly("done");
            assertThat(service.seen.getFirst().head().contentLength()).isEqualTo(-1);
            assertThat(dechunked(service.seen.getFirst().rawBody())).isEqualTo(latin1(body) + "|X-Sum: 1|X-Sum: 2");
            assertThat(service.seen.get(1).head().isChunked()).isFalse();
            assertThat(service.seen.get(1).head().contentLength()).isEqualTo(-1);
            assertThat(service.seen.get(2).start()).isEqualTo("HEAD /head HTTP/1.1");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void isRecordedWithItsOriginalThoughNothingElseIs() throws Exception {
        try (PortrV1Client client = v1();
                Visitor visitor = gateway.visitor(name)) {
            visitor.get("/not-recorded");
            State end = replays.awaitEnd(replays.ask(Row.of("POST", "/status/404", HOST, "A: b")
                    .withBody(binary(10))
                    .withOriginal("original")));

            assertThat(replays.recorded(
                            end,
                            "concat_ws(' ', method, target, status, outcome, visitor_address, authority, http_version,"
                                    + " request_bytes, replay_of)"))
                    .isEqualTo("POST /status/404 404 completed 192.0.0.8 old.example 1.1 10 original");
            assertThat(postgres.column(
                            Role.ADMIN,
                            "select target from exchange where membership_id = ?",
                            member.owner().membershipId()))
                    .containsExactly("/status/404");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void goesIntoItsTunnelWhateverTheHostSays() throws Exception {
        Member other = gateway.member("other" + name);
        try (RecordingService otherService = new RecordingService();
                PortrV1Client client = v1()) {
            PortrV1Client otherClient = new PortrV1Client(gateway.client(other, "o" + name, otherService.port()));
            try (otherClient) {
                otherClient.start();
                otherClient.awaitForwarded();

                State end = replays.awaitEnd(
                        replays.ask(Row.of("GET", "/mine", "Host: o" + name + "." + RunningGateway.DOMAIN)));
                State without = replays.awaitEnd(replays.ask(Row.of("GET", "/named", "A: b")));

                assertThat(end.state()).isEqualTo("done");
                assertThat(without.state()).isEqualTo("done");
                assertThat(service.seen).extracting(Seen::target).containsExactly("/mine", "/named");
                assertThat(service.seen.get(1).head().fields())
                        .startsWith("Host: " + name + "." + RunningGateway.DOMAIN);
                assertThat(otherService.seen).isEmpty();
                assertThat(client.violations()).isEmpty();
            }
        }
    }

    @Test
    void keepsToTheTimesOfABatch() throws Exception {
        try (PortrV1Client client = v1()) {
            List<String> ids = replays.ask(IntStream.range(0, 100)
                    .mapToObj(i -> Row.of("GET", "/" + i, HOST).withDelay(Duration.ofMillis(20L * i)))
                    .toList());

            State last = replays.awaitEnd(ids.getLast());
            await().atMost(Duration.ofSeconds(10)).until(() -> count("state = 'done'") == 100);

            assertThat(last.state()).isEqualTo("done");
            assertThat(count("started_at < not_before")).isZero();
            // not in lumps of the interval either
            assertThat(count("started_at - not_before > interval '500 ms'")).isLessThan(20);
            assertThat(service.seen).hasSize(100);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void sendsAtMostFourIntoOneTunnelAtATime() throws Exception {
        try (PortrBetaClient client = beta()) {
            List<String> ids = replays.ask(IntStream.range(0, 10)
                    .mapToObj(i -> Row.of("GET", "/wait/" + i, HOST))
                    .toList());
            await().until(() -> service.mostAtOnce.get() == 4);
            await().during(Duration.ofMillis(300)).until(() -> service.seen.size() == 4);
            service.mayAnswer.countDown();

            for (String id : ids) {
                assertThat(replays.awaitEnd(id).state()).isEqualTo("done");
            }
            assertThat(service.mostAtOnce.get()).isEqualTo(4);
            assertThat(service.seen).hasSize(10);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void sendsABatchWithoutARateOneByOneInItsOrder() throws Exception {
        try (PortrV1Client client = v1()) {
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                rows.add(i == 10 ? Row.of("GET", "bad target", HOST) : Row.of("GET", "/" + i, HOST));
            }
            List<String> ids = replays.askInOrder(rows);

            assertThat(replays.awaitEnd(ids.getLast()).state()).isEqualTo("done");

            assertThat(service.mostAtOnce.get()).isEqualTo(1);
            assertThat(service.seen)
                    .extracting(Seen::target)
                    .containsExactlyElementsOf(IntStream.range(0, 30)
                            .filter(i -> i != 10)
                            .mapToObj(i -> "/" + i)
                            .toList());
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void doesNotSendWhatWasCancelled() throws Exception {
        try (PortrV1Client client = v1()) {
            List<String> doomed = replays.ask(List.of(
                    Row.of("GET", "/cancelled", HOST).withDelay(Duration.ofMillis(400)),
                    Row.of("GET", "/cancelled", HOST).withDelay(Duration.ofMillis(450))));
            postgres.update(
                    Role.ADMIN,
                    "update replay set state = 'cancelled', finished_at = now() where state = 'waiting'"
                            + " and connection_id = ?",
                    connectionId);
            String after = replays.ask(Row.of("GET", "/after", HOST).withDelay(Duration.ofMillis(600)));

            assertThat(replays.awaitEnd(after).state()).isEqualTo("done");

            assertThat(only().target()).isEqualTo("/after");
            assertThat(replays.state(doomed.getFirst()).state()).isEqualTo("cancelled");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void failsWhenNoClientIsThere() throws Exception {
        State end = replays.awaitEnd(replays.ask(Row.of("GET", "/", HOST)));

        assertThat(end).isEqualTo(new State("failed", "tunnel_offline", null, null, false, true));
    }

    @Test
    void failsWhenTheServiceTakesTooLongBeforeOrWithinItsAnswer() throws Exception {
        try (PortrV1Client client = v1()) {
            String slow = replays.ask(Row.of("GET", "/wait", HOST));
            String endless = replays.ask(Row.of("GET", "/endless", HOST));

            State silent = replays.awaitEnd(slow);
            assertThat(silent.failure()).isEqualTo("upstream-timeout");
            assertThat(silent.status()).isNull();
            assertThat(replays.recorded(silent, "outcome")).isEqualTo("upstream-timeout");
            State begun = replays.awaitEnd(endless);
            assertThat(begun.failure()).isEqualTo("upstream-timeout");
            assertThat(begun.status()).isEqualTo(200);
            assertThat(replays.recorded(begun, "status || outcome")).isEqualTo("200upstream-timeout");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void refusesWhatIsNoRequestAndSendsNothingOfIt() throws Exception {
        List<Row> invalid = new ArrayList<>(List.of(
                Row.of("GET", "/ HTTP/1.1\r\nX-Smuggled: 1\r\n\r\nGET /", HOST),
                Row.of("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET", "/", HOST),
                Row.of("CONNECT", "/", HOST),
                Row.of("GET", "//other host", HOST),
                Row.of("GET", "http://else.example/", HOST),
                Row.of("GET", "/\u4e00", HOST),
                Row.of("GET", "/", HOST, "A: b\r\nContent-Length: 5"),
                Row.of("GET", "/", HOST, "A: b\nC: d"),
                Row.of("GET", "/", HOST, "A: b\u007f"),
                Row.of("GET", "/", HOST, "A b: c"),
                Row.of("GET", "/", HOST, "A:c: d"),
                Row.of("GET", "/", HOST, "A\r\nB: c"),
                Row.of("GET", "/", HOST, ": d"),
                Row.of("GET", "/", HOST, "Transfer-Encoding : chunked"),
                Row.of("GET", "/", HOST, " Content-Length: 5"),
                Row.of("GET", "/", HOST, "Expect: a miracle"),
                Row.of("GET", "/", HOST, "Host: second.example"),
                Row.of("GET", "/", "Host: a b"),
                Row.of("POST", "/", HOST).withTrailers("X: y\r\n\r\nGET / HTTP/1.1"),
                Row.of("POST", "/", HOST).withTrailers("X y: z")));
        try (PortrBetaClient client = beta()) {
            List<String> ids = replays.ask(invalid);
            String upgrade = replays.ask(Row.of("GET", "/", HOST, "Connection: Upgrade", "Upgrade: websocket"));
            String large = replays.ask(Row.of("POST", "/", HOST).withBody(new byte[(1 << 20) + 1]));
            String long_ = replays.ask(Row.of("GET", "/", HOST, "A: " + "b".repeat(70_000)));

            for (int i = 0; i < invalid.size(); i++) {
                assertThat(replays.awaitEnd(ids.get(i)))
                        .as(invalid.get(i).toString())
                        .isEqualTo(new State("failed", "invalid_request", null, null, true, true));
            }
            assertThat(replays.awaitEnd(upgrade).failure()).isEqualTo("websocket_upgrade");
            assertThat(replays.awaitEnd(large).failure()).isEqualTo("body-too-large");
            assertThat(replays.awaitEnd(long_).failure()).isEqualTo("header-too-large");
            assertThat(service.seen).isEmpty();
            assertThat(client.acceptedOpens()).isZero();
        }
    }

    @Test
    void refusesRowsOfAnotherShapeOrAnotherTeam() throws Exception {
        Member stranger = gateway.member("stranger" + name);
        try (PortrV1Client client = v1()) {
            List<String> ids = replays.ask(List.of(later("object"), later("single"), later("nothing"), later("team")));
            for (int i = 0; i < 3; i++) {
                postgres.update(
                        Role.ADMIN,
                        "update replay set headers = ?::jsonb where id = ?",
                        List.of("{\"a\": 1}", "[[\"a\"]]", "[[\"a\", null]]").get(i),
                        ids.get(i));
            }
            postgres.update(
                    Role.ADMIN,
                    "update replay set team_id = ? where id = ?",
                    stranger.owner().teamId(),
                    ids.get(3));

            for (String id : ids) {
                assertThat(replays.awaitEnd(id).failure()).isEqualTo("invalid_request");
            }
            assertThat(service.seen).isEmpty();
            assertThat(client.violations()).isEmpty();
        }
    }

    private static Row later(String target) {
        return Row.of("GET", "/" + target, HOST).withDelay(Duration.ofMillis(500));
    }

    private long count(String condition) throws Exception {
        return Long.parseLong(postgres.value(
                Role.ADMIN, "select count(*) from replay where connection_id = ? and " + condition, connectionId));
    }

    private Seen only() {
        assertThat(service.seen).hasSize(1);
        return service.seen.getFirst();
    }

    private static byte[] binary(int byteCount) {
        byte[] bytes = new byte[byteCount];
        new Random(byteCount).nextBytes(bytes);
        return bytes;
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The content, then each trailer behind a bar. */
    private static String dechunked(byte[] raw) {
        String left = latin1(raw);
        StringBuilder content = new StringBuilder();
        while (true) {
            int line = left.indexOf("\r\n");
            int size = Integer.parseInt(left.substring(0, line), 16);
            left = left.substring(line + 2);
            if (size == 0) {
                return content + "|" + left.strip().replace("\r\n", "|");
            }
            content.append(left, 0, size);
            left = left.substring(size + 2);
        }
    }

    private PortrV1Client v1() throws IOException {
        PortrV1Client client = new PortrV1Client(config());
        client.start();
        client.awaitForwarded();
        return client;
    }

    private PortrBetaClient beta() throws IOException {
        PortrBetaClient client = new PortrBetaClient(config());
        client.start();
        client.awaitForwarded();
        return client;
    }

    private PortrClientConfig config() {
        return gateway.client(member, name, service.port());
    }
}
