package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import io.portrgateway.tunnel.testclient.RawSshClient;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What happens when connections, the server or a member's key are lost, with clients that reconnect. */
@Timeout(90)
class PortrReconnectIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    Path state;

    private static final Duration BUDGET = Duration.ofSeconds(20);
    private static int count;

    private RunningGateway gateway;
    private DemoService service;
    private Member member;
    private String name;

    @BeforeEach
    void start() throws Exception {
        gateway = RunningGateway.start(
                postgres, state, "PORTR_SSH_HEARTBEAT_INTERVAL", "200ms", "PORTR_SSH_HEARTBEAT_MISSES", "3");
        service = new DemoService();
        name = "r" + ++count;
        member = gateway.member(name);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        service.close();
    }

    @Test
    void healsAPoolAfterItsConnectionsWereCut() throws Exception {
        try (PortrV1Client client = v1(http().withPoolSize(8))) {
            client.cutConnections();
            client.awaitReconnects(8, BUDGET);

            assertServes();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void healsAnUnpooledHttpTunnelWithANewConnection() throws Exception {
        try (PortrV1Client client = v1(http())) {
            client.cutConnections();
            client.awaitReconnects(1, BUDGET);

            assertServes();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void healsATcpTunnel() throws Exception {
        try (PortrV1Client client = v1(gateway.client(member, null, service.port()))) {
            client.cutConnections();
            client.awaitReconnects(1, BUDGET);

            try (Visitor visitor = new Visitor("127.0.0.1", client.publicPort(), "any")) {
                assertThat(visitor.get("/hello").body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void letsAMemberTakeItsNameBackWhileTheOldSessionStillHangs() throws Exception {
        try (PortrV1Client client = v1(http())) {
            client.loseNetwork();
            client.awaitReconnects(1, BUDGET);

            assertServes();
            // and still after the server has noticed the end of the old session
            Awaitility.await().during(Duration.ofSeconds(2)).atMost(BUDGET).untilAsserted(this::assertServes);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void endsASessionThatGivesNoSignOfLife() throws Exception {
        try (RawSshClient client = RawSshClient.connect(
                "127.0.0.1", gateway.sshPort(), gateway.reserve(member, name) + ":" + member.key())) {
            assertThat(client.request("tcpip-forward", "0.0.0.0", 20_002)
                            .get(10, TimeUnit.SECONDS)
                            .success())
                    .isTrue();
            client.goSilent();

            Awaitility.await().atMost(BUDGET).untilAsserted(() -> {
                try (Visitor visitor = gateway.visitor(name)) {
                    assertThat(visitor.get("/", "X-Portr-Ping-Request: true").status())
                            .isIn(404, 503);
                }
            });
        }
    }

    @Test
    void healsAfterARestartOfTheServer() throws Exception {
        try (PortrV1Client pooled = v1(http().withPoolSize(2))) {
            gateway.restart();
            pooled.awaitReconnects(2, BUDGET);

            assertServes();
            assertThat(pooled.violations()).isEmpty();
        }
    }

    @Test
    void healsAfterTheServerWasStoppedInOrder() throws Exception {
        try (PortrV1Client client = v1(http())) {
            gateway.server().stop();
            assertThat(client.disconnectText()).isNotEmpty();
            gateway.startAgain();
            client.awaitReconnects(1, BUDGET);

            assertServes();
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void keepsItsHostKeyOverARestart() throws Exception {
        String user = gateway.reserve(member, name) + ":" + member.key();
        PublicKey before;
        try (RawSshClient client = RawSshClient.connect("127.0.0.1", gateway.sshPort(), user)) {
            before = client.hostKey();
        }

        gateway.restart();

        // a client with verification switched on would refuse any other key
        try (RawSshClient client = RawSshClient.connect("127.0.0.1", gateway.sshPort(), user)) {
            assertThat(client.hostKey()).isEqualTo(before);
        }
    }

    @Test
    void cutsLiveTunnelsWhenTheKeyIsRotated() throws Exception {
        try (PortrV1Client client = v1(http().withReconnect(2, 0.01))) {
            assertServes();

            gateway.rotateKey(member);

            Awaitility.await().atMost(Duration.ofSeconds(10)).until(client::hasExited);
            assertThat(client.reconnects()).isZero();
            try (Visitor visitor = gateway.visitor(name)) {
                assertThat(visitor.get("/hello").status()).isIn(404, 503);
            }
        }
    }

    private void assertServes() throws IOException {
        try (Visitor visitor = gateway.visitor(name)) {
            assertThat(visitor.get("/hello").body()).isEqualTo("hello");
        }
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
}
