package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.SecretKey;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The database goes away and comes back, on a server of its own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OutageIT {

    private static PostgresServer server;

    private final String database = server.newDatabase();
    private Member ann;
    private Member bob;

    @BeforeAll
    static void startServer() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void servesOnDuringAnOutageAndReconcilesAfterwards() throws SQLException {
        TunnelId staying;
        TunnelId leaving;
        try (Connection admin = server.connect(database, Role.ADMIN)) {
            ann = StoreKit.member(admin, "ann");
            bob = StoreKit.member(admin, "bob");
            staying = StoreKit.reserve(admin, ann, "staying");
            leaving = StoreKit.reserve(admin, ann, "leaving");
        }
        try (Node node = new Node(StoreKit.config(
                        server.url(database, Role.TUNNEL), "node", "PORTR_LEASE_TTL", "1s", "PORTR_NAME_HOLD", "60s"))
                .start()) {
            FakeUpstream stayingSession = new FakeUpstream();
            FakeUpstream leavingSession = new FakeUpstream();
            Tunnel kept = open(node, staying, "staying", stayingSession);
            Tunnel left = open(node, leaving, "leaving", leavingSession);

            server.stop();

            kept.requestCount().add(7);
            node.forwards
                    .close(left, leavingSession, CloseReason.CLIENT)
                    .toCompletableFuture()
                    .join();
            assertThat(node.store
                            .accounts()
                            .byConnection(staying, new SecretKey(ann.key()))
                            .toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(20));
            // Longer than a lease lives without renewal
            soon().until(() -> node.meters.get("portr.store.up").gauge().value() == 0);
            long start = System.nanoTime();
            assertThat(node.store
                            .accounts()
                            .byConnection(staying, new SecretKey(ann.key()))
                            .toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(20));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(node.registry.find(binding("staying"))).containsSame(kept);
            assertThat(node.store.isReady()).isTrue();
            assertThat(node.store.problem()).isPresent();

            server.start();

            soon().untilAsserted(() -> assertThat(node.store.problem()).isEmpty());
            soon().untilAsserted(() -> assertThat(row(staying)).isEqualTo("active - 7"));
            soon().untilAsserted(() -> assertThat(row(leaving)).isEqualTo("closed client 0"));
            assertThat(stayingSession.closeReasons()).isEmpty();
            soon().untilAsserted(() -> assertThat(node.store
                            .accounts()
                            .byConnection(staying, new SecretKey(ann.key()))
                            .toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10)));
            assertThat(node.forwards
                            .openForSsh(bob.owner(), binding("staying"), StoreKit.CLIENT, new FakeUpstream())
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(ForwardResult.Refused.class);
        }
    }

    @Test
    void startsWithoutItsDatabaseAndBecomesReadyWhenItComes() {
        server.stop();
        Node node = new Node(StoreKit.config(server.url(database, Role.TUNNEL), "early")).start();
        try (node) {
            soon().untilAsserted(() -> assertThat(node.store.problem())
                    .hasValueSatisfying(problem -> assertThat(problem).contains("cannot be reached")));
            assertThat(node.store.isReady()).isFalse();
        } finally {
            server.start();
        }
        Node again = new Node(StoreKit.config(server.url(database, Role.TUNNEL), "early")).start();
        try (again) {
            soon().until(again.store::isReady);
        }
    }

    private Tunnel open(Node node, TunnelId id, String name, FakeUpstream session) {
        return ((ForwardResult.Opened)
                        node.open(id, ann, binding(name), session).join())
                .tunnel();
    }

    private static Binding binding(String name) {
        return new HttpBinding(new Hostname(name));
    }

    private String row(TunnelId id) throws SQLException {
        try (Connection connection = server.connect(database, Role.TUNNEL);
                var query = connection.prepareStatement(
                        "select status || ' ' || coalesce(close_reason, '-') || ' ' || request_count from connection"
                                + " where id = ?")) {
            query.setString(1, id.value());
            try (var row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }
}
