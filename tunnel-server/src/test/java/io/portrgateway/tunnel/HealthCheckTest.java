package io.portrgateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a container engine is told. The running server itself is asked by the start's own tests. */
class HealthCheckTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void isHealthyWhenTheServerIsReady() throws IOException {
        assertThat(checkOfAServerThatAnswers(200)).isZero();
        assertThat(text(out)).startsWith("/readyz: HTTP/1.1 200 ");
    }

    @Test
    void isUnhealthyWhenTheServerIsNotReady() throws IOException {
        assertThat(checkOfAServerThatAnswers(503)).isEqualTo(1);
        assertThat(text(out)).startsWith("/readyz: HTTP/1.1 503 ");
    }

    @Test
    void isUnhealthyWhenNobodyListens() throws IOException {
        HttpServer server = HttpServer.create(loopback(), 0);
        int port = server.getAddress().getPort();
        server.stop(0);

        assertThat(check(port)).isEqualTo(1);
        assertThat(text(err)).contains("127.0.0.1:" + port + " does not answer: ");
    }

    private int checkOfAServerThatAnswers(int status) throws IOException {
        HttpServer server = HttpServer.create(loopback(), 0);
        server.createContext("/readyz", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        try {
            return check(server.getAddress().getPort());
        } finally {
            server.stop(0);
        }
    }

    private int check(int port) {
        return HealthCheck.run(
                Map.of("PORTR_OPS_PORT", Integer.toString(port)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
