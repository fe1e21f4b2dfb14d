package io.portrgateway.helm;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * As much of a Kubernetes API as Helm's {@code lookup} asks for: discovery of the core group, and single Secrets. One for the
 * whole JVM, because Helm's library finds it by KUBECONFIG. Thread-safe.
 */
final class StubApiServer {

    private static final StubApiServer INSTANCE = new StubApiServer();

    private final Map<String, Object> objects = new ConcurrentHashMap<>();

    private StubApiServer() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.start();
            Path kubeconfig = Path.of(System.getenv("KUBECONFIG"));
            Files.createDirectories(kubeconfig.toAbsolutePath().getParent());
            Files.writeString(kubeconfig, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: stub, cluster: {server: "http://127.0.0.1:%d"}}]
                    users: [{name: stub, user: {}}]
                    contexts: [{name: stub, context: {cluster: stub, user: stub}}]
                    current-context: stub
                    """.formatted(server.getAddress().getPort()));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The running stub, without any object in it. */
    static StubApiServer empty() {
        INSTANCE.objects.clear();
        return INSTANCE;
    }

    /** From now on this Secret is in the cluster. */
    void has(String namespace, String secretName, Map<String, String> data) {
        objects.put(
                "/api/v1/namespaces/" + namespace + "/secrets/" + secretName,
                Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Secret",
                        "metadata",
                        Map.of("name", secretName, "namespace", namespace),
                        "data",
                        data));
    }

    private void answer(HttpExchange exchange) throws IOException {
        Object body = switch (exchange.getRequestURI().getPath()) {
            case "/version" -> Map.of("major", "1", "minor", "33", "gitVersion", "v1.33.0");
            case "/api" -> Map.of("kind", "APIVersions", "versions", List.of("v1"));
            case "/apis" -> Map.of("kind", "APIGroupList", "apiVersion", "v1", "groups", List.of());
            case "/api/v1" ->
                Map.of(
                        "kind",
                        "APIResourceList",
                        "groupVersion",
                        "v1",
                        "resources",
                        List.of(Map.of(
                                "name",
                                "secrets",
                                "singularName",
                                "secret",
                                "namespaced",
                                true,
                                "kind",
                                "Secret",
                                "verbs",
                                List.of("get", "list"))));
            default -> objects.get(exchange.getRequestURI().getPath());
        };
        int status = body == null ? 404 : 200;
        if (body == null) {
            body = Map.of("kind", "Status", "apiVersion", "v1", "status", "Failure", "reason", "NotFound", "code", 404);
        }
        byte[] bytes = new Gson().toJson(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
