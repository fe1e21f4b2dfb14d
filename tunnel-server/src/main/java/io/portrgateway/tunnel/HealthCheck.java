package io.portrgateway.tunnel;

import io.portrgateway.tunnel.config.OpsConfig;
import io.portrgateway.tunnel.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Asks the server that runs beside it, on its private port, whether it is ready: the health check of an image that has
 * neither shell nor curl. Loads as little as it can, because it runs again and again. Stateless.
 */
final class HealthCheck {

    private static final String PATH = "/readyz";
    private static final int TIMEOUT_MILLIS = 3_000;
    private static final int MAX_ANSWER_BYTES = 16 << 10;
    private static final int UNHEALTHY = 1;

    private HealthCheck() {}

    /** Answers the exit code; a container engine knows 0 and 1. */
    static int run(Map<String, String> environment, PrintStream out, PrintStream err) {
        InetSocketAddress address = OpsConfig.read(new Settings(environment)).address();
        try {
            String status = status(reachable(address));
            out.println(PATH + ": " + status);
            return status.contains(" 200 ") ? 0 : UNHEALTHY;
        } catch (IOException silent) {
            err.println("tunnel-server: " + address + " does not answer: " + silent.getMessage());
            return UNHEALTHY;
        }
    }

    private static InetSocketAddress reachable(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
                : address;
    }

    private static String status(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write(("GET " + PATH + " HTTP/1.0\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(MAX_ANSWER_BYTES);
            return new String(answer, StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("nothing");
        }
    }
}
