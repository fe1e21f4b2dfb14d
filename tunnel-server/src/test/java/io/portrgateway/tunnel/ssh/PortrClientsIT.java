package io.portrgateway.tunnel.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.Upstream;
import io.portrgateway.tunnel.testclient.PortrBetaClient;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import io.portrgateway.tunnel.testclient.PortrStartException;
import io.portrgateway.tunnel.testclient.PortrV1Client;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both generations of the portr client against the log-in and forward side. */
@Timeout(60)
class PortrClientsIT {

    private static final int NOBODY = 9;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path state;

    private SshGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = SshGateway.start(state);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void servesPoolOfV1AndReusesItsStreamsOnceKeepaliveWasSeen() throws Exception {
        PortrClientConfig config =
                http("app").withPoolSize(2).withKeepalive(Duration.ofMillis(100), Duration.ofSeconds(5));
        try (PortrV1Client client = new PortrV1Client(config)) {
            client.start();
            await().until(() -> gateway.awaitTunnel("app").upstreams().size() == 2);
            await().until(() -> client.answeredKeepalives() >= 4);

            for (Upstream upstream : gateway.awaitTunnel("app").upstreams()) {
                await().until(upstream::keepsStreamsAlive);
                Channel stream =
                        upstream.open(new InetSocketAddress("192.0.2.7", 4711)).get(10, TimeUnit.SECONDS);
                stream.close().sync();
            }

            assertThat(client.violations()).isEmpty();
            assertThat(client.isHealthy()).isTrue();
        }
        gateway.awaitNoTunnel("app");
    }

    @Test
    void takesV1BackWithItsOldIdAfterTheGatewayCutIt() throws Exception {
        PortrClientConfig config = http("app")
                .withPoolSize(2)
                .withKeepalive(Duration.ofMillis(100), Duration.ofSeconds(5))
                .withReconnect(10, 0.01);
        try (PortrV1Client client = new PortrV1Client(config)) {
            client.start();
            await().until(() -> gateway.awaitTunnel("app").upstreams().size() == 2);

            gateway.frontend.end(owner -> true, CloseReason.SHUTDOWN);

            client.awaitReconnects(2, LIMIT);
            await().until(() -> gateway.awaitTunnel("app").upstreams().size() == 2);
            assertThat(client.violations()).isEmpty();
        }
    }

    @Test
    void servesBetaAndFreesItsNameOnCancel() throws Exception {
        try (PortrBetaClient client = new PortrBetaClient(http("app"))) {
            client.start();
            Upstream upstream = gateway.awaitTunnel("app").upstreams().getFirst();
            assertThat(upstream.keepsStreamsAlive()).isFalse();

            client.cancel();

            gateway.awaitNoTunnel("app");
            assertThat(client.violations()).isEmpty();
        }
        assertThat(gateway.leases.releases()).containsExactly("1 CLIENT");
    }

    @Test
    void refusesClientWithWrongKey() {
        TunnelId id = gateway.accounts.reserveHttp(SshGateway.KEY, "app");
        PortrClientConfig config =
                PortrClientConfig.of("127.0.0.1", gateway.port(), id.value(), "wrong", Kind.HTTP, NOBODY);

        try (PortrV1Client client = new PortrV1Client(config)) {
            assertThatThrownBy(client::start).isInstanceOf(PortrStartException.class);
        }
    }

    private PortrClientConfig http(String subdomain) {
        TunnelId id = gateway.accounts.reserveHttp(SshGateway.KEY, subdomain);
        return PortrClientConfig.of("127.0.0.1", gateway.port(), id.value(), SshGateway.KEY, Kind.HTTP, NOBODY);
    }
}
