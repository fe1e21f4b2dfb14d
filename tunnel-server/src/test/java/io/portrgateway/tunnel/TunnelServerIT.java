package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole server in this process, on a real database. */
@Timeout(60)
class TunnelServerIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @TempDir
    Path state;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void describeServer() {
        environment.put("PORTR_DB_URL", postgres.url(Role.TUNNEL));
        environment.put("PORTR_SSH_ADDRESS", "127.0.0.1");
        environment.put("PORTR_SSH_PORT", "0");
        environment.put("PORTR_HTTP_ADDRESS", "127.0.0.1");
        environment.put("PORTR_PROXY_PORT", "0");
        environment.put("PORTR_OPS_PORT", "0");
        environment.put("PORTR_TCP_ADDRESS", "127.0.0.1");
        environment.put("PORTR_STATE_DIR", state.toString());
        environment.put("PORTR_SHUTDOWN_GRACE", "2s");
    }

    @Test
    void listensOnTheDeclaredPortsAndNoOther() throws Exception {
        Set<Integer> before = ListeningSockets.ports();

        try (TunnelServer server = TunnelServer.start(environment)) {
            server.awaitReady();
            Set<Integer> opened = new HashSet<>(ListeningSockets.ports());
            opened.removeAll(before);
            assertThat(opened)
                    .containsExactlyInAnyOrder(
                            server.sshAddress().getPort(),
                            server.httpAddresses().getFirst().getPort(),
                            server.opsAddress().getPort());
        }

        await().untilAsserted(() -> assertThat(ListeningSockets.ports()).isEqualTo(before));
    }

    @Test
    void answersOnEachPortOnceItIsReady() throws Exception {
        try (TunnelServer server = TunnelServer.start(environment)) {
            server.awaitReady();

            assertThat(get(server, "/readyz").body())
                    .startsWith("{\"status\":\"ready\"")
                    .contains("\"database\":{\"ok\":true}", "\"ssh\":{\"ok\":true}", "\"http\":{\"ok\":true}");
            assertThat(get(server, "/metrics").body()).contains("portr_build_info", "jvm_memory_used_bytes");
            try (Socket ssh = new Socket(
                    InetAddress.getLoopbackAddress(), server.sshAddress().getPort())) {
                byte[] greeting = ssh.getInputStream().readNBytes(8);
                assertThat(new String(greeting, StandardCharsets.US_ASCII)).isEqualTo("SSH-2.0-");
            }
        }
    }

    @Test
    void startsAgainOnTheSamePortsAfterItStopped() throws Exception {
        try (TunnelServer first = TunnelServer.start(environment)) {
            first.awaitReady();
            environment.put(
                    "PORTR_SSH_PORT", Integer.toString(first.sshAddress().getPort()));
            environment.put(
                    "PORTR_PROXY_PORT",
                    Integer.toString(first.httpAddresses().getFirst().getPort()));
            first.stop();
            first.stop();
        }

        try (TunnelServer second = TunnelServer.start(environment)) {
            second.awaitReady();
            assertThat(second.isReady()).isTrue();
        }
    }

    @Test
    void reportsEveryWrongSettingTogether() {
        environment.put("PORTR_SSH_PORT", "ssh");
        environment.put("PORTR_TCP_PORT_RANGE", "40001-30001");
        environment.put("PORTR_TUNNEL_DEBUG", "yes");

        assertThatThrownBy(() -> TunnelServer.start(environment))
                .isInstanceOfSatisfying(
                        StartException.class,
                        failed -> assertThat(failed.kind()).isEqualTo(StartException.Kind.SETTINGS))
                .hasMessageContainingAll("PORTR_SSH_PORT", "PORTR_TCP_PORT_RANGE", "PORTR_TUNNEL_DEBUG");
    }

    @Test
    void namesThePortThatIsInUseAndLeavesNoneOpen() throws Exception {
        Set<Integer> before = ListeningSockets.ports();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String setting : new String[] {"PORTR_SSH_PORT", "PORTR_PROXY_PORT", "PORTR_OPS_PORT"}) {
                Map<String, String> colliding = new HashMap<>(environment);
                colliding.put(setting, Integer.toString(taken.getLocalPort()));

                assertThatThrownBy(() -> TunnelServer.start(colliding))
                        .isInstanceOfSatisfying(
                                StartException.class,
                                failed -> assertThat(failed.kind()).isEqualTo(StartException.Kind.LISTEN))
                        .hasMessageContainingAll(setting, Integer.toString(taken.getLocalPort()), "in use")
                        .message()
                        .doesNotContain("\n");
            }
        }
        await().untilAsserted(() -> assertThat(ListeningSockets.ports()).isEqualTo(before));
    }

    @Test
    void givesUpWithTheReasonWhenTheDatabaseIsNotThere() throws Exception {
        environment.put("PORTR_DB_URL", "postgresql://nobody:secret-word@127.0.0.1:" + freePort() + "/portr");
        environment.put("PORTR_START_TIMEOUT", "1s");

        try (TunnelServer server = TunnelServer.start(environment)) {
            assertThat(get(server, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
            assertThatThrownBy(server::awaitReady)
                    .isInstanceOfSatisfying(
                            StartException.class,
                            failed -> assertThat(failed.kind()).isEqualTo(StartException.Kind.DATABASE))
                    .message()
                    .contains("database")
                    .doesNotContain("secret-word");
        }
    }

    private static HttpResponse<String> get(TunnelServer server, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + server.opsAddress().getPort() + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
