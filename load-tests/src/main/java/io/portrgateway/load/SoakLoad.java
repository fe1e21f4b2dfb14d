package io.portrgateway.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * Visitors that do the same all the time: requests with JSON bodies, WebSockets that talk both ways and come again, and
 * readers of server-sent events. Thread-safe.
 */
final class SoakLoad implements AutoCloseable {

    private static final int REQUESTERS = 5;
    private static final Duration REQUEST_PAUSE = Duration.ofMillis(100);
    private static final int WEB_SOCKETS = 10;
    private static final Duration MESSAGE_PAUSE = Duration.ofMillis(50);
    private static final int MESSAGES_PER_WEB_SOCKET = 600;
    private static final int READERS = 10;
    private static final String BODY = "{\"kind\":\"soak\",\"padding\":\"" + "b".repeat(2000) + "\"}";
    private static final String MESSAGE = "m".repeat(300);

    private final LongAdder requests = new LongAdder();
    private final LongAdder messages = new LongAdder();
    private final LongAdder eventBytes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor();

    SoakLoad(Server.OpenTunnel http, Server.OpenTunnel webSocket) {
        for (int i = 0; i < REQUESTERS; i++) {
            again(() -> request(http));
        }
        for (int i = 0; i < WEB_SOCKETS; i++) {
            again(() -> talk(webSocket));
        }
        for (int i = 0; i < READERS; i++) {
            again(() -> read(http));
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void again(Step step) {
        visitors.execute(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    step.run();
                } catch (IOException | RuntimeException failed) {
                    failures.increment();
                    pause();
                } catch (InterruptedException ended) {
                    return;
                }
            }
        });
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void request(Server.OpenTunnel tunnel) throws IOException, InterruptedException {
        HttpRequest request = to("http", tunnel, "/?n=" + requests.sum())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(BODY))
                .build();
        String answer = client.send(request, BodyHandlers.ofString()).body();
        if (!answer.equals(BODY)) {
            throw new IOException("another answer");
        }
        requests.increment();
        Thread.sleep(REQUEST_PAUSE);
    }

    private void talk(Server.OpenTunnel tunnel) throws InterruptedException {
        WebSocket webSocket = client.newWebSocketBuilder()
                .header("Host", tunnel.host())
                .buildAsync(uri("ws", tunnel, "/ws"), new WebSocket.Listener() {})
                .join();
        try {
            for (int i = 0; i < MESSAGES_PER_WEB_SOCKET; i++) {
                webSocket.sendText(MESSAGE, true).join();
                messages.increment();
                Thread.sleep(MESSAGE_PAUSE);
            }
            webSocket.sendClose(WebSocket.NORMAL_CLOSURE, "enough").join();
        } finally {
            // The service would answer the close with one more text
            webSocket.abort();
        }
    }

    private void read(Server.OpenTunnel tunnel) throws IOException, InterruptedException {
        HttpRequest request = to("http", tunnel, "/events").build();
        byte[] part = new byte[8192];
        try (InputStream events =
                client.send(request, BodyHandlers.ofInputStream()).body()) {
            for (int count = events.read(part); count >= 0; count = events.read(part)) {
                eventBytes.add(count);
            }
        }
    }

    private static HttpRequest.Builder to(String scheme, Server.OpenTunnel tunnel, String path) {
        return HttpRequest.newBuilder(uri(scheme, tunnel, path)).header("Host", tunnel.host());
    }

    private static URI uri(String scheme, Server.OpenTunnel tunnel, String path) {
        return URI.create(scheme + "://127.0.0.1:" + tunnel.visitorPort() + path);
    }

    /** What was done so far. */
    String done() {
        return "%,d requests, %,d WebSocket messages, %,d MiB of events, %d failures"
                .formatted(requests.sum(), messages.sum(), eventBytes.sum() >> 20, failures.sum());
    }

    @Override
    public void close() {
        visitors.shutdownNow();
        client.shutdownNow();
    }
}
