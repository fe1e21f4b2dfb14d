package io.portrgateway.admin.clientconfig;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/v1/config/download}: what {@code portr auth set} and {@code config pull} call (portr-protocol 2.1). */
@RestController
final class ConfigApiController {

    private final Teams teams;
    private final ClientConfigs configs;
    private final RateLimits limits;

    ConfigApiController(Teams teams, ClientConfigs configs, RateLimits limits) {
        this.teams = teams;
        this.configs = configs;
        this.limits = limits;
    }

    @PostMapping("/api/v1/config/download")
    Map<String, Object> download(HttpServletRequest request) {
        limits.countApiCall(request);
        String key = JsonObject.read(request).text("secret_key").orElse("");
        limits.countKey(key);
        Member member =
                teams.bySecretKey(key).orElseThrow(() -> new ApiFailure(HttpStatus.UNAUTHORIZED, "invalid secret key"));
        ClientConfigs.Download download = configs.download(member, key);
        return Map.of("message", download.yaml(), "has_template", download.hasTemplate());
    }
}
