package io.portrgateway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.testclient.PortrApi;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What survives when servers end: data always, live tunnels by the client coming back. */
@Timeout(180)
class RestartIT {

    private static final Duration HEALED = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private TestGateway gateway;
    private PortrApi api;
    private LocalService service;
    private LocalService echo;

    @BeforeEach
    void start() throws Exception {
        gateway = TestGateway.start(directory.resolve("data"));
        api = new PortrApi(gateway.settings().serverUrl());
        service = LocalService.http("mine");
        echo = LocalService.echo();
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        api.close();
        service.close();
        echo.close();
    }

    @Test
    void keepsTheDataAndHealsLiveTunnelsOverARestart() throws Exception {
        String key = gateway.bootstrap().secretKey();
        String dashboard = gateway.bootstrap().dashboardUrl();
        String signIn = gateway.bootstrap().signInUrl();
        try (PortrV1Client pooled = new PortrV1Client(http(key).withPoolSize(2));
                PortrV1Client tcp = new PortrV1Client(tcp(key))) {
            pooled.start();
            tcp.start();
            pooled.awaitForwarded();
            tcp.awaitForwarded();
            assertThat(gateway.visitor().status(gateway.host("kept"))).isEqualTo(200);

            gateway.stop();
            assertThat(gateway.visitor().status(gateway.host("kept"))).isZero();
            gateway.start();

            assertThat(gateway.bootstrap().secretKey()).isEqualTo(key);
            assertThat(gateway.bootstrap().dashboardUrl()).isEqualTo(dashboard);
            assertThat(gateway.bootstrap().signInUrl()).isNotEqualTo(signIn);
            await().atMost(HEALED).until(() -> gateway.visitor().status(gateway.host("kept")) == 200);
            await().atMost(HEALED)
                    .ignoreExceptions()
                    .until(() -> Visitor.tcpEcho(tcp.publicPort(), "back").equals("back"));
        }
    }

    @Test
    void saysSoWhenAServerIsKilledAndServesAgainAfterTheNextStart() throws Exception {
        String key = gateway.bootstrap().secretKey();
        try (PortrV1Client client = new PortrV1Client(http(key).withPoolSize(2))) {
            client.start();
            client.awaitForwarded();

            ProcessHandle.of(gateway.gateway().serverPids().getFirst())
                    .orElseThrow()
                    .destroyForcibly();

            assertThat(gateway.gateway().failure().get(20, TimeUnit.SECONDS)).contains("-server ended (exit code 137)");
            gateway.stop();
            gateway.start();
            await().atMost(HEALED).until(() -> gateway.visitor().status(gateway.host("kept")) == 200);
        }
    }

    @Test
    void refusesASecondGatewayOnTheSamePortOrData() throws Exception {
        GatewaySettings same = gateway.settings();

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> new Gateway(same, line -> {}).start())
                .withMessageContaining("port " + same.ports().admin())
                .withMessageContaining("--admin-port");
        Ports others = new Ports(Ports.free(), Ports.free(), Ports.free(), Ports.free(), Ports.free());
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> new Gateway(
                                new GatewaySettings(
                                        same.home(),
                                        same.data(),
                                        same.bindAddress(),
                                        others,
                                        same.domain(),
                                        same.email(),
                                        same.environment()),
                                line -> {})
                        .start())
                .withMessageContaining("in use by another gateway");
    }

    private PortrClientConfig http(String key) throws IOException {
        String id = api.createConnection(Kind.HTTP, key, "kept");
        return PortrClientConfig.of("127.0.0.1", gateway.ports().ssh(), id, key, Kind.HTTP, service.port())
                .withReconnect(1_000, 0.05);
    }

    private PortrClientConfig tcp(String key) throws IOException {
        String id = api.createConnection(Kind.TCP, key, null);
        return PortrClientConfig.of("127.0.0.1", gateway.ports().ssh(), id, key, Kind.TCP, echo.port())
                .withReconnect(1_000, 0.05)
                .withNewConnectionId(() -> {
                    try {
                        return api.createConnection(Kind.TCP, key, null);
                    } catch (IOException notYet) {
                        throw new UncheckedIOException(notYet);
                    }
                });
    }
}
