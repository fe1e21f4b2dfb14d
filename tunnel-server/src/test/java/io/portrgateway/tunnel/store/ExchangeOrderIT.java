package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.capture.Fields;
import io.portrgateway.tunnel.capture.Outcome;
import io.portrgateway.tunnel.capture.RecordedExchange.Request;
import io.portrgateway.tunnel.config.CaptureConfig;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.metrics.CaptureMetrics;
import io.portrgateway.tunnel.registry.FakeUpstream;
import io.portrgateway.tunnel.registry.ForwardResult;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That whoever reads on from the highest {@code seq} they saw misses nothing, with several nodes that write. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExchangeOrderIT {

    private static final int COUNT = 4_000;

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    @Test
    void cursorSeesEveryExchangeOfTwoWriters() throws Exception {
        try (Connection reader = postgres.connect(Role.ADMIN);
                Writer one = new Writer("one");
                Writer two = new Writer("two")) {
            Set<String> seen = new HashSet<>();
            long[] cursor = {0};
            one.record(COUNT);
            two.record(COUNT);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .untilAsserted(() -> {
                        readOn(reader, cursor, seen);
                        assertThat(postgres.value(Role.ADMIN, "select count(*) from exchange"))
                                .isEqualTo(Integer.toString(2 * COUNT));
                    });
            readOn(reader, cursor, seen);
            assertThat(seen).hasSize(2 * COUNT);
        }
    }

    private static void readOn(Connection reader, long[] cursor, Set<String> seen) throws SQLException {
        try (PreparedStatement query =
                reader.prepareStatement("select seq, id from exchange where seq > ? order by seq")) {
            query.setLong(1, cursor[0]);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    cursor[0] = rows.getLong(1);
                    assertThat(seen.add(rows.getString(2))).isTrue();
                }
            }
        }
    }

    /** A node that writes what is recorded of its tunnel. */
    private static final class Writer implements AutoCloseable {

        private final Node node;
        private final Capture capture;
        private final Tunnel tunnel;

        Writer(String name) throws SQLException {
            node = new Node(StoreKit.config(postgres.url(Role.TUNNEL), name)).start();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(node.store::isReady);
            try (Connection admin = postgres.connect(Role.ADMIN)) {
                Member member = StoreKit.member(admin, name);
                tunnel = ((ForwardResult.Opened) node.open(
                                        StoreKit.reserve(admin, member, name),
                                        member,
                                        new HttpBinding(new Hostname(name)),
                                        new FakeUpstream())
                                .join())
                        .tunnel();
            }
            CaptureConfig config =
                    CaptureConfig.read(new Settings(Map.of("PORTR_CAPTURE", "full", "PORTR_CAPTURE_RATE", "0")));
            CaptureQueue queue = new CaptureQueue(config, new CaptureMetrics(new SimpleMeterRegistry()));
            capture = new Capture(config, queue);
            node.store.write(queue);
        }

        void record(int count) {
            for (int i = 0; i < count; i++) {
                Request request =
                        new Request("192.0.2.7", "https", "1.1", null, "GET", "app.example.test", "/" + i, Fields.NONE);
                capture.begin(tunnel, System.nanoTime(), () -> request).ended(new Outcome.Completed(), 200, null);
            }
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
