package io.portrgateway.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The scripts of "helm test" pass on servers that answer as they should, and fail on others. */
class HelmTestPodsIT {

    @Test
    void adminHealthWantsReadiness() throws IOException {
        assertThat(askedOf(200, Map.of(), "portr-test-admin-health")).isZero();
        assertThat(askedOf(503, Map.of(), "portr-test-admin-health")).isNotZero();
    }

    @Test
    void httpTunnelWantsTheGatewaysOwnRefusal() throws IOException {
        assertThat(askedOf(404, Map.of("X-Portr-Error-Reason", "unregistered-subdomain"), "portr-test-http-tunnel"))
                .isZero();
        assertThat(askedOf(404, Map.of(), "portr-test-http-tunnel")).isNotZero();
    }

    @Test
    void sshBannerWantsSshTwo() throws Exception {
        assertThat(greetedWith("SSH-2.0-Portr\r\n")).isZero();
        assertThat(greetedWith("HTTP/1.1 400 Bad Request\r\n")).isNotZero();
    }

    @Test
    void failsWhereNobodyListens() throws IOException {
        int port;
        try (ServerSocket reserved = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = reserved.getLocalPort();
        }

        assertThat(exitCode("portr-test-ssh-banner", port)).isNotZero();
    }

    private static int askedOf(int status, Map<String, String> headers, String pod) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        try {
            return exitCode(pod, server.getAddress().getPort());
        } finally {
            server.stop(0);
        }
    }

    private static int greetedWith(String line) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            AtomicReference<IOException> failure = new AtomicReference<>();
            Thread greeter = Thread.ofVirtual().start(() -> {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException broken) {
                    failure.set(broken);
                }
            });
            int exitCode = exitCode("portr-test-ssh-banner", server.getLocalPort());
            greeter.join();
            assertThat(failure.get()).isNull();
            return exitCode;
        }
    }

    private static int exitCode(String pod, int port) throws IOException {
        String script = HelmTestPodsTest.script(pod).replaceAll("/dev/tcp/[^/]+/[0-9]+", "/dev/tcp/127.0.0.1/" + port);
        assertThat(script).contains("/dev/tcp/127.0.0.1/" + port);
        return new Shell(Path.of("/"), Map.of("PATH", "/usr/bin:/bin"))
                .tried(script)
                .exitCode();
    }
}
