package io.portrgateway.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON object in a request's body, read whatever the content type says (the clients differ), of
 * bounded length, usually {@value #MAX_BYTES} bytes. Immutable.
 */
public final class JsonObject {

    private static final int MAX_BYTES = 64 * 1024;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final JsonNode node;

    private JsonObject(JsonNode node) {
        this.node = node;
    }

    /** Reads the body; an {@link ApiFailure} with 400 when it is not a JSON object, with 413 when it is too long. */
    public static JsonObject read(HttpServletRequest request) {
        return read(request, MAX_BYTES);
    }

    /** The same for a body that may be longer than others, or shorter. */
    public static JsonObject read(HttpServletRequest request, int maxBytes) {
        try {
            byte[] body = request.getInputStream().readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw new ApiFailure(HttpStatus.CONTENT_TOO_LARGE, "request body is too large");
            }
            JsonNode node = MAPPER.readTree(body);
            if (!node.isObject()) {
                throw invalid();
            }
            return new JsonObject(node);
        } catch (JacksonException | IOException unreadable) {
            throw invalid();
        }
    }

    /** Whether the field is there, with whatever value. */
    public boolean has(String field) {
        return node.has(field);
    }

    /** Whether the field is there and null. */
    public boolean isNull(String field) {
        return node.path(field).isNull();
    }

    /** A text field, trimmed; empty when it is absent, null or not a text. */
    public Optional<String> text(String field) {
        JsonNode value = node.path(field);
        return value.isString() ? Optional.of(value.asString().strip()) : Optional.empty();
    }

    /** A text field exactly as it was sent; empty when it is absent, null or not a text. */
    public Optional<String> rawText(String field) {
        JsonNode value = node.path(field);
        return value.isString() ? Optional.of(value.asString()) : Optional.empty();
    }

    /** A boolean field; false when it is absent, null or not a boolean. */
    public boolean flag(String field) {
        return node.path(field).isBoolean() && node.path(field).asBoolean();
    }

    /** A list of texts; empty when it is absent, null or anything else. */
    public Optional<List<String>> texts(String field) {
        JsonNode value = node.path(field);
        boolean texts = value.isArray() && value.valueStream().allMatch(JsonNode::isString);
        return texts ? Optional.of(value.valueStream().map(JsonNode::asString).toList()) : Optional.empty();
    }

    /** A list of whole numbers; empty when it is absent, null or anything else. */
    public Optional<List<Integer>> integers(String field) {
        JsonNode value = node.path(field);
        boolean numbers = value.isArray() && value.valueStream().allMatch(JsonNode::isInt);
        return numbers ? Optional.of(value.valueStream().map(JsonNode::asInt).toList()) : Optional.empty();
    }

    /** A whole number; empty when it is absent, null or anything else. */
    public OptionalInt integer(String field) {
        JsonNode value = node.path(field);
        return value.isInt() ? OptionalInt.of(value.asInt()) : OptionalInt.empty();
    }

    /** A boolean field; empty when it is absent. */
    public Optional<Boolean> optionalFlag(String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw ApiFailure.badRequest(field + ": true or false expected");
        }
        return Optional.of(value.asBoolean());
    }

    /** A number, whole or not; empty when it is absent or something else. */
    public Optional<Double> decimal(String field) {
        JsonNode value = node.path(field);
        return value.isNumber() ? Optional.of(value.asDouble()) : Optional.empty();
    }

    /** A whole number; empty when it is absent or something else. */
    public Optional<Long> number(String field) {
        JsonNode value = node.path(field);
        return value.isIntegralNumber() && value.canConvertToLong() ? Optional.of(value.asLong()) : Optional.empty();
    }

    /** A list of objects; empty when it is absent. */
    public Optional<List<JsonObject>> objects(String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isArray() || value.valueStream().anyMatch(element -> !element.isObject())) {
            throw ApiFailure.badRequest(field + ": a list of objects expected");
        }
        return Optional.of(value.valueStream().map(JsonObject::new).toList());
    }

    private static ApiFailure invalid() {
        return ApiFailure.badRequest("request body is not a JSON object");
    }
}
