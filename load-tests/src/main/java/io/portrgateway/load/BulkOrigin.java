package io.portrgateway.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/**
 * The service behind the tunnel for bulk transfers: {@code GET /bytes/<n>} answers n bytes, {@code PUT /sink} reads
 * everything. Thread-safe.
 */
final class BulkOrigin implements AutoCloseable {

    private final HttpServer server;

    BulkOrigin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/bytes/", BulkOrigin::send);
        server.createContext("/sink", BulkOrigin::receive);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static void send(HttpExchange exchange) throws IOException {
        long left = Long.parseLong(exchange.getRequestURI().getPath().substring("/bytes/".length()));
        byte[] chunk = new byte[256 * 1024];
        exchange.sendResponseHeaders(200, left);
        try (OutputStream body = exchange.getResponseBody()) {
            while (left > 0) {
                int count = (int) Math.min(left, chunk.length);
                body.write(chunk, 0, count);
                left -= count;
            }
        }
    }

    private static void receive(HttpExchange exchange) throws IOException {
        byte[] chunk = new byte[256 * 1024];
        long received = 0;
        try (InputStream body = exchange.getRequestBody()) {
            for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
                received += count;
            }
        }
        byte[] answer = Long.toString(received).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(200, answer.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(answer);
        }
    }
}
