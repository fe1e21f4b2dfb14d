package io.portrgateway.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A load balancer without sticky sessions: each request goes to the next replica. Its address is known before theirs. */
final class RoundRobin implements AutoCloseable {

    private static final Set<String> OWN = Set.of(
            "connection", "host", "content-length", "expect", "upgrade", "transfer-encoding", "date", "keep-alive");

    private final HttpServer server;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final AtomicInteger next = new AtomicInteger();
    private volatile List<Gateway> replicas = List.of();

    RoundRobin() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::pass);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void over(Gateway... gateways) {
        replicas = List.of(gateways);
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            Gateway replica = replicas.get(Math.floorMod(next.getAndIncrement(), replicas.size()));
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            replica.uri(exchange.getRequestURI().toString()))
                    .method(
                            exchange.getRequestMethod(),
                            BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
            exchange.getRequestHeaders().forEach((name, values) -> {
                if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
            answer.headers().map().forEach((name, values) -> {
                if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                    values.forEach(value -> exchange.getResponseHeaders().add(name, value));
                }
            });
            boolean empty = answer.statusCode() == 204 || answer.statusCode() == 304;
            exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : 0);
            if (!empty) {
                // piece by piece as they come: a stream of events never ends
                byte[] piece = new byte[8192];
                try (InputStream in = answer.body()) {
                    for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                        exchange.getResponseBody().write(piece, 0, read);
                        exchange.getResponseBody().flush();
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        http.shutdownNow();
    }
}
