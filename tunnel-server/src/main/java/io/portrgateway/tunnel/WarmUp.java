package io.portrgateway.tunnel;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A short life of the server for the JVM to learn from: {@code -XX:AOTCacheOutput} records which classes a start needs, so
 * that the next start loads them ready-made. Needs no database and opens no port to strangers.
 */
final class WarmUp {

    private static final int READ_TIMEOUT_MILLIS = 5_000;
    private static final int MAX_ANSWER_BYTES = 256 << 10;
    private static final int FAILED_EXIT_CODE = 1;

    private WarmUp() {}

    static int run(PrintStream err) {
        try {
            Path state = Files.createTempDirectory("tunnel-server-warm-up");
            try (TunnelServer server = TunnelServer.start(environment(state))) {
                for (String path : new String[] {"/livez", "/readyz", "/metrics"}) {
                    exchange(server.opsAddress(), "GET " + path + " HTTP/1.0\r\n\r\n");
                }
                exchange(
                        server.httpAddresses().getFirst(),
                        "GET / HTTP/1.1\r\nHost: warm-up.localhost\r\nConnection: close\r\n\r\n");
                // An answer to something that is no SSH client is enough to load the session.
                exchange(server.sshAddress(), "SSH-1.0-warm-up\r\n");
            } finally {
                delete(state);
            }
            return 0;
        } catch (StartException | IOException failed) {
            err.println("tunnel-server: warm-up failed: " + failed.getMessage());
            return FAILED_EXIT_CODE;
        }
    }

    private static Map<String, String> environment(Path state) {
        Map<String, String> environment = new HashMap<>();
        for (String address :
                new String[] {"PORTR_SSH_ADDRESS", "PORTR_HTTP_ADDRESS", "PORTR_TCP_ADDRESS", "PORTR_OPS_ADDRESS"}) {
            environment.put(address, "127.0.0.1");
        }
        for (String port : new String[] {"PORTR_SSH_PORT", "PORTR_PROXY_PORT", "PORTR_OPS_PORT"}) {
            environment.put(port, "0");
        }
        // Nobody listens on port 1; the driver is loaded all the same.
        environment.put("PORTR_DB_URL", "postgresql://warm-up@127.0.0.1:1/none");
        environment.put("PORTR_STATE_DIR", state.toString());
        return environment;
    }

    private static void exchange(InetSocketAddress address, String request) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.connect(address, READ_TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readNBytes(MAX_ANSWER_BYTES);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
