package io.portrgateway.tunnel.testclient;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a {@code portr} client to the admin API, with the client's strictness about status and content type (protocol section 2).
 * Thread-safe.
 */
public final class PortrApi implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final String baseUrl;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    /** Makes an API client; {@code baseUrl} has a scheme and no slash at its end. */
    public PortrApi(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /**
     * Creates a connection and answers its id.
     *
     * @param subdomain the name, or null for a TCP tunnel
     * @throws PortrApiException when the answer is not one the client accepts; the message is the server's text
     */
    public String createConnection(PortrClientConfig.Kind kind, String secretKey, @Nullable String subdomain)
            throws IOException {
        String body = "{\"connection_type\":" + quote(kind.name().toLowerCase(Locale.ROOT)) + ",\"secret_key\":"
                + quote(secretKey) + ",\"subdomain\":" + (subdomain == null ? "null" : quote(subdomain)) + "}";
        return accepted(post("/api/v1/connections/", body), "connection_id");
    }

    /** Downloads the configuration of the key and answers its YAML text. */
    public String downloadConfig(String secretKey) throws IOException {
        return accepted(post("/api/v1/config/download", "{\"secret_key\":" + quote(secretKey) + "}"), "message");
    }

    /** Reads the server's version, which decides whether the client pools. */
    public String version() throws IOException {
        return accepted(
                send(HttpRequest.newBuilder(URI.create(baseUrl + "/api/v1/version"))
                        .GET()),
                "version");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpResponse<String> post(String path, String body) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(baseUrl + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String accepted(HttpResponse<String> response, String field) throws PortrApiException {
        String type = response.headers().firstValue("Content-Type").orElse("");
        // the client's library decodes nothing else, and then misses the id
        boolean json = type.toLowerCase(Locale.ROOT).startsWith("application/json");
        String body = json ? response.body() : "";
        Optional<String> value = stringOf(body, field);
        if (response.statusCode() == 200 && value.isPresent() && !value.get().isEmpty()) {
            return value.get();
        }
        String text = stringOf(body, "message")
                .or(() -> stringOf(body, "error"))
                .orElse("status " + response.statusCode() + ", content type \"" + type + "\"");
        throw new PortrApiException(
                response.statusCode(), stringOf(body, "code").orElse(""), text);
    }

    static Optional<String> stringOf(String json, String field) {
        Matcher found = Pattern.compile("\"" + field + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"")
                .matcher(json);
        return found.find() ? Optional.of(unescape(found.group(1))) : Optional.empty();
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            char escaped = text.charAt(++i);
            switch (escaped) {
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 't' -> plain.append('\t');
                case 'b' -> plain.append('\b');
                case 'f' -> plain.append('\f');
                case 'u' -> {
                    plain.append((char) Integer.parseInt(text, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> plain.append(escaped);
            }
        }
        return plain.toString();
    }

    private static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
