package io.portrgateway.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A stream of server-sent events as a browser reads it, on a thread of its own. */
final class EventStream implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(10);

    final List<String> lines = new CopyOnWriteArrayList<>();
    final int status;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final InputStream body;

    /** Headers are names and values in turn. */
    EventStream(URI uri, Browser browser, String... headers) throws IOException, InterruptedException {
        String cookies = browser.cookies().stream()
                .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Cookie", cookies);
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
        status = answer.statusCode();
        body = answer.body();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException closed) {
            // by the test, or by the server
        }
    }

    EventStream await(String text) {
        Awaitility.await("an event with " + text)
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> text().contains(text));
        return this;
    }

    String text() {
        return String.join("\n", lines);
    }

    /** The id of the last event. */
    String lastId() {
        return lines.stream()
                .filter(line -> line.startsWith("id: "))
                .reduce((first, second) -> second)
                .map(line -> line.substring(4))
                .orElse("");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
