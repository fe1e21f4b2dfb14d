package io.portrgateway.admin.connection;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RateLimits;
import io.portrgateway.admin.web.WithoutSession;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/v1/connections/}: the client asks for a tunnel (portr-protocol 2.2). */
@RestController
final class ConnectionApiController {

    private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final Teams teams;
    private final Connections connections;
    private final RateLimits limits;

    ConnectionApiController(Teams teams, Connections connections, RateLimits limits) {
        this.teams = teams;
        this.connections = connections;
        this.limits = limits;
    }

    /** Order of the checks: body, key blank, type, subdomain, key, conflicts. */
    @WithoutSession
    @PostMapping("/api/v1/connections")
    Map<String, String> create(HttpServletRequest request) {
        limits.countApiCall(request);
        JsonObject body = JsonObject.read(request);
        String key = body.text("secret_key")
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> ApiFailure.badRequest("secret_key is required"));
        String type = body.text("connection_type").orElse("");
        Reserved reserved = switch (type) {
            case "http" -> {
                String subdomain = subdomain(body.text("subdomain"));
                yield connections.reserveHttp(member(key), subdomain);
            }
            case "tcp" -> connections.reserveTcp(member(key));
            default -> throw ApiFailure.badRequest("connection_type: expected http or tcp");
        };
        return switch (reserved) {
            case Reserved.Granted granted -> Map.of("connection_id", granted.connectionId());
            case Reserved.Refused refused ->
                throw new ApiFailure(HttpStatus.CONFLICT, refused.code(), refused.message());
            case Reserved.Busy busy ->
                throw new ApiFailure(
                        HttpStatus.SERVICE_UNAVAILABLE, "too many requests for this subdomain at once, try again");
        };
    }

    private static String subdomain(Optional<String> text) {
        String subdomain = text.map(name -> name.toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .orElseThrow(() -> ApiFailure.badRequest("subdomain is required for http connections"));
        if (!SUBDOMAIN.matcher(subdomain).matches()) {
            throw ApiFailure.badRequest(
                    "subdomain: expected 1-63 letters a-z, digits or hyphens, no hyphen at either end");
        }
        return subdomain;
    }

    private Member member(String key) {
        limits.countKey(key);
        return teams.bySecretKey(key).orElseThrow(() -> new ApiFailure(HttpStatus.UNAUTHORIZED, "invalid secret key"));
    }
}
