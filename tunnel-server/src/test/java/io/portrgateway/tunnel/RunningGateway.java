package io.portrgateway.tunnel;

import io.portrgateway.tunnel.store.PostgresFixture;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.testclient.PortrClientConfig;
import io.portrgateway.tunnel.testclient.PortrClientConfig.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A really started tunnel-server on free loopback ports, and the rows that admin-server would write for it. */
final class RunningGateway implements AutoCloseable {

    static final String DOMAIN = "tunnels.example";
    private static final String IP = "127.0.0.1";

    private final PostgresFixture postgres;
    private final Map<String, String> environment;
    private TunnelServer server;

    private RunningGateway(PostgresFixture postgres, Map<String, String> environment) throws Exception {
        this.postgres = postgres;
        this.environment = environment;
        this.server = launch(environment);
        // clients come back to the port they know
        environment.put("PORTR_SSH_PORT", Integer.toString(sshPort()));
    }

    /** Starts and waits until ready; {@code more} are name and value of settings in turn. */
    static RunningGateway start(PostgresFixture postgres, Path state, String... more) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PORTR_DB_URL",
                postgres.url(Role.TUNNEL),
                "PORTR_DOMAIN",
                DOMAIN,
                "PORTR_STATE_DIR",
                state.toString(),
                "PORTR_SSH_ADDRESS",
                IP,
                "PORTR_SSH_PORT",
                "0",
                "PORTR_HTTP_ADDRESS",
                IP,
                "PORTR_PROXY_PORT",
                "0",
                "PORTR_TCP_ADDRESS",
                IP,
                "PORTR_OPS_PORT",
                "0",
                "PORTR_REVOCATION_INTERVAL",
                "100ms"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return new RunningGateway(postgres, environment);
    }

    private static TunnelServer launch(Map<String, String> environment) throws Exception {
        TunnelServer started = TunnelServer.start(environment);
        try {
            started.awaitReady();
            return started;
        } catch (StartException e) {
            started.close();
            throw e;
        }
    }

    /** Stops at once and starts again with the same SSH port. */
    void restart() throws Exception {
        server.close();
        server = launch(environment);
    }

    /** Starts again, with the same SSH port, a server that was stopped. */
    void startAgain() throws Exception {
        server = launch(environment);
    }

    TunnelServer server() {
        return server;
    }

    int sshPort() {
        return server.sshAddress().getPort();
    }

    int httpPort() {
        return server.httpAddresses().getFirst().getPort();
    }

    Member member(String name) throws SQLException {
        try (Connection admin = StoreKit.asAdmin(postgres)) {
            return StoreKit.member(admin, name);
        }
    }

    /** A connection as the API would make one, or the member's own that nobody has claimed yet; no subdomain for TCP. */
    String reserve(Member member, @Nullable String subdomain) {
        try (Connection admin = StoreKit.asAdmin(postgres)) {
            List<String> unclaimed = postgres.column(
                    Role.ADMIN,
                    "select id from connection where status = 'reserved' and subdomain = ? and membership_id = ?",
                    subdomain,
                    member.owner().membershipId());
            return !unclaimed.isEmpty()
                    ? unclaimed.getFirst()
                    : StoreKit.reserve(admin, member, subdomain).value();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot reserve " + subdomain, e);
        }
    }

    /** A client's settings for a new connection; keep-alives and back-off are fast. */
    PortrClientConfig client(Member member, @Nullable String subdomain, int localPort) {
        return PortrClientConfig.of(
                        IP,
                        sshPort(),
                        reserve(member, subdomain),
                        member.key(),
                        subdomain == null ? Kind.TCP : Kind.HTTP,
                        localPort)
                .withKeepalive(Duration.ofMillis(100), Duration.ofSeconds(5))
                .withReconnect(10, 0.05)
                .withNewConnectionId(() -> reserve(member, subdomain));
    }

    Visitor visitor(String subdomain) throws IOException {
        return new Visitor(IP, httpPort(), subdomain + "." + DOMAIN);
    }

    String statusOf(String connectionId) throws SQLException {
        return postgres.value(Role.TUNNEL, "select status from connection where id = ?", connectionId);
    }

    /** Gives the member a new key, as its rotation in the dashboard does. */
    void rotateKey(Member member) throws SQLException {
        postgres.update(
                Role.ADMIN,
                "update membership set secret_key_hash = sha256(?), key_version = key_version + 1 where id = ?",
                ("portr_rotated_" + member.key()).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                member.owner().membershipId());
    }

    @Override
    public void close() {
        server.close();
    }
}
