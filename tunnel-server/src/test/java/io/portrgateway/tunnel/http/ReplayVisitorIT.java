package io.portrgateway.tunnel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.portrgateway.tunnel.capture.RecordedExchange;
import io.portrgateway.tunnel.registry.UpstreamException;
import io.portrgateway.tunnel.replay.Replay;
import io.portrgateway.tunnel.replay.Replay.Field;
import io.portrgateway.tunnel.replay.ReplayResult;
import io.portrgateway.tunnel.replay.Replays;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replays with scripted services: what becomes of them, and that they hold no more than they may. */
@Timeout(60)
class ReplayVisitorIT {

    private static final int MIB = 1 << 20;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void waitsForASlowServiceWithTheRestOfTheBody() throws Exception {
        CountDownLatch mayRead = new CountDownLatch(1);
        try (EdgeKit kit = kit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                mayRead.await();
                connection.in.skipNBytes(16 * MIB);
                connection.send(OK);
            }));
            CompletableFuture<ReplayResult> result = send(kit, "POST", new byte[16 * MIB]);
            await().until(() ->
                    upstream.streams.size() == 1 && !upstream.streams.getFirst().isWritable());

            await().during(Duration.ofMillis(200)).until(() -> pendingBytes(upstream.streams.getFirst()) < MIB);
            mayRead.countDown();

            assertThat(end(result).failure()).isNull();
            assertThat(end(result).status()).isEqualTo(200);
        }
    }

    @Test
    void readsALongAnswerToItsEndAndKeepsNothingOfIt() throws Exception {
        byte[] part = new byte[MIB];
        try (EdgeKit kit = kit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
                connection.send("HTTP/1.1 201 Created\r\nContent-Length: " + 64 * MIB + "\r\n\r\n");
                for (int i = 0; i < 64; i++) {
                    connection.out.write(part);
                }
            }));

            ReplayResult result = end(send(kit, "GET", new byte[0]));

            assertThat(result.failure()).isNull();
            assertThat(result.status()).isEqualTo(201);
            RecordedExchange record = record(kit);
            assertThat(record.id()).isEqualTo(result.exchangeId());
            assertThat(record.startedAt()).isEqualTo(result.exchangeStartedAt());
            assertThat(record.response().body().totalBytes()).isEqualTo(64L * MIB);
            assertThat(record.response().body().keptBytes()).isZero();
        }
    }

    @Test
    void triesAnotherSessionWhenOneCannotOpenAStream() throws Exception {
        try (EdgeKit kit = kit()) {
            OriginUpstream refusing = kit.tunnel("app", kit.origin(Origin.always(OK)));
            OriginUpstream other = kit.join("app", kit.origin(Origin.always(OK)));
            refusing.failures.add(UpstreamException.Reason.REFUSED);

            assertThat(end(send(kit, "POST", new byte[3])).status()).isEqualTo(200);
            assertThat(end(send(kit, "POST", new byte[3])).status()).isEqualTo(200);

            assertThat(refusing.inFlight() + other.inFlight()).isZero();
        }
    }

    @Test
    void tellsWhatTheServiceDidWrong() throws Exception {
        try (EdgeKit kit = kit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            }));
            kit.tunnel("switches", kit.origin(Origin.always("HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n")));
            kit.tunnel("babbles", kit.origin(Origin.always("220 smtp.example\r\n\r\n")));

            ReplayResult cut = end(send(kit, "app", "GET", new byte[0]));
            assertThat(cut.failure()).isEqualTo("upstream-closed");
            assertThat(cut.status()).isEqualTo(200);
            assertThat(end(send(kit, "switches", "GET", new byte[0])).failure()).isEqualTo("bad-response");
            assertThat(end(send(kit, "babbles", "GET", new byte[0])).failure()).isEqualTo("bad-response");
        }
    }

    @Test
    void tellsOfATunnelWithoutSessionsAndOfSessionsThatAreBusy() throws Exception {
        try (EdgeKit kit = kit("PORTR_HTTP_MAX_IN_FLIGHT_PER_TUNNEL", "1")) {
            OriginUpstream gone = kit.tunnel("gone", kit.origin(Origin.always(OK)));
            gone.open = false;
            OriginUpstream busy = kit.tunnel("busy", kit.origin(Origin.always(OK)));
            busy.begin();

            assertThat(end(send(kit, "gone", "GET", new byte[0])).failure()).isEqualTo("tunnel_offline");
            assertThat(end(send(kit, "busy", "GET", new byte[0])).failure()).isEqualTo("upstream-limit");
        }
    }

    @Test
    void isGivenUpWhenTheEdgeIsClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (EdgeKit kit = kit()) {
            kit.tunnel("app", kit.origin(connection -> {
                connection.request();
                asked.countDown();
                ended.await();
            }));
            CompletableFuture<ReplayResult> result = send(kit, "GET", new byte[0]);
            asked.await();

            kit.edge.close();

            assertThat(end(result).failure()).isEqualTo("node_lost");
            assertThat(record(kit).outcome().columnValue()).isEqualTo("visitor-left");
        } finally {
            ended.countDown();
        }
    }

    @Test
    void goesOnAfterAnExpectationWithoutAWait() throws Exception {
        try (EdgeKit kit = kit()) {
            Origin origin = kit.origin(connection -> {
                connection.request();
                connection.read(3);
                connection.send(OK);
            });
            OriginUpstream upstream = kit.tunnel("app", origin);
            upstream.keepsAlive = false;

            ReplayResult result = end(send(
                    kit.edge.replays(Duration.ofSeconds(10), "http"),
                    kit,
                    "app",
                    new Replay.Head(
                            "POST",
                            "/",
                            List.of(new Field("Host", "a"), new Field("Expect", "100-continue")),
                            List.of()),
                    new byte[3]));

            assertThat(result.status()).isEqualTo(200);
            assertThat(origin.heads.getFirst()).doesNotContain("Expect").contains("Content-Length: 3\r\n");
        }
    }

    @Test
    void isCountedAsARequestOfItsTunnel() throws Exception {
        try (EdgeKit kit = kit()) {
            OriginUpstream upstream = kit.tunnel("app", kit.origin(Origin.always(OK)));

            end(send(kit, "POST", new byte[5]));

            assertThat(kit.find("app").requestCount().sum()).isEqualTo(1);
            assertThat(kit.find("app").toUpstreamBytes().sum()).isEqualTo(5);
            assertThat(kit.find("app").toVisitorBytes().sum()).isEqualTo(2);
            assertThat(upstream.inFlight()).isZero();
            assertThat(kit.gauge("portr.http.exchanges.active")).isZero();
            assertThat(kit.gauge("portr.http.connections")).isZero();
            assertThat(upstream.lines).singleElement().satisfies(line -> {
                assertThat(line.tunnelLabel()).isEqualTo("app");
                assertThat(line.what()).isEqualTo("POST / (replay)");
            });
        }
    }

    private static EdgeKit kit(String... settings) throws IOException {
        return new EdgeKit(settings);
    }

    private static CompletableFuture<ReplayResult> send(EdgeKit kit, String method, byte[] body) {
        return send(kit, "app", method, body);
    }

    private static CompletableFuture<ReplayResult> send(EdgeKit kit, String tunnel, String method, byte[] body) {
        Replay.Head head = new Replay.Head(method, "/", List.of(new Field("Host", "old.example")), List.of());
        return send(kit.edge.replays(Duration.ofSeconds(30), "http"), kit, tunnel, head, body);
    }

    private static CompletableFuture<ReplayResult> send(
            Replays replays, EdgeKit kit, String tunnel, Replay.Head head, byte[] body) {
        CompletableFuture<ReplayResult> result = new CompletableFuture<>();
        Replay.Origin origin =
                new Replay.Origin(kit.find(tunnel).lease().owner().teamId(), null, null);
        replays.send(new Replay("replay", kit.find(tunnel).id(), origin, head, body), kit.find(tunnel), told -> {
            if (!result.complete(told)) {
                throw new IllegalStateException("told twice");
            }
        });
        return result;
    }

    private static ReplayResult end(CompletableFuture<ReplayResult> result) throws Exception {
        return result.get(20, TimeUnit.SECONDS);
    }

    private static RecordedExchange record(EdgeKit kit) {
        List<RecordedExchange> taken = new ArrayList<>();
        await().until(() -> {
            taken.addAll(kit.captured.take(10, Long.MAX_VALUE));
            return taken.size() == 1;
        });
        return taken.getFirst();
    }

    private static long pendingBytes(Channel channel) {
        var pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }
}
