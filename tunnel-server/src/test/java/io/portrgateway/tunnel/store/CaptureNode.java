package io.portrgateway.tunnel.store;

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
import io.portrgateway.tunnel.store.StoreKit.Member;
import io.portrgateway.tunnel.store.StoreKit.Node;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A node that writes what is recorded of its one tunnel, whose member and name have the node's name. */
final class CaptureNode implements AutoCloseable {

    final Node node;
    final Member member;
    final Tunnel tunnel;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Capture capture;

    /** {@code settings} are name and value in turn; {@code asAdmin} is closed. */
    CaptureNode(String url, String name, Connection asAdmin, String... settings) throws SQLException {
        node = new Node(StoreKit.config(url, name, settings)).start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(node.store::isReady);
        try (asAdmin) {
            member = StoreKit.member(asAdmin, name);
            tunnel = ((ForwardResult.Opened) node.open(
                                    StoreKit.reserve(asAdmin, member, name),
                                    member,
                                    new HttpBinding(new Hostname(name)),
                                    new FakeUpstream())
                            .join())
                    .tunnel();
        }
        Map<String, String> environment = new HashMap<>(Map.of("PORTR_CAPTURE_RATE", "0"));
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        CaptureConfig config = CaptureConfig.read(new Settings(environment));
        CaptureQueue queue = new CaptureQueue(config, new CaptureMetrics(meters));
        capture = new Capture(config, queue);
        node.store.write(queue);
    }

    long teamId() {
        return member.owner().teamId();
    }

    /** Null where it is not to be recorded. */
    @Nullable
    ExchangeRecorder begin(String target, HttpHeaders headers) {
        Request request =
                new Request("192.0.2.7", "https", "1.1", null, "POST", "app.example.test", target, Fields.of(headers));
        return capture.begin(tunnel, System.nanoTime(), () -> request);
    }

    /** An exchange without bodies. */
    boolean end(String target) {
        return end(target, new DefaultHttpHeaders(), "", "");
    }

    /** A whole exchange; answers whether it is recorded. */
    boolean end(String target, HttpHeaders headers, String request, String response) {
        ExchangeRecorder recorder = begin(target, headers);
        if (recorder != null) {
            recorder.toUpstream(Unpooled.copiedBuffer(request, StandardCharsets.UTF_8));
            recorder.requestEnded(new DefaultHttpHeaders());
            recorder.answers(headers);
            recorder.toVisitor(Unpooled.copiedBuffer(response, StandardCharsets.UTF_8));
            recorder.answerEnded(new DefaultHttpHeaders());
            recorder.ended(new Outcome.Completed(), 200, null);
        }
        return recorder != null;
    }

    double dropped(String reason) {
        return meters.get("portr.capture.dropped")
                .tag("reason", reason)
                .counter()
                .count();
    }

    @Override
    public void close() {
        node.close();
    }
}
