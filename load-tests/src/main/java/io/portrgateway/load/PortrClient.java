package io.portrgateway.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A real {@code portr} binary, given by its path, against any Portr-compatible server. */
final class PortrClient {

    private final Path binary;
    private final Path folder;
    private int count;

    PortrClient(Path binary, Path folder) {
        this.binary = binary;
        this.folder = folder;
    }

    /** Opens an HTTP tunnel and waits until it serves. */
    Server.OpenTunnel openHttp(PortrAddress server, int originPort) throws IOException, InterruptedException {
        String name = "portr" + ++count;
        Path home = Files.createDirectories(folder.resolve("portr-" + server.pid() + "-" + count));
        Path config = Files.createDirectories(home.resolve(".portr")).resolve("config.yaml");
        Files.writeString(
                config, """
                server_url: %s
                ssh_url: %s
                tunnel_url: %s
                secret_key: %s
                use_localhost: true
                disable_update_check: true
                disable_tui: true
                disable_dashboard: true
                enable_request_logging: false
                tunnels:
                  - name: bench
                    type: http
                    subdomain: %s
                    port: %d
                """.formatted(server.api(), server.ssh(), server.http(), server.secretKey(), name, originPort));
        ProcessBuilder builder = new ProcessBuilder(binary.toString(), "start", "bench")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out.log").toFile());
        builder.environment().put("HOME", home.toString());
        // whatever the client wants from outside, it does not get: only loopback is measured
        builder.environment().put("HTTPS_PROXY", "http://127.0.0.1:9");
        Process process = builder.start();
        Server.OpenTunnel tunnel = new Server.OpenTunnel(
                server.httpPort(), name + ".localhost:" + server.httpPort(), () -> Tools.end(process));
        awaitServing(tunnel, Duration.ofSeconds(30));
        return tunnel;
    }

    /** Asks until the tunnel answers 200 to a small request, whatever is asked. */
    static void awaitServing(Server.OpenTunnel tunnel, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        String last = "nothing";
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tunnel.visitorPort())) {
                socket.setSoTimeout(5_000);
                socket.getOutputStream()
                        .write(("GET /bytes/0 HTTP/1.1\r\nHost: " + tunnel.host() + "\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                last = new String(socket.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
                if (last.startsWith("HTTP/1.1 200")) {
                    return;
                }
            } catch (IOException notYet) {
                last = String.valueOf(notYet.getMessage());
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException(tunnel.host() + ": does not serve after " + limit.toSeconds() + " s: " + last);
    }
}
