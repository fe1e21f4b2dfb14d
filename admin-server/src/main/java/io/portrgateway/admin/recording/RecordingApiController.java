package io.portrgateway.admin.recording;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/recording}: the same as the page. What a call does not name stays as it is; null takes a rule away. */
@RestController
final class RecordingApiController {

    private final Recordings recordings;
    private final ClientAddresses addresses;

    RecordingApiController(Recordings recordings, ClientAddresses addresses) {
        this.recordings = recordings;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/recording")
    Map<String, @Nullable Object> show(Member member) {
        return shape(member, recordings.ofTeam(member.teamId()));
    }

    @RequiresTeamAdmin
    @PutMapping("/api/v1/recording")
    Map<String, @Nullable Object> saveTeam(Member member, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        TeamRecording old = recordings.ofTeam(member.teamId());
        TeamRecording wanted = new TeamRecording(
                mode(body, old.mode()),
                names(body, "redact_headers", old.headers()),
                names(body, "redact_parameters", old.parameters()),
                names(body, "redact_json", old.jsonPaths()),
                body.optionalFlag("encrypted").orElse(old.encrypted()),
                bytes(body, old.maxBytes()),
                body.optionalFlag("audit_bodies").orElse(old.auditBodies()));
        return shape(member, orFail(recordings.save(member, wanted, addresses.of(request))));
    }

    @PutMapping("/api/v1/recording/tunnels/{subdomain}")
    Map<String, @Nullable Object> saveTunnel(
            Member member, @PathVariable("subdomain") String subdomain, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        Optional<TunnelRecording> old = recordings.one(member, subdomain);
        return shape(orFail(recordings.save(
                member,
                subdomain,
                mode(body, old.map(TunnelRecording::mode).orElse(null)),
                body.optionalFlag("private")
                        .orElse(old.map(TunnelRecording::privately).orElse(false)),
                addresses.of(request))));
    }

    /** The result, or an answer that names the field. */
    private static <T> T orFail(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Refused<T>(Refusal refusal) ->
                throw new ApiFailure(refusal.status(), refusal.field() + ": " + refusal.message());
        };
    }

    private static @Nullable RecordingMode mode(JsonObject body, @Nullable RecordingMode old) {
        if (!body.has("mode")) {
            return old;
        }
        if (body.isNull("mode")) {
            return null;
        }
        return body.text("mode")
                .flatMap(RecordingMode::parse)
                .orElseThrow(() -> ApiFailure.badRequest("mode: full, metadata, off or null expected"));
    }

    private static List<String> names(JsonObject body, String field, List<String> old) {
        if (!body.has(field)) {
            return old;
        }
        return body.texts(field).orElseThrow(() -> ApiFailure.badRequest(field + ": a list of texts expected")).stream()
                .map(String::strip)
                .distinct()
                .toList();
    }

    private static @Nullable Long bytes(JsonObject body, @Nullable Long old) {
        if (!body.has("max_bytes")) {
            return old;
        }
        if (body.isNull("max_bytes")) {
            return null;
        }
        return body.number("max_bytes")
                .orElseThrow(() -> ApiFailure.badRequest("max_bytes: a whole number or null expected"));
    }

    private Map<String, @Nullable Object> shape(Member member, TeamRecording rules) {
        RecordingUse use = recordings.use(member.teamId());
        @Nullable RecordingMode mode = rules.mode();
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("mode", mode == null ? null : mode.text());
        shape.put("redact_headers", rules.headers());
        shape.put("redact_parameters", rules.parameters());
        shape.put("redact_json", rules.jsonPaths());
        shape.put("encrypted", rules.encrypted());
        shape.put("max_bytes", rules.maxBytes());
        shape.put("audit_bodies", rules.auditBodies());
        shape.put(
                "tunnels",
                recordings.own(member).stream()
                        .map(RecordingApiController::shape)
                        .toList());
        shape.put("stored_bytes", use.bytes());
        shape.put("days", use.days().stream().map(RecordingApiController::shape).toList());
        return shape;
    }

    private static Map<String, @Nullable Object> shape(TunnelRecording tunnel) {
        @Nullable RecordingMode mode = tunnel.mode();
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("subdomain", tunnel.subdomain());
        shape.put("mode", mode == null ? null : mode.text());
        shape.put("private", tunnel.privately());
        shape.put("live", tunnel.live());
        return shape;
    }

    private static Map<String, Object> shape(RecordingUse.Day day) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("day", day.day().toString());
        shape.put("request_count", day.requestCount());
        shape.put("stored_bytes", day.bytes());
        return shape;
    }
}
