package io.portrgateway.admin.compare;

import io.portrgateway.admin.body.Content;
import io.portrgateway.admin.body.Kind;
import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.StoredBody;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** One of two exchanges with its bodies. Immutable. */
record Side(Exchange exchange, Body request, Body response) {

    static Side of(Exchange exchange, Optional<StoredBody> request, Optional<StoredBody> response) {
        return new Side(
                exchange,
                Body.of(exchange, Direction.TO_UPSTREAM, request),
                Body.of(exchange, Direction.TO_VISITOR, response));
    }

    Body body(Direction direction) {
        return direction == Direction.TO_UPSTREAM ? request : response;
    }

    /**
     * A body with what can be read of it. Immutable.
     *
     * @param text null when it is none
     * @param problem why it could not be unpacked; null when it could
     */
    record Body(
            StoredBody stored,
            @Nullable String text,
            @Nullable String problem) {

        private static final JsonMapper JSON = JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
                // two members of one name are more than a tree can hold
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();

        static Body of(Exchange exchange, Direction direction, Optional<StoredBody> stored) {
            StoredBody body = stored.orElseGet(() -> StoredBody.none(exchange.bytes(direction)));
            return of(
                    body,
                    exchange.header(direction, "content-type").orElse(null),
                    exchange.header(direction, "content-encoding").orElse(null));
        }

        static Body of(StoredBody body, @Nullable String contentType, @Nullable String contentCoding) {
            Content content = Content.of(body, contentType, contentCoding);
            return new Body(body, isText(content) ? content.text() : null, content.codingProblem());
        }

        private static boolean isText(Content content) {
            return content.whatKind().isText()
                    // most parts of most forms are text; a picture among them is not
                    || (content.whatKind() == Kind.MULTIPART
                            && content.text().indexOf('\0') < 0
                            && content.text().indexOf('\ufffd') < 0);
        }

        /** Whether bytes passed, and none of them were kept. */
        boolean isUnknown() {
            return stored.content().length == 0 && stored.totalBytes() > 0;
        }

        boolean isText() {
            return text != null;
        }

        List<String> lines() {
            return text == null ? List.of() : text.lines().toList();
        }

        /** What it says as JSON, in lines with sorted members; nothing when it is no JSON. */
        Optional<List<String>> json() {
            if (text == null
                    || text.isBlank()
                    || "{[".indexOf(text.stripLeading().charAt(0)) < 0) {
                return Optional.empty();
            }
            try {
                JsonNode tree = JSON.readTree(text);
                return Optional.of(JSON.writeValueAsString(tree).lines().toList());
            } catch (JacksonException noJson) {
                return Optional.empty();
            }
        }
    }
}
