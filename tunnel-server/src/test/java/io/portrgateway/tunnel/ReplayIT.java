package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.RecordingService.Seen;
import io.portrgateway.tunnel.ReplayKit.Row;
import io.portrgateway.tunnel.ReplayKit.State;
import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.PortrBetaClient;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
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
                "metadata",
                "PORTR_CAPTURE_RATE",
                "1",
                "PORTR_REPLAY_TIMEOUT",
                "2s",
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
        byte[] body = new byte[300_000];
        new Random(7).nextBytes(body);
        try (PortrV1Client client = v1()) {
            String id = replays.ask(Row.of(
                            "POST",
                            "/hook/%2F?a=1&a=2",
                            "X-Two: b",
                            "Host: old.name.example:81",
                            "content-length: 5",
                            "x-two: \u00e4 \"a\"",
                            "X-Forwarded-For: 10.0.0.1",
                            "Connection: close",
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

    private Seen only() {
        assertThat(service.seen).hasSize(1);
        return service.seen.getFirst();
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
