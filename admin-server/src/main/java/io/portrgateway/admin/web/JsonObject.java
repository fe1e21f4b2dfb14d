package io.portrgateway.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON object in a request's body, read whatever the content type says (the clients differ), at most
 * {@value #MAX_BYTES} bytes. Immutable.
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
        try {
            byte[] body = request.getInputStream().readNBytes(MAX_BYTES + 1);
            if (body.length > MAX_BYTES) {
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

    /** A text field, trimmed; empty when it is absent, null or not a text. */
    public Optional<String> text(String field) {
        JsonNode value = node.path(field);
        return value.isString() ? Optional.of(value.asString().strip()) : Optional.empty();
    }

    private static ApiFailure invalid() {
        return ApiFailure.badRequest("request body is not a JSON object");
    }
}
