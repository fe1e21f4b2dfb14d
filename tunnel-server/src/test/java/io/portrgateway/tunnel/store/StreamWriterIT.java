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
import io.portrgateway.tunnel.store.PostgresServer.Role;
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

/** Streams on their way into the tables: at their beginning, as they go on, and at their end or without one. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StreamWriterIT {

    @RegisterExtension
    static final PostgresFixture postgres = new PostgresFixture();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void aStreamHasItsRowAndItsFramesWithinHalfASecondAndIsCompletedAtItsEnd() throws Exception {
        try (Writer writer = new Writer("alive");
                Connection listener = postgres.connect(Role.ADMIN)) {
            listener.createStatement().execute("listen portr_exchange");
            List<Duration> waits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String target = "/stream/" + i;
                ExchangeRecorder stream = writer.webSocket(target);
                long began = System.nanoTime();
                awaitQuickly().until(() -> rows(target).size() == 1);
                waits.add(Duration.ofNanos(System.nanoTime() - began));
                assertThat(column(
                                "select concat_ws(' ', outcome, status, session, frame_count is null, request_bytes)"
                                        + " from exchange where target = ?",
                                target))
                        .containsExactly("open 101 session-1 t 0");
                String id = rows(target).getFirst();
                String seq = column("select seq from exchange where id = ?", id).getFirst();

                stream.relayedToUpstream(Unpooled.wrappedBuffer(bytes("81 85 37fa213d 7f9f4d5158")));
                long passed = System.nanoTime();
                awaitQuickly().until(() -> frames(id).size() == 1);
                waits.add(Duration.ofNanos(System.nanoTime() - passed));

                stream.relayedToVisitor(Unpooled.wrappedBuffer(bytes("c1 07 f2 48 cd c9 c9 07 00")));
                stream.relayedToVisitor(Unpooled.wrappedBuffer(bytes("88 06 03e9 66696e21")));
                stream.ended(new Outcome.Completed(), 101, "session-1");
                awaitQuickly()
                        .until(() -> column("select outcome from exchange where id = ?", id)
                                .equals(List.of("completed")));
                // Who sees the end has all frames
                assertThat(frames(id))
                        .containsExactly(
                                "1 toUpstream text t f f 5 f - Hello",
                                "2 toVisitor text t t t 7 f - Hello",
                                "3 toVisitor close t f f 6 f 1001 fin!");
                assertThat(column(
                                "select concat_ws(' ', request_bytes, response_bytes, frame_count, seq > ?::bigint,"
                                        + " duration_micros >= (select max(at_micros) from exchange_frame"
                                        + " where exchange_id = id)) from exchange where id = ?",
                                seq,
                                id))
                        .containsExactly("11 17 3 t t");
                assertThat(rows(target)).hasSize(1);
            }
            // A stream counts once, and its frames count
            assertThat(column(
                            "select exchange_count || ' ' || (stored_bytes > 900) from capture_usage where team_id = ?",
                            writer.tunnel.lease().owner().teamId()))
                    .containsExactly("3 true");
            // Of a busy machine the best of three counts, and the pause between two looks is 200 ms
            assertThat(Collections.min(waits)).isLessThan(Duration.ofMillis(500));
            assertThat(listener.unwrap(PGConnection.class).getNotifications(5_000))
                    .isNotEmpty();
            assertThat(meters.get("portr.capture.queued").gauge().value()).isZero();
            assertThat(meters.get("portr.capture.frames.written").counter().count())
                    .isEqualTo(9);
        }
    }

    @Test
    void eventsHaveTheirNamesAndAnEndWithoutARowIsARow() throws Exception {
        try (Writer writer = new Writer("events")) {
            HttpHeaders headers = new DefaultHttpHeaders().add("Content-Type", "text/event-stream");
            ExchangeRecorder stream = writer.begin("/events");
            stream.answers(headers);
            stream.bodyFollows(200, headers, null);
            stream.toVisitor(Unpooled.copiedBuffer("event: tick\nid: 4\ndata: a\ndata: b\n\n", StandardCharsets.UTF_8));
            await().until(() -> rows("/events").size() == 1);
            String id = rows("/events").getFirst();
            await().until(() -> frames(id).size() == 1);
            assertThat(column(
                            "select concat_ws(' ', kind, event_name, event_id, total_bytes, content = 'a\nb'::bytea)"
                                    + " from exchange_frame where exchange_id = ?",
                            id))
                    .containsExactly("event tick 4 3 t");

            // Nobody deletes rows but with their partition; a row that could not be written is the case meant
            postgres.update(Role.OWNER, "delete from exchange where id = ?", id);
            stream.ended(new Outcome.Failed("visitor-left"), 200, "session-1");
            await().until(() -> rows("/events").size() == 1);
            assertThat(column("select concat_ws(' ', id, outcome, frame_count) from exchange where target = '/events'"))
                    .containsExactly(id + " visitor-left 1");
            assertThat(column("select count(*) from exchange_body where exchange_id = ?", id))
                    .containsExactly("1");
        }
    }

    @Test
    void aNodeEndsWhatItLeftBehindAndWhatDeadNodesLeftBehind() throws Exception {
        try (Writer writer = new Writer("again")) {
            writer.webSocket("/left").relayedToVisitor(Unpooled.wrappedBuffer(bytes("81 02 6869")));
            await().until(() -> rows("/left").size() == 1
                    && frames(rows("/left").getFirst()).size() == 1);
            // As if it had not stopped in order
            writer.node.close();
        }
        postgres.update(Role.OWNER, copy("dead", "now() - interval '2 minutes'", "/of-dead"));
        postgres.update(Role.OWNER, copy("living", "now() - interval '3 minutes'", "/of-living"));
        postgres.update(Role.OWNER, "insert into node (id, started_at, seen_at) values ('living', now(), now())");
        String last = column("select max(seq) from exchange").getFirst();

        try (Writer writer = new Writer("again")) {
            assertThat(writer.node.store.problem()).isEmpty();
            await().until(() -> outcome("/of-dead").equals("node-lost"));
            assertThat(outcome("/left")).isEqualTo("node-lost");
            assertThat(outcome("/of-living")).isEqualTo("open");
            assertThat(column(
                            "select seq > ?::bigint and duration_micros >= (select max(at_micros) from exchange_frame"
                                    + " where exchange_id = id) from exchange where target = '/left'",
                            last))
                    .containsExactly("t");
        }
    }

    private static String copy(String node, String startedAt, String target) {
        return """
                insert into exchange (id, started_at, team_id, membership_id, connection_id, node, hostname,
                    visitor_address, scheme, http_version, method, target, outcome)
                select id || '-%s', %s, team_id, membership_id, connection_id, '%s', hostname,
                    visitor_address, scheme, http_version, method, '%s', 'open'
                from exchange where target = '/left'
                """.formatted(node, startedAt, node, target);
    }

    private static String outcome(String target) throws SQLException {
        return column("select outcome from exchange where target = ?", target).getFirst();
    }

    private static List<String> rows(String target) throws SQLException {
        return column("select id from exchange where target = ?", target);
    }

    private static List<String> frames(String id) throws SQLException {
        return column(
                "select concat_ws(' ', n, direction, kind, final, compressed, inflated, total_bytes, truncated,"
                        + " coalesce(close_code::text, '-'), encode(content, 'escape'))"
                        + " from exchange_frame where exchange_id = ? order by n",
                id);
    }

    private static List<String> column(String sql, Object... parameters) throws SQLException {
        return postgres.column(Role.ADMIN, sql, parameters);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50));
    }

    private static ConditionFactory awaitQuickly() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10));
    }

    /** A node that writes what is recorded of its tunnel. */
    private final class Writer implements AutoCloseable {

        private final Node node;
        private final Capture capture;
        private final Tunnel tunnel;

        Writer(String name) throws SQLException {
            node = new Node(StoreKit.config(postgres.url(Role.TUNNEL), name)).start();
            await().until(node.store::isReady);
            String label = name + System.nanoTime();
            try (Connection admin = postgres.connect(Role.ADMIN)) {
                Member member = StoreKit.member(admin, label);
                tunnel = ((ForwardResult.Opened) node.open(
                                        StoreKit.reserve(admin, member, label),
                                        member,
                                        new HttpBinding(new Hostname(label)),
                                        new FakeUpstream())
                                .join())
                        .tunnel();
            }
            CaptureConfig config =
                    CaptureConfig.read(new Settings(Map.of("PORTR_CAPTURE", "full", "PORTR_CAPTURE_RATE", "0")));
            CaptureQueue queue = new CaptureQueue(config, new CaptureMetrics(meters));
            capture = new Capture(config, queue);
            node.store.write(queue);
        }

        ExchangeRecorder begin(String target) {
            Request request =
                    new Request("192.0.2.7", "https", "1.1", null, "GET", "app.example.test", target, Fields.NONE);
            ExchangeRecorder recorder = capture.begin(tunnel, System.nanoTime(), () -> request);
            recorder.requestEnded(new DefaultHttpHeaders());
            recorder.opened();
            recorder.heardUpstream();
            return recorder;
        }

        ExchangeRecorder webSocket(String target) {
            HttpHeaders headers = new DefaultHttpHeaders()
                    .add("Upgrade", "websocket")
                    .add("Sec-WebSocket-Extensions", "permessage-deflate");
            ExchangeRecorder recorder = begin(target);
            recorder.answers(headers);
            recorder.goesOn(101, headers, "session-1");
            return recorder;
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
