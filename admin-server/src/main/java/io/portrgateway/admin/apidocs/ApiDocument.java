package io.portrgateway.admin.apidocs;

import io.portrgateway.admin.settings.AdminSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document, read when it is first asked for. What follows from {@code x-access} is added here and not written down
 * for every operation: how to say who you are. Thread-safe.
 */
@Service
class ApiDocument {

    private static final String FILE = "/apidocs/openapi.yaml";

    private final String server;
    private volatile @Nullable Node root;

    ApiDocument(AdminSettings settings) {
        this.server = settings.publicAddresses().server().toString();
    }

    /** The whole document. */
    Node root() {
        Node known = root;
        if (known == null) {
            known = new Node(read());
            root = known;
        }
        return known;
    }

    private Map<String, @Nullable Object> read() {
        try (InputStream file = ApiDocument.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException("no resource " + FILE);
            }
            Map<String, @Nullable Object> document = Node.mapping(new Yaml(new SafeConstructor(strict())).load(file));
            document.put("servers", List.of(Map.of("url", server)));
            Map<String, @Nullable Object> paths = Node.mapping(document.get("paths"));
            paths.replaceAll((path, methods) -> {
                Map<String, @Nullable Object> operations = Node.mapping(methods);
                operations.replaceAll((method, operation) -> secured(path, method, Node.mapping(operation)));
                return operations;
            });
            document.put("paths", paths);
            return document;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static LoaderOptions strict() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return options;
    }

    private static Map<String, @Nullable Object> secured(
            String path, String method, Map<String, @Nullable Object> operation) {
        operation.putIfAbsent(
                "operationId", method + path.replaceFirst("^/api/v1", "").replaceAll("[^a-zA-Z0-9]+", "_"));
        switch (String.valueOf(operation.get("x-access"))) {
            case "open", "key" -> operation.putIfAbsent("security", List.of());
            case "session-only" -> operation.putIfAbsent("security", List.of(Map.of("session", List.of())));
            default ->
                operation.putIfAbsent("security", List.of(Map.of("session", List.of()), Map.of("apiToken", List.of())));
        }
        return operation;
    }

    /** One place in the document. Immutable, as far as anybody here changes it. */
    record Node(@Nullable Object value) {

        /** A copy of a mapping; empty when the value is none. */
        static Map<String, @Nullable Object> mapping(@Nullable Object value) {
            Map<String, @Nullable Object> mapping = new LinkedHashMap<>();
            if (value instanceof Map<?, ?> map) {
                map.forEach((key, member) -> mapping.put(String.valueOf(key), member));
            }
            return mapping;
        }

        Map<String, @Nullable Object> mapping() {
            return mapping(value);
        }

        List<Node> list() {
            return value instanceof List<?> list ? list.stream().map(Node::new).toList() : List.of();
        }

        Node get(String key) {
            return new Node(value instanceof Map<?, ?> map ? map.get(key) : null);
        }

        String text(String key) {
            @Nullable Object text = get(key).value();
            return text == null ? "" : text.toString().strip();
        }

        boolean isThere() {
            return value != null;
        }
    }

    /** The node itself, or the one that its {@code $ref} points to. */
    Node resolved(Node node) {
        String reference = node.text("$ref");
        if (reference.isEmpty()) {
            return node;
        }
        Node target = root();
        for (String step : reference.substring("#/".length()).split("/")) {
            target = target.get(step);
        }
        if (!target.isThere()) {
            throw new IllegalStateException("$ref: " + reference + " (expected: a place in " + FILE + ")");
        }
        return target;
    }
}
