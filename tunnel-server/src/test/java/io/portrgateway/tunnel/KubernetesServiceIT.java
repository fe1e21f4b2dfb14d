package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.kubernetes.ScriptedApi;
import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.testclient.LocalServer;
import io.portrgateway.tunnel.testclient.PortrBetaClient;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A TCP tunnel through a really started server whose Service is at a scripted Kubernetes API. */
@Timeout(60)
class KubernetesServiceIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    Path state;

    @TempDir
    Path account;

    @Test
    void theServiceHasThePortWhileTheTunnelIsOpen() throws Exception {
        try (ScriptedApi api = new ScriptedApi(account);
                RunningGateway gateway = start(api)) {
            try (LocalServer local = echo();
                    PortrBetaClient client = client(gateway, local)) {
                assertThat(api.ports()).containsExactly(2222, client.publicPort());
                assertEchoes(client);
            }
            await().untilAsserted(() -> assertThat(api.ports()).containsExactly(2222));
        }
    }

    @Test
    void theTunnelServesAndTheNodeIsReadyThoughTheApiForbids() throws Exception {
        try (ScriptedApi api = new ScriptedApi(account)) {
            api.refuse(403);
            try (RunningGateway gateway = start(api);
                    LocalServer local = echo();
                    PortrBetaClient client = client(gateway, local)) {
                assertEchoes(client);
                assertThat(gateway.server().isReady()).isTrue();
                assertThat(api.ports()).containsExactly(2222);
            }
        }
    }

    private RunningGateway start(ScriptedApi api) throws Exception {
        return RunningGateway.start(
                postgres,
                state,
                "PORTR_KUBERNETES_SERVICE",
                ScriptedApi.SERVICE,
                "PORTR_KUBERNETES_ACCOUNT_DIR",
                account.toString(),
                "KUBERNETES_SERVICE_HOST",
                "localhost",
                "KUBERNETES_SERVICE_PORT",
                Integer.toString(api.port()));
    }

    private static PortrBetaClient client(RunningGateway gateway, LocalServer local) throws Exception {
        PortrBetaClient client =
                new PortrBetaClient(gateway.client(gateway.member("tcp" + local.port()), null, local.port()));
        client.start();
        client.awaitForwarded();
        return client;
    }

    private static LocalServer echo() throws Exception {
        return new LocalServer(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    private static void assertEchoes(PortrBetaClient client) throws Exception {
        try (Socket visitor = new Socket("127.0.0.1", client.publicPort())) {
            visitor.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(visitor.getInputStream().readNBytes(4), StandardCharsets.US_ASCII))
                    .isEqualTo("ping");
        }
    }
}
