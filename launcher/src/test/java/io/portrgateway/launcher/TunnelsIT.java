package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.ListeningSockets;
import io.portrgateway.tunnel.testclient.PortrApi;
import io.portrgateway.tunnel.testclient.PortrBetaClient;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main job over both servers: every kind of client carries every kind of traffic. */
@Timeout(90)
class TunnelsIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** How soon what lost its right is cut: the nodes look every two seconds, and at once when they are told. */
    private static final Duration CUT = Duration.ofSeconds(5);

    @TempDir
    static Path directory;

    private static TestGateway gateway;
    private static LocalService service;
    private static LocalService echo;
    private static PortrApi api;
    private static Dashboard dashboard;

    @TempDir
    Path scratch;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(directory.resolve("data"));
        service = LocalService.http("mine");
        echo = LocalService.echo();
        api = new PortrApi(gateway.settings().serverUrl());
        dashboard = Dashboard.signIn(gateway);
    }

    @AfterAll
    static void stop() throws Exception {
        if (gateway != null) {
            gateway.close();
            api.close();
            dashboard.close();
            service.close();
            echo.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void carriesHttpAndWebSocketForAPoolOf(int sessions) throws Exception {
        String name = "pool" + sessions;
        try (PortrV1Client client = new PortrV1Client(http(name).withPoolSize(sessions))) {
            client.start();
            client.awaitForwarded();

            for (int i = 0; i < 2 * sessions; i++) {
                assertThat(gateway.visitor().get(gateway.host(name), "/a?b=%20" + i))
                        .extracting(Visitor.Answer::status, Visitor.Answer::body)
                        .containsExactly(200, "mine GET /a?b=%20" + i + " ");
            }
            assertThat(gateway.visitor()
                            .post(gateway.host(name), "/form", "x=1")
                            .body())
                    .isEqualTo("mine POST /form x=1");
            assertThat(gateway.visitor().webSocketEcho(gateway.host(name), "hello"))
                    .isEqualTo("hello");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void recordsEncryptedForATeamThatWantsItAndShowsWhatPassed() throws Exception {
        gateway.query("insert into team_capture (team_id, encrypted) select id, true from team where slug = '"
                + gateway.bootstrap().teamSlug() + "' returning team_id");
        try (PortrV1Client client = new PortrV1Client(http("sealed"))) {
            client.start();
            client.awaitForwarded();

            // There is a key within seconds; what passes before then is recorded without header fields and bodies
            String id = await().atMost(SOON)
                    .until(
                            () -> {
                                gateway.visitor().post(gateway.host("sealed"), "/sealed", "open-sesame");
                                return gateway.query("select id from exchange where target = '/sealed'"
                                        + " and sealed_by is not null order by seq limit 1");
                            },
                            found -> !found.isEmpty());

            assertThat(gateway.query("select e::text || string_agg(b::text || encode(b.content, 'escape'), ' ')"
                            + " from exchange e join exchange_body b on b.exchange_id = e.id where e.id = '" + id
                            + "' group by e.*"))
                    .contains("/sealed")
                    .doesNotContain("sesame");
            assertThat(dashboard.open("/requests/" + id))
                    .contains("open-sesame")
                    .doesNotContain("cannot be read");
        } finally {
            gateway.query("delete from team_capture returning team_id");
        }
    }

    @Test
    void carriesHttpAndWebSocketForTheBetaClient() throws Exception {
        try (PortrBetaClient client = new PortrBetaClient(http("beta"))) {
            client.start();
            client.awaitForwarded();

            for (int i = 0; i < 3; i++) {
                assertThat(gateway.visitor().get(gateway.host("beta"), "/" + i).body())
                        .isEqualTo("mine GET /" + i + " ");
            }
            assertThat(gateway.visitor().webSocketEcho(gateway.host("beta"), "hello"))
                    .isEqualTo("hello");
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void carriesTcpForBothClients() throws Exception {
        try (PortrV1Client v1 = new PortrV1Client(tcp());
                PortrBetaClient beta = new PortrBetaClient(tcp())) {
            v1.start();
            beta.start();
            v1.awaitForwarded();
            beta.awaitForwarded();

            // Only v1 passes a half-close on, so only there the last byte can come after it.
            assertThat(Visitor.tcpEcho(v1.publicPort(), "to the last byte")).isEqualTo("to the last byte");
            assertThat(beta.publicPort()).isNotEqualTo(v1.publicPort());
            assertThat(Visitor.tcpEchoKeptOpen(beta.publicPort(), "beta")).isEqualTo("beta");
            assertThat(v1.violations()).isEmpty();
            assertThat(beta.violations()).isEmpty();
        }
    }

    @Test
    void carriesHttpForOpenSshWithTheTokenAsPassword() throws Exception {
        try (OpenSsh ssh = gateway.openSsh(
                scratch, gateway.bootstrap().secretKey(), "-N", "-R", "plain:80:127.0.0.1:" + service.port())) {
            awaitServing("plain");

            assertThat(gateway.visitor().get(gateway.host("plain"), "/x").body())
                    .isEqualTo("mine GET /x ");
            assertThat(gateway.visitor().webSocketEcho(gateway.host("plain"), "hello"))
                    .isEqualTo("hello");
            assertThat(ssh.isAlive()).isTrue();
        }
    }

    @Test
    void carriesHttpAndTcpForOpenSshWithARegisteredKey() throws Exception {
        Path key = OpenSsh.newKey(scratch);
        gateway.registerKey(gateway.bootstrap().email(), key);

        try (OpenSsh ssh = OpenSsh.withKey(
                scratch,
                gateway.ports().ssh(),
                gateway.bootstrap().teamSlug(),
                key,
                "-N",
                "-R",
                "0:127.0.0.1:" + echo.port(),
                "-R",
                "keyed:80:127.0.0.1:" + service.port())) {
            int port = ssh.awaitAllocatedPort();
            awaitServing("keyed");

            assertThat(port).isBetween(30001, 40000);
            assertThat(Visitor.tcpEcho(port, "to the last byte")).isEqualTo("to the last byte");
        }
    }

    @Test
    void showsThePublicUrlInTheTerminal() throws Exception {
        try (OpenSsh ssh = gateway.openSsh(
                scratch, gateway.bootstrap().secretKey(), "-R", "shown:80:127.0.0.1:" + service.port())) {
            await().atMost(SOON).untilAsserted(() -> assertThat(ssh.output()).contains("shown.localhost:"));
        }
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        try (OpenSsh ssh =
                gateway.openSsh(scratch, "portr_guess", "-N", "-R", "guess:80:127.0.0.1:" + service.port())) {
            assertThat(ssh.awaitExit()).isNotZero();
        }
    }

    @Test
    void refusesANameAnotherMemberServes() throws Exception {
        String other = gateway.newMember("other@example.org");
        try (PortrV1Client owner = new PortrV1Client(http("wanted"))) {
            owner.start();
            owner.awaitForwarded();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> api.createConnection(Kind.HTTP, other, "wanted"));
            try (OpenSsh ssh = gateway.openSsh(scratch, other, "-N", "-R", "wanted:80:127.0.0.1:" + echo.port())) {
                assertThat(ssh.awaitExit()).isNotZero();
            }
            assertThat(gateway.visitor().get(gateway.host("wanted"), "/").body())
                    .isEqualTo("mine GET / ");
        }
    }

    @Test
    void letsAMemberTakeTheirOwnNameOver() throws Exception {
        try (LocalService second = LocalService.http("second");
                PortrV1Client older = new PortrV1Client(http("moved"))) {
            older.start();
            older.awaitForwarded();

            try (OpenSsh _ = gateway.openSsh(
                    scratch, gateway.bootstrap().secretKey(), "-N", "-R", "moved:80:127.0.0.1:" + second.port())) {
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(gateway.visitor()
                                        .get(gateway.host("moved"), "/")
                                        .body())
                                .isEqualTo("second GET / "));
            }
        }
    }

    @Test
    void cutsTheTunnelsOfAKeyThatAnAdminReplaces() throws Exception {
        String key = gateway.newMember("rotated@example.org");
        try (PortrV1Client client = new PortrV1Client(http("rotated", key))) {
            client.start();
            client.awaitForwarded();
            assertThat(gateway.visitor().status(gateway.host("rotated"))).isEqualTo(200);
            String member = "/members/" + gateway.membership("rotated@example.org");
            assertThat(dashboard.open(member)).contains("1 live tunnel is cut at once");

            dashboard.press(member, member + "/rotate-key");

            await().atMost(CUT).until(() -> gateway.visitor().status(gateway.host("rotated")) >= 400);
        }
    }

    @Test
    void cutsTheTunnelsOfAMemberWhomAnAdminRemoves() throws Exception {
        String key = gateway.newMember("removed@example.org");
        try (PortrV1Client client = new PortrV1Client(http("removed", key))) {
            client.start();
            client.awaitForwarded();
            assertThat(gateway.visitor().status(gateway.host("removed"))).isEqualTo(200);

            dashboard.delete("/team/users/" + gateway.membership("removed@example.org"));

            await().atMost(CUT).until(() -> gateway.visitor().status(gateway.host("removed")) >= 400);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> api.createConnection(Kind.HTTP, key, "removed"));
        }
    }

    @Test
    void answersWithItsOwnPageWhereNoTunnelIs() throws Exception {
        Visitor.Answer answer = gateway.visitor().get(gateway.host("nobody"), "/");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.head()).containsIgnoringCase("X-Portr-Error-Reason: unregistered-subdomain");
    }

    @Test
    void givesTheClientAConfigurationThatFitsThisGateway() throws Exception {
        String yaml = api.downloadConfig(gateway.bootstrap().secretKey());

        assertThat(yaml.lines().map(String::strip))
                .contains(
                        "server_url: localhost:" + gateway.ports().admin(),
                        "ssh_url: localhost:" + gateway.ports().ssh(),
                        "tunnel_url: localhost:" + gateway.ports().http(),
                        "secret_key: " + gateway.bootstrap().secretKey(),
                        "use_localhost: true");
    }

    @Test
    void tellsTheClientThatItMayPool() throws Exception {
        assertThat(api.version()).matches("v?[1-9]\\d*\\.\\d+\\.\\d+.*");
    }

    @Test
    void opensOnlyThePortsItNames() {
        Ports ports = gateway.ports();
        long tunnel = gateway.gateway().serverPids().getFirst();
        long admin = gateway.gateway().serverPids().getLast();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ListeningSockets.ports(tunnel))
                        .as("TCP tunnels of other tests are closed by now")
                        .containsExactlyInAnyOrder(ports.http(), ports.ssh(), ports.ops()));
        await().untilAsserted(() ->
                assertThat(ListeningSockets.ports(admin)).containsExactlyInAnyOrder(ports.admin(), ports.adminOps()));
    }

    private static PortrClientConfig http(String name) throws IOException {
        return http(name, gateway.bootstrap().secretKey());
    }

    private static PortrClientConfig http(String name, String key) throws IOException {
        String id = api.createConnection(Kind.HTTP, key, name);
        return PortrClientConfig.of("127.0.0.1", gateway.ports().ssh(), id, key, Kind.HTTP, service.port())
                .withReconnect(3, 0.05);
    }

    private static PortrClientConfig tcp() throws IOException {
        String key = gateway.bootstrap().secretKey();
        String id = api.createConnection(Kind.TCP, key, null);
        return PortrClientConfig.of("127.0.0.1", gateway.ports().ssh(), id, key, Kind.TCP, echo.port());
    }

    private static void awaitServing(String name) {
        await().atMost(SOON).until(() -> gateway.visitor().status(gateway.host(name)) == 200);
    }
}
