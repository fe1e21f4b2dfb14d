package io.portrgateway.tunnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.portrgateway.tunnel.capture.Capture;
import io.portrgateway.tunnel.capture.CaptureQueue;
import io.portrgateway.tunnel.capture.ExchangeRecorder;
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
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** Recorded exchanges on their way into the tables, on a server that can be stopped. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExchangeWriterIT {

    private static final HttpHeaders NONE = new DefaultHttpHeaders();

    private static PostgresServer server;

    private final String database = server.newDatabase();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Member ann;
    private TunnelId id;

    @BeforeAll
    static void startServer() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void makeMember() throws SQLException {
        try (Connection admin = server.connect(database, Role.ADMIN)) {
            ann = StoreKit.member(admin, "ann");
            id = StoreKit.reserve(admin, ann, "app");
        }
    }

    @Test
    void storesWhatWasRecordedWithoutSecretsAndTellsOfIt() throws Exception {
        try (Node node = node();
                Connection listener = server.connect(database, Role.ADMIN)) {
            listener.createStatement().execute("listen portr_exchange");
            Recorded recorded = new Recorded(node);
            HttpHeaders headers = new DefaultHttpHeaders();
            headers.add("X-Two", "quote \" back \\ tab \t umlaut \u00fc");
            headers.add("Authorization", "Bearer sesame-1");
            headers.add("Cookie", "sid=sesame-2");
            headers.add("X-Two", "again");
            ExchangeRecorder exchange = recorded.begin("/hook?token=sesame-3&x=1", headers);
            exchange.toUpstream(Unpooled.wrappedBuffer(new byte[] {0, -1, 127, -128}));
            exchange.requestEnded(new DefaultHttpHeaders().add("X-Sum", "7"));
            exchange.opened();
            exchange.heardUpstream();
            exchange.answers(new DefaultHttpHeaders()
                    .add("Set-Cookie", "sid=sesame-4")
                    .add("A", "1")
                    .add("A", "2"));
            exchange.toVisitor(Unpooled.copiedBuffer("0123456789", StandardCharsets.US_ASCII));
            exchange.answerEnded(NONE);
            exchange.ended(new Outcome.Completed(), 200, "session-1");

            await().untilAsserted(() ->
                    assertThat(column("select count(*) from exchange")).containsExactly("1"));
            assertThat(column("select e::text || coalesce(encode(b.content, 'escape'), '') from exchange e"
                            + " join exchange_body b on b.exchange_id = e.id and b.started_at = e.started_at"))
                    .hasSize(2)
                    .allSatisfy(row -> assertThat(row).doesNotContain("sesame"));
            assertThat(column("select request_headers from exchange"))
                    .containsExactly("[[\"X-Two\", \"quote \\\" back \\\\ tab \\t umlaut \u00fc\"],"
                            + " [\"Authorization\", \"Bearer [redacted]\"], [\"Cookie\", \"[redacted]\"],"
                            + " [\"X-Two\", \"again\"]]");
            assertThat(column("select response_headers from exchange"))
                    .containsExactly("[[\"Set-Cookie\", \"[redacted]\"], [\"A\", \"1\"], [\"A\", \"2\"]]");
            assertThat(column("select concat_ws(' ', team_id, membership_id, connection_id, session, node, hostname,"
                            + " authority, visitor_address, scheme, http_version, tls, method, target, status, outcome,"
                            + " request_trailers, response_trailers, request_bytes, response_bytes) from exchange"))
                    .containsExactly(ann.owner().teamId() + " " + ann.owner().membershipId() + " " + id
                            + " session-1 writer app.example.test App.Example.test:81 192.0.2.7 https 1.1 TLSv1.3 POST"
                            + " /hook?token=[redacted]&x=1 200 completed [[\"X-Sum\", \"7\"]] [] 4 10");
            assertThat(column("select queued_micros <= request_micros and request_micros <= first_byte_micros"
                            + " and first_byte_micros <= duration_micros from exchange"))
                    .containsExactly("t");
            assertThat(column(
                            "select direction || ' ' || total_bytes || ' ' || truncated || ' ' || encode(content, 'hex')"
                                    + " from exchange_body order by direction"))
                    .containsExactly("toUpstream 4 false 00ff7f80", "toVisitor 10 true 3031323334353637");
            assertThat(listener.unwrap(PGConnection.class).getNotifications(5_000))
                    .singleElement()
                    .satisfies(told -> assertThat(told.getParameter())
                            .isEqualTo(Long.toString(ann.owner().teamId())));
            assertThat(meters.get("portr.capture.queued").gauge().value()).isZero();
            assertThat(meters.get("portr.capture.written").counter().count()).isEqualTo(1);
        }
    }

    @Test
    void keepsRecordsThroughAnOutageAsFarAsTheQueueGoesAndCountsTheRest() throws Exception {
        try (Node node = node()) {
            Recorded recorded = new Recorded(node);
            recorded.end("/before");
            await().untilAsserted(() -> assertThat(targets()).containsExactly("/before"));

            server.stop();
            try {
                for (int i = 0; i < 200; i++) {
                    recorded.end("/" + i + "?" + "p".repeat(5_000));
                }
                await().until(() -> node.meters.get("portr.store.up").gauge().value() == 0);
                assertThat(dropped("full")).isPositive();
                assertThat(meters.get("portr.capture.queued").gauge().value()).isLessThanOrEqualTo(1 << 20);
            } finally {
                server.start();
            }

            double kept = 200 - dropped("full");
            await().untilAsserted(() -> assertThat(targets()).hasSize((int) kept + 1));
            recorded.end("/after");
            await().untilAsserted(() -> assertThat(targets()).endsWith("/after"));
            assertThat(targets().get(1)).startsWith("/0?");
            assertThat(meters.get("portr.capture.queued").gauge().value()).isZero();
            assertThat(meters.get("portr.capture.written").counter().count()).isEqualTo(kept + 2);
        }
    }

    @Test
    void oneRecordThatDoesNotFitLeavesTheOthersIn() throws Exception {
        try (Node node = node()) {
            Recorded recorded = new Recorded(node);
            recorded.end("/first");
            recorded.end("/zero\0byte");
            recorded.end("/last");

            await().untilAsserted(() -> assertThat(targets()).containsExactly("/first", "/last"));
            await().untilAsserted(() -> assertThat(dropped("failed")).isEqualTo(1));
            assertThat(meters.get("portr.capture.queued").gauge().value()).isZero();
        }
    }

    @Test
    void makesMissingPartitionsAndDropsOldOnesByTheDay() throws Exception {
        try (Connection owner = server.connect(database, Role.OWNER)) {
            for (String table : List.of("exchange", "exchange_body")) {
                for (int day : new int[] {8, 9, 30}) {
                    owner.createStatement()
                            .execute("do $$ begin execute format('create table " + table
                                    + "_%s partition of " + table + " for values from (%L) to (%L)',"
                                    + " to_char(current_date - " + day + ", 'YYYYMMDD'), current_date - " + day
                                    + ", current_date - " + (day - 1) + "); end $$");
                }
            }
            try (ResultSet today =
                    owner.createStatement().executeQuery("select to_char(now() at time zone 'UTC', 'YYYYMMDD')")) {
                today.next();
                owner.createStatement().execute("drop table exchange_" + today.getString(1));
            }
        }
        try (Node node = node()) {
            Recorded recorded = new Recorded(node);
            recorded.end("/");

            await().untilAsserted(() -> assertThat(targets()).containsExactly("/"));
            await().untilAsserted(() -> assertThat(
                            column("select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                                    + " where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass)"
                                    + " and right(c.relname, 8) < to_char(current_date - 7, 'YYYYMMDD')"))
                    .isEmpty());
        }
    }

    private Node node() {
        return new Node(StoreKit.config(server.url(database, Role.TUNNEL), "writer")).start();
    }

    private double dropped(String reason) {
        return meters.get("portr.capture.dropped")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private List<String> targets() throws SQLException {
        return column("select target from exchange order by seq");
    }

    private List<String> column(String sql) throws SQLException {
        try (Connection connection = server.connect(database, Role.ADMIN);
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions();
    }

    /** Records exchanges through one tunnel, into a small queue that the node writes. */
    private final class Recorded {

        private final Capture capture;
        private final Tunnel tunnel;

        Recorded(Node node) {
            CaptureConfig config = CaptureConfig.read(new Settings(Map.of(
                    "PORTR_CAPTURE",
                    "full",
                    "PORTR_CAPTURE_QUEUE",
                    "1MiB",
                    "PORTR_CAPTURE_BODY",
                    "8B",
                    "PORTR_CAPTURE_RATE",
                    "0")));
            CaptureQueue queue = new CaptureQueue(config, new CaptureMetrics(meters));
            this.capture = new Capture(config, queue);
            await().until(node.store::isReady);
            this.tunnel = ((ForwardResult.Opened)
                            node.open(id, ann, new HttpBinding(new Hostname("app")), new FakeUpstream())
                                    .join())
                    .tunnel();
            node.store.write(queue);
        }

        ExchangeRecorder begin(String target, HttpHeaders headers) {
            return capture.begin(
                    tunnel,
                    System.nanoTime(),
                    () -> new Request(
                            "192.0.2.7",
                            "https",
                            "1.1",
                            "TLSv1.3",
                            "POST",
                            "App.Example.test:81",
                            target,
                            Fields.of(headers)));
        }

        void end(String target) {
            begin(target, NONE).ended(new Outcome.Completed(), 200, null);
        }
    }
}
