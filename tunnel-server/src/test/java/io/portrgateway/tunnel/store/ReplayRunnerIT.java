package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.portrgateway.tunnel.config.ReplayConfig;
import io.portrgateway.tunnel.config.StoreConfig;
import io.portrgateway.tunnel.metrics.ReplayMetrics;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.replay.ReplayResult;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows of the replay table with a sender that answers when the test wants, and a database that goes away. */
@Timeout(60)
class ReplayRunnerIT {

    private static PostgresServer server;

    private final List<Consumer<ReplayResult>> sent = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private String database;
    private StoreKit.Node node;
    private Member member;
    private TunnelId tunnelId;

    @BeforeAll
    static void startDatabase() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stopDatabase() {
        server.close();
    }

    @BeforeEach
    void startNode() throws Exception {
        database = server.newDatabase();
        try (Connection admin = admin()) {
            member = StoreKit.member(admin, "runner");
            tunnelId = StoreKit.reserve(admin, member, "runner");
        }
        StoreConfig config = StoreKit.config(server.url(database, Role.TUNNEL), "runner", "PORTR_LEASE_TTL", "10s");
        node = new StoreKit.Node(config).start();
        await().atMost(Duration.ofSeconds(20)).until(node.store::isReady);
        assertThat(node.open(tunnelId, member, new HttpBinding(new Hostname("runner")), new FakeUpstream())
                        .join())
                .isInstanceOf(ForwardResult.Opened.class);
    }

    @AfterEach
    void stopNode() {
        node.close();
    }

    private void run(Duration interval) {
        node.store.replay(
                new ReplayConfig(interval, Duration.ofSeconds(60), Duration.ofSeconds(5), 4, 32, 1 << 20, 1 << 20),
                new ReplayMetrics(meters),
                (replay, tunnel, told) -> sent.add(told));
    }

    @Test
    void writesTheResultOnceTheDatabaseIsBack() throws Exception {
        run(Duration.ofMillis(100));
        ask("first");
        await().until(() -> sent.size() == 1);

        server.stop();
        Instant startedAt = Instant.parse("2026-01-01T00:00:00.000001Z");
        sent.getFirst().accept(new ReplayResult(null, 204, "exchange", startedAt));
        server.start();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> "done 204 exchange t".equals(row("first", "exchange_started_at is not null")));
        assertThat(sent).hasSize(1);
        assertThat(count("done")).isEqualTo(1);
        assertThat(count("node_lost")).isZero();
    }

    @Test
    void neverSendsTwiceAndLooksAtOnceWhenHinted() throws Exception {
        run(Duration.ofMinutes(1));
        await().until(() -> node.meters
                        .get("portr.store.task")
                        .tags("task", "replays", "result", "done")
                        .timer()
                        .count()
                > 0);
        for (int i = 0; i < 6; i++) {
            ask("row" + i);
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> sent.size() == 4);

        ask("hint");
        await().during(Duration.ofMillis(300)).until(() -> sent.size() == 4);
        sent.getFirst().accept(ReplayResult.refused("upstream-timeout"));
        await().atMost(Duration.ofSeconds(5)).until(() -> sent.size() == 5);

        assertThat(row("row0", "finished_at is not null")).isEqualTo("failed t");
        assertThat(count("upstream-timeout")).isEqualTo(1);
    }

    @Test
    void takesNothingMoreWhileDrainingAndGivesUpTheRestAtItsEnd() throws Exception {
        run(Duration.ofMillis(100));
        ask("running");
        await().until(() -> sent.size() == 1);
        node.store.drainReplays();
        ask("late");
        await().during(Duration.ofMillis(300)).until(() -> sent.size() == 1);

        node.close();

        assertThat(row("running", "failure = 'node_lost'")).isEqualTo("failed t");
        assertThat(row("late", "started_at is null")).isEqualTo("waiting t");
    }

    @Test
    void holdsNoMoreBodiesThanItHasMemoryFor() throws Exception {
        run(Duration.ofMillis(100));
        for (String id : List.of("a", "b", "c")) {
            ask(id, new byte[600 << 10]);
        }
        // the second one begins below the limit, the third one would not
        await().until(() -> sent.size() == 2);
        await().during(Duration.ofMillis(300)).until(() -> sent.size() == 2);

        sent.getFirst().accept(new ReplayResult(null, 200, null, null));

        await().atMost(Duration.ofSeconds(5)).until(() -> sent.size() == 3);
    }

    private void ask(String id) throws SQLException {
        ask(id, new byte[0]);
    }

    private void ask(String id, byte[] body) throws SQLException {
        try (Connection admin = admin()) {
            StoreKit.update(
                    admin, """
                    insert into replay (id, batch_id, position, team_id, membership_id, connection_id, method, target,
                                        headers, body)
                    values (?, 'batch', 0, ?, ?, ?, 'GET', '/', '[]', ?)
                    """, id, member.owner().teamId(), member.owner().membershipId(), tunnelId.value(), body);
            StoreKit.update(admin, "notify portr_replay");
        }
    }

    /** State, status and exchange as far as there are any, and whether the condition holds. */
    private String row(String id, String condition) throws SQLException {
        try (Connection admin = admin();
                var query = admin.prepareStatement("select concat_ws(' ', state, status, exchange_id, " + condition
                        + ") from replay where id = ?")) {
            query.setString(1, id);
            try (var row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private double count(String result) {
        var counter = meters.find("portr.replays").tag("result", result).counter();
        return counter == null ? 0 : counter.count();
    }

    private Connection admin() throws SQLException {
        return server.connect(database, Role.ADMIN);
    }
}
