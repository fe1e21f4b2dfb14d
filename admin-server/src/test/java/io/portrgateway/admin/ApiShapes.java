package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Holds answers to the OpenAPI document: the status is one that is described, every required field is there, none that is not
 * described, and all have the described types. As much of JSON Schema as the document uses.
 */
final class ApiShapes {

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";

    private final JsonNode document;

    ApiShapes(Gateway gateway) {
        this.document = gateway.get("/api/v1/openapi.json").json();
    }

    /** The answer, after it was held to the operation with this method and this path of the document. */
    Answer check(String method, String path, Answer answer) {
        JsonNode operation = document.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
        assertThat(operation.isMissingNode())
                .as(method + " " + path + " is described")
                .isFalse();
        JsonNode response = resolved(operation.path("responses").path(Integer.toString(answer.status())));
        assertThat(response.isMissingNode())
                .as(method + " " + path + " describes status " + answer.status() + " of " + answer.body())
                .isFalse();
        JsonNode schema = response.path("content").path("application/json").path("schema");
        if (schema.isMissingNode()) {
            return answer;
        }
        assertThat(answer.header("Content-Type").orElse("")).startsWith("application/json");
        List<String> problems = new ArrayList<>();
        compare(method + " " + path + " " + answer.status(), schema, answer.json(), problems);
        assertThat(problems).as(answer.body()).isEmpty();
        if (answer.status() >= 400) {
            assertThat(answer.text("error")).isEqualTo(answer.text("message")).isNotBlank();
        }
        return answer;
    }

    private void compare(String place, JsonNode reference, JsonNode value, List<String> problems) {
        JsonNode schema = resolved(reference);
        Set<String> types = types(schema.path("type"));
        if (!types.isEmpty() && types.stream().noneMatch(type -> isOfType(type, value))) {
            problems.add(place + ": " + value + " (expected: " + types + ")");
            return;
        }
        if (value.isNull()) {
            return;
        }
        if (schema.has("enum")
                && StreamSupport.stream(schema.path("enum").spliterator(), false)
                        .noneMatch(value::equals)) {
            problems.add(place + ": " + value + " (expected: one of " + schema.path("enum") + ")");
        }
        if (schema.path("format").asString("").equals("date-time")
                && !value.asString().matches(TIME)) {
            problems.add(place + ": " + value + " (expected: UTC in whole seconds)");
        }
        if (value.isArray()) {
            value.forEach(item -> compare(place + "[]", schema.path("items"), item, problems));
        }
        if (value.isObject() && schema.has("properties")) {
            fields(place, schema, value, problems);
        }
    }

    private void fields(String place, JsonNode schema, JsonNode value, List<String> problems) {
        schema.path("required").forEach(field -> {
            if (!value.has(field.asString())) {
                problems.add(place + "." + field.asString() + " is missing");
            }
        });
        value.propertyStream().forEach(field -> {
            JsonNode property = schema.path("properties").path(field.getKey());
            if (property.isMissingNode()) {
                problems.add(place + "." + field.getKey() + " is not described");
            } else {
                compare(place + "." + field.getKey(), property, field.getValue(), problems);
            }
        });
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asString().substring(1)) : node;
    }

    private static Set<String> types(JsonNode type) {
        return type.isArray()
                ? StreamSupport.stream(type.spliterator(), false)
                        .map(JsonNode::asString)
                        .collect(Collectors.toSet())
                : type.isMissingNode() ? Set.of() : Set.of(type.asString());
    }

    private static boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalStateException("type " + type);
        };
    }
}
