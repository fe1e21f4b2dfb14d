package io.portrgateway.tunnel.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.tunnel.config.OpsConfig;
import io.portrgateway.tunnel.config.Settings;
import io.portrgateway.tunnel.metrics.Metrics;
import io.portrgateway.tunnel.metrics.TcpMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OpsServerIT {

    private final AtomicReference<Optional<String>> databaseProblem = new AtomicReference<>(Optional.empty());
    private final Readiness readiness = new Readiness();
    private final Metrics metrics = new Metrics("node-1", "1.2.3");
    private final OpsServer server =
            new OpsServer(OpsConfig.read(new Settings(Map.of("PORTR_OPS_PORT", "0"))), readiness, metrics::scrape);
    private final HttpClient client = HttpClient.newHttpClient();
    private InetSocketAddress address;

    @BeforeEach
    void start() throws IOException {
        new TcpMetrics(metrics.registry());
        readiness.add("database", databaseProblem::get);
        address = server.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        metrics.close();
    }

    @Test
    void answersThatTheProcessLives() throws Exception {
        HttpResponse<String> answer = get("/livez");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok\n");
    }

    @Test
    void namesEachCheckAndItsProblem() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);

        databaseProblem.set(Optional.of("the schema has version 1 (expected: \"2\")\nor newer"));
        HttpResponse<String> answer = get("/readyz");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.body())
                .isEqualTo("{\"status\":\"not ready\",\"checks\":{\"running\":{\"ok\":true},\"database\":{\"ok\":false,"
                        + "\"problem\":\"the schema has version 1 (expected: \\\"2\\\") or newer\"}}}\n");
    }

    @Test
    void isNotReadyOnceItIsStopping() throws Exception {
        readiness.stopping();

        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void showsMetersWithTheNodesName() throws Exception {
        metrics.bindJvm();

        String meters = get("/metrics").body();

        assertThat(meters)
                .contains("portr_tcp_listeners{node=\"node-1\"} 0")
                .contains("portr_build_info{node=\"node-1\",version=\"1.2.3\"} 1")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void refusesOtherPathsAndMethods() throws Exception {
        assertThat(get("/env").statusCode()).isEqualTo(404);
        HttpRequest post = HttpRequest.newBuilder(uri("/livez"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
    }

    @Test
    void saysWhichPortIsInUse() {
        OpsServer second = new OpsServer(
                OpsConfig.read(new Settings(Map.of("PORTR_OPS_PORT", Integer.toString(address.getPort())))),
                readiness,
                metrics::scrape);

        assertThatThrownBy(second::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Integer.toString(address.getPort()));
        second.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + address.getPort() + path);
    }
}
