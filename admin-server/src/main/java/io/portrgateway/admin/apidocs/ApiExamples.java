package io.portrgateway.admin.apidocs;

import io.portrgateway.admin.apidocs.ApiDocument.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Makes examples out of schemas, so that none is written twice. Thread-safe. */
final class ApiExamples {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final ApiDocument document;

    ApiExamples(ApiDocument document) {
        this.document = document;
    }

    /** The example of a content's first media type, as text; empty when there is none. */
    String of(Node content) {
        for (Map.Entry<String, @Nullable Object> entry : content.mapping().entrySet()) {
            Node media = new Node(entry.getValue());
            if (media.get("example").isThere()) {
                return media.text("example");
            }
            if (entry.getKey().equals("application/json")) {
                @Nullable Object example = value(media.get("schema"));
                return example == null ? "" : JSON.writeValueAsString(example);
            }
        }
        return "";
    }

    private @Nullable Object value(Node node) {
        Node schema = document.resolved(node);
        if (schema.mapping().containsKey("example")) {
            return schema.get("example").value();
        }
        if (schema.get("properties").isThere()) {
            Map<String, @Nullable Object> example = new LinkedHashMap<>();
            schema.get("properties")
                    .mapping()
                    .forEach((name, property) -> example.put(name, value(new Node(property))));
            return example;
        }
        if (schema.get("items").isThere()) {
            @Nullable Object item = value(schema.get("items"));
            return item == null ? List.of() : List.of(item);
        }
        return schema.get("default").value();
    }
}
