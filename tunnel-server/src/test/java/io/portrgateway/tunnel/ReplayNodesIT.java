package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.RecordingService.Seen;
import io.portrgateway.tunnel.ReplayKit.Row;
import io.portrgateway.tunnel.ReplayKit.State;
import io.portrgateway.tunnel.ssh.OpenSsh;
import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Replays with plain SSH, on more than one node, and over the end of a node. */
@Timeout(60)
class ReplayNodesIT {

    private static final String HOST = "Host: old.example";

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    Path directory;

    private RunningGateway gateway;
    private RecordingService service;

    @BeforeEach
    void start() throws Exception {
        service = new RecordingService();
        gateway = node("a");
    }

    @AfterEach
    void stop() throws Exception {
        service.close();
        gateway.close();
    }

    @Test
    void sendsIntoTheTunnelOfAPlainSshClientAndTellsItsTerminal() throws Exception {
        Member member = gateway.member("plain");
        try (OpenSsh ssh = new OpenSsh(directory, gateway.sshPort())) {
            OpenSsh.Run run = ssh.withPassword(
                    member.key(),
                    "-tt",
                    "-R",
                    "plain:80:127.0.0.1:" + service.port(),
                    member.teamSlug() + "@127.0.0.1");
            run.awaitOutput("live");
            ReplayKit replays = new ReplayKit(postgres, member, connectionOf("plain"));

            State end = replays.awaitEnd(replays.ask(Row.of("POST", "/hook?secret=1", "B: 2", HOST, "a: 1", "B: 1")
                    .withBody(new byte[] {0, 13, 10, -1})
                    .withOriginal(recordedByVisitor("plain"))));

            assertThat(end.state()).isEqualTo("done");
            Seen seen = service.seen.getLast();
            assertThat(seen.head().fields())
                    .containsExactly(
                            "B: 2",
                            HOST,
                            "a: 1",
                            "B: 1",
                            "Content-Length: 4",
                            "X-Forwarded-For: 192.0.0.8",
                            "X-Forwarded-Proto: http",
                            "X-Forwarded-Host: old.example",
                            "X-Forwarded-Port: 80",
                            "X-Real-IP: 192.0.0.8",
                            "Forwarded: for=192.0.0.8;host=\"old.example\";proto=http");
            assertThat(seen.rawBody()).containsExactly(0, 13, 10, -1);
            run.awaitOutput("POST /hook (replay)");
            assertThat(run.output()).contains("plain").doesNotContain("secret");
        }
    }

