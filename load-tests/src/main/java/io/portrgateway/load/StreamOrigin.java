package io.portrgateway.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Services for a soak: JSON answers and server-sent events on one port, WebSockets on another. What a WebSocket says is not
 * looked at; whatever arrives is answered with a frame. Thread-safe.
 */
final class StreamOrigin implements AutoCloseable {

    private static final String EVENT = "event: tick\nid: %d\ndata: {\"padding\":\"" + "e".repeat(450) + "\"}\n\n";
    private static final Pattern KEY = Pattern.compile("(?i)\r\nSec-WebSocket-Key: *(\\S+)");
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int FRAME_BYTES = 500;

    private final HttpServer server;
    private final ServerSocket webSockets;
    private final Duration eventInterval;
    private final int eventCount;

    StreamOrigin(Duration eventInterval, int eventCount) throws IOException {
        this.eventInterval = eventInterval;
        this.eventCount = eventCount;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", StreamOrigin::json);
        server.createContext("/events", this::events);
        server.start();
        webSockets = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int httpPort() {
        return server.getAddress().getPort();
    }

    int webSocketPort() {
        return webSockets.getLocalPort();
    }

    private static void json(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream answer = exchange.getResponseBody()) {
            answer.write(body);
        }
    }

    private void events(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream answer = exchange.getResponseBody()) {
            for (int i = 0; i < eventCount; i++) {
                answer.write(EVENT.formatted(i).getBytes(StandardCharsets.US_ASCII));
                answer.flush();
                Thread.sleep(eventInterval);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!webSockets.isClosed()) {
            try {
                Socket socket = webSockets.accept();
                Thread.ofVirtual().start(() -> talk(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void talk(Socket socket) {
        byte[] frame = new byte[4 + FRAME_BYTES];
        java.util.Arrays.fill(frame, (byte) 'f');
        frame[0] = (byte) 0x81;
        frame[1] = 126;
        frame[2] = (byte) (FRAME_BYTES >> 8);
        frame[3] = (byte) FRAME_BYTES;
        byte[] said = new byte[8192];
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream from = socket.getInputStream();
            OutputStream to = socket.getOutputStream();
            to.write(handshake(from).getBytes(StandardCharsets.US_ASCII));
            while (from.read(said) > 0) {
                to.write(frame);
            }
        } catch (IOException over) {
            // The visitor has left
        }
    }

    /** What to answer: to a request that is none, that the service is there. */
    private static String handshake(InputStream from) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = from.read();
            if (next < 0) {
                throw new IOException("no head");
            }
            head.append((char) next);
        }
        Matcher key = KEY.matcher(head);
        if (!key.find()) {
            return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        }
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + accept(key.group(1)) + "\r\n\r\n";
    }

    /** RFC 6455, section 4.2.2. */
    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-1 is not available", impossible);
        }
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        webSockets.close();
    }
}
