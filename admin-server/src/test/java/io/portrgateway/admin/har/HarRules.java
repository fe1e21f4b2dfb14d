package io.portrgateway.admin.har;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** HAR 1.2 as its specification has it: which fields there must be, of which type, and how the times add up. */
public final class HarRules {

    private HarRules() {}

    /** Fails with the field that breaks a rule. */
    public static void check(JsonNode file) {
        JsonNode log = file.path("log");
        texts(log, "log", "version");
        assertThat(log.path("version").asString()).isEqualTo("1.2");
        texts(log.path("creator"), "creator", "name", "version");
        assertThat(log.path("entries").isArray()).isTrue();
        int number = 0;
        for (JsonNode entry : log.path("entries")) {
            entry("entry " + ++number, entry);
        }
    }

    private static void entry(String at, JsonNode entry) {
        OffsetDateTime.parse(entry.path("startedDateTime").asString());
        assertThat(entry.path("cache").isObject()).as(at).isTrue();
        request(at + " request", entry.path("request"));
        response(at + " response", entry.path("response"));
        double sum = 0;
        JsonNode timings = entry.path("timings");
        for (String phase : List.of("blocked", "dns", "connect", "ssl", "send", "wait", "receive")) {
            double value = timings.path(phase).asDouble();
            assertThat(timings.path(phase).isNumber()).as(at + " " + phase).isTrue();
            boolean needed = List.of("send", "wait", "receive").contains(phase);
            assertThat(value >= 0 || (value == -1 && !needed))
                    .as(at + " " + phase)
                    .isTrue();
            sum += phase.equals("ssl") ? 0 : Math.max(0, value);
        }
        assertThat(entry.path("time").asDouble())
                .as(at + " time")
                .isEqualTo(sum, org.assertj.core.data.Offset.offset(0.01));
        entry.propertyNames()
                .forEach(name -> assertThat(name.startsWith("_")
                                || List.of("startedDateTime", "time", "request", "response", "cache", "timings")
                                        .contains(name))
                        .as(at + " " + name)
                        .isTrue());
    }

    private static void request(String at, JsonNode request) {
        texts(request, at, "method", "url", "httpVersion");
        numbers(request, at, "headersSize", "bodySize");
        pairs(at + " cookies", request.path("cookies"));
        pairs(at + " headers", request.path("headers"));
        pairs(at + " queryString", request.path("queryString"));
        if (request.has("postData")) {
            texts(request.path("postData"), at, "mimeType", "text");
            if (request.path("postData").has("params")) {
                pairs(at + " params", request.path("postData").path("params"));
            }
        }
    }

    private static void response(String at, JsonNode response) {
        texts(response, at, "statusText", "httpVersion", "redirectURL");
        numbers(response, at, "status", "headersSize", "bodySize");
        pairs(at + " cookies", response.path("cookies"));
        pairs(at + " headers", response.path("headers"));
        JsonNode content = response.path("content");
        texts(content, at, "mimeType");
        numbers(content, at, "size");
        if (content.has("encoding")) {
            assertThat(content.path("encoding").asString()).isEqualTo("base64");
            Base64.getDecoder().decode(content.path("text").asString());
        }
        if (content.has("compression")) {
            assertThat(content.path("compression").asLong())
                    .as(at)
                    .isEqualTo(content.path("size").asLong()
                            - response.path("bodySize").asLong());
        }
    }

    private static void texts(JsonNode node, String at, String... fields) {
        for (String field : fields) {
            assertThat(node.path(field).isString()).as(at + " " + field).isTrue();
        }
    }

    private static void numbers(JsonNode node, String at, String... fields) {
        for (String field : fields) {
            assertThat(node.path(field).isIntegralNumber()).as(at + " " + field).isTrue();
        }
    }

    private static void pairs(String at, JsonNode list) {
        assertThat(list.isArray()).as(at).isTrue();
        list.forEach(pair -> texts(pair, at, "name", "value"));
    }
}