    @Test
    void failsWithTheWordOfTheEdgeWhenTheServiceRefuses() throws Exception {
        Member member = gateway.member("closed");
        int closedPort;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = unused.getLocalPort();
        }
        try (OpenSsh ssh = new OpenSsh(directory, gateway.sshPort())) {
            ssh.withPassword(
                    member.key(), "-N", "-R", "closed:80:127.0.0.1:" + closedPort, member.teamSlug() + "@127.0.0.1");
            ReplayKit replays = new ReplayKit(postgres, member, connectionOf("closed"));

            State end = replays.awaitEnd(replays.ask(Row.of("GET", "/", HOST)));

            assertThat(end.failure()).isEqualTo("local-server-not-online");
            assertThat(end.status()).isNull();
            assertThat(replays.recorded(end, "outcome")).isEqualTo("local-server-not-online");
        }
    }

    @Test
    void eachNodeSendsIntoItsOwnTunnelsOnly() throws Exception {
        Member left = gateway.member("left");
        Member right = gateway.member("right");
        String leftId = gateway.reserve(left, "left");
        try (RunningGateway second = node("b");
                RecordingService rightService = new RecordingService()) {
            String rightId = second.reserve(right, "right");
            try (PortrV1Client leftClient = v1(gateway, left, "left", service);
                    PortrV1Client rightClient = v1(second, right, "right", rightService)) {
                ReplayKit toLeft = new ReplayKit(postgres, left, leftId);
                ReplayKit toRight = new ReplayKit(postgres, right, rightId);
                for (int i = 0; i < 5; i++) {
                    String first = toLeft.ask(Row.of("GET", "/left", HOST));
                    String other = toRight.ask(Row.of("GET", "/right", HOST));
                    assertThat(toLeft.awaitEnd(first).state()).isEqualTo("done");
                    assertThat(toRight.awaitEnd(other).state()).isEqualTo("done");
                }

                assertThat(service.seen).hasSize(5).extracting(Seen::target).containsOnly("/left");
                assertThat(rightService.seen)
                        .hasSize(5)
                        .extracting(Seen::target)
                        .containsOnly("/right");
                assertThat(postgres.column(
                                Role.ADMIN, "select distinct node from replay where connection_id = ?", rightId))
                        .containsExactly("b");
                assertThat(leftClient.violations()).isEmpty();
                assertThat(rightClient.violations()).isEmpty();
            }
        }
    }

    @Test
    void givesUpWhatADeadNodeOrAnEarlierRunWasSending() throws Exception {
        Member member = gateway.member("dead");
        String connectionId = gateway.reserve(member, "dead");
        ReplayKit replays = new ReplayKit(postgres, member, connectionId);
        List<String> ids = replays.ask(List.of(later(), later(), later()));
        gateway.server().close();
        for (int i = 0; i < 2; i++) {
            postgres.update(
                    Role.ADMIN,
                    "update replay set state = 'running', node = ?, started_at = now(), not_before = now() where id = ?",
                    i == 0 ? "a" : "gone",
                    ids.get(i));
        }
        gateway.startAgain();

        try (PortrV1Client client = v1(gateway, member, "dead", service)) {
            assertThat(replays.awaitEnd(ids.get(0)).failure()).isEqualTo("node_lost");
            assertThat(replays.awaitEnd(ids.get(1)).failure()).isEqualTo("node_lost");
            postgres.update(Role.ADMIN, "update replay set not_before = now() where id = ?", ids.get(2));
            assertThat(replays.awaitEnd(ids.get(2)).state()).isEqualTo("done");
            assertThat(service.seen).hasSize(1);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void finishesWhatRunsWhenItIsStopped() throws Exception {
        Member member = gateway.member("drained");
        ReplayKit replays = new ReplayKit(postgres, member, gateway.reserve(member, "drained"));
        try (PortrV1Client client = new PortrV1Client(
                gateway.client(member, "drained", service.port()).withReconnect(0, 1))) {
            client.start();
            client.awaitForwarded();
            String running = replays.ask(Row.of("GET", "/wait", HOST));
            await().until(() -> service.seen.size() == 1);

            Thread stopping = Thread.ofVirtual().start(gateway.server()::stop);
            await().until(() -> !gateway.server().isReady());
            String late = replays.ask(Row.of("GET", "/late", HOST));
            service.mayAnswer.countDown();

            assertThat(stopping.join(Duration.ofSeconds(15))).isTrue();
            assertThat(replays.state(running).state()).isEqualTo("done");
            assertThat(replays.state(running).status()).isEqualTo(200);
            assertThat(replays.state(late).state()).isEqualTo("waiting");
            assertThat(service.seen).hasSize(1);
        }
    }

    @Test
    void givesUpWhatIsCutAtTheEnd() throws Exception {
        Member member = gateway.member("cut");
        ReplayKit replays = new ReplayKit(postgres, member, gateway.reserve(member, "cut"));
        try (PortrV1Client client = v1(gateway, member, "cut", service)) {
            String running = replays.ask(Row.of("GET", "/wait", HOST));
            await().until(() -> service.seen.size() == 1);

            gateway.server().close();

            assertThat(replays.state(running).failure()).isIn("node_lost", "connection-lost");
            assertThat(client.violations()).isEmpty();
        }
    }

    /** A request over plain HTTP; answers its id once it is recorded. */
    private String recordedByVisitor(String subdomain) throws Exception {
        try (Visitor visitor = gateway.visitor(subdomain)) {
            visitor.get("/original");
        }
        return await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> postgres.column(Role.ADMIN, "select id from exchange where target = '/original'"),
                        found -> found.size() == 1)
                .getFirst();
    }

    private static Row later() {
        return Row.of("GET", "/", HOST).withDelay(Duration.ofMinutes(10));
    }

    private RunningGateway node(String id) throws Exception {
        return RunningGateway.start(
                postgres,
                directory.resolve(id),
                "PORTR_CAPTURE",
                "metadata",
                "PORTR_NODE_ID",
                id,
                "PORTR_LEASE_TTL",
                "2s",
                "PORTR_SHUTDOWN_GRACE",
                "20s");
    }

    private static PortrV1Client v1(RunningGateway at, Member member, String name, RecordingService behind)
            throws Exception {
        PortrV1Client client = new PortrV1Client(at.client(member, name, behind.port()));
        client.start();
        client.awaitForwarded();
        return client;
    }

    private static String connectionOf(String subdomain) {
        return await("connection of " + subdomain)
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> postgres.column(
                                Role.ADMIN,
                                "select id from connection where subdomain = ? and status = 'active'",
                                subdomain),
                        found -> found.size() == 1)
                .getFirst();
    }
}
