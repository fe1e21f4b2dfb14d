package io.portrgateway.admin.apidocs;

import io.portrgateway.admin.apidocs.ApiDocument.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The document as the page shows it. Immutable. */
record ApiDocsView(String title, String description, List<Group> groups) {

    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    /** The operations of one tag. */
    record Group(String id, String name, String description, List<Operation> operations) {}

    /** One method of one path. */
    record Operation(
            String id,
            String method,
            String path,
            String summary,
            String description,
            String access,
            List<Parameter> parameters,
            String requestExample,
            List<Response> responses) {

        /** Colour of the method's badge. */
        public String methodClass() {
            return switch (method) {
                case "GET" -> "badge accent";
                case "DELETE" -> "badge bad";
                default -> "badge good";
            };
        }
    }

    record Parameter(String name, String place, boolean required, String description) {}

    record Response(String status, String description, String example) {

        public String statusClass() {
            return status.startsWith("2") ? "badge good" : status.startsWith("5") ? "badge bad" : "badge warn";
        }
    }

    static ApiDocsView of(ApiDocument document) {
        Node root = document.root();
        ApiExamples examples = new ApiExamples(document);
        List<Operation> all = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        root.get("paths").mapping().forEach((path, methods) -> {
            for (String method : METHODS) {
                Node operation = new Node(methods).get(method);
                if (operation.isThere()) {
                    all.add(operation(path, method, operation, document, examples));
                    tags.add(String.valueOf(
                            operation.get("tags").list().getFirst().value()));
                }
            }
        });
        List<Group> groups = new ArrayList<>();
        for (Node tag : root.get("tags").list()) {
            List<Operation> operations = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (tags.get(i).equals(tag.text("name"))) {
                    operations.add(all.get(i));
                }
            }
            if (!operations.isEmpty()) {
                String id = tag.text("name").toLowerCase(Locale.ROOT).replace(' ', '-');
                groups.add(new Group(id, tag.text("name"), tag.text("description"), List.copyOf(operations)));
            }
        }
        return new ApiDocsView(
                root.get("info").text("title"), root.get("info").text("description"), List.copyOf(groups));
    }

    private static Operation operation(
            String path, String method, Node operation, ApiDocument document, ApiExamples examples) {
        List<Parameter> parameters = operation.get("parameters").list().stream()
                .map(document::resolved)
                .map(ApiDocsView::parameter)
                .toList();
        List<Response> responses = new ArrayList<>();
        for (Map.Entry<String, @Nullable Object> entry :
                operation.get("responses").mapping().entrySet()) {
            Node response = document.resolved(new Node(entry.getValue()));
            // of an error everybody knows the shape; it is shown once, at the top
            String example = entry.getKey().startsWith("2") ? examples.of(response.get("content")) : "";
            responses.add(new Response(entry.getKey(), response.text("description"), example));
        }
        return new Operation(
                operation.text("operationId"),
                method.toUpperCase(Locale.ROOT),
                path,
                operation.text("summary"),
                operation.text("description"),
                access(operation.text("x-access")),
                parameters,
                examples.of(operation.get("requestBody").get("content")),
                List.copyOf(responses));
    }

    private static Parameter parameter(Node parameter) {
        Node schema = parameter.get("schema");
        String description = List.of(
                        parameter.text("description"),
                        choices(schema),
                        schema.get("default").isThere() ? "default " + schema.text("default") : "",
                        parameter.get("example").isThere() ? "such as " + parameter.text("example") : "")
                .stream()
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
        return new Parameter(
                parameter.text("name"),
                parameter.text("in"),
                Boolean.TRUE.equals(parameter.get("required").value()),
                description);
    }

    private static String choices(Node schema) {
        return schema.get("enum").list().stream()
                .map(choice -> String.valueOf(choice.value()))
                .collect(Collectors.joining(" or "));
    }

    private static String access(String access) {
        return switch (access) {
            case "open" -> "everybody";
            case "key" -> "secret key";
            case "session" -> "signed in";
            case "session-only" -> "signed in, no API token";
            case "member" -> "member of the team";
            case "admin" -> "admin of the team";
            case "superuser" -> "superuser";
            default -> throw new IllegalStateException("x-access: " + access);
        };
    }
}
