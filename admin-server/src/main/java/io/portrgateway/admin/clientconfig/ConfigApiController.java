package io.portrgateway.admin.clientconfig;

import io.portrgateway.admin.account.Caller;
import io.portrgateway.admin.account.Scope;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RateLimits;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import io.portrgateway.admin.web.WithoutSession;
import jakarta.servlet.http.HttpServletRequest;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /api/v1/config/*}: what {@code portr auth set} and {@code config pull} call (portr-protocol 2.1), and the team's
 * template (6.3).
 */
@RestController
final class ConfigApiController {

    private final Teams teams;
    private final ClientConfigs configs;
    private final ClientTemplates templates;
    private final RateLimits limits;
    private final ClientAddresses addresses;

    ConfigApiController(
            Teams teams,
            ClientConfigs configs,
            ClientTemplates templates,
            RateLimits limits,
            ClientAddresses addresses) {
        this.teams = teams;
        this.configs = configs;
        this.templates = templates;
        this.limits = limits;
        this.addresses = addresses;
    }

    @WithoutSession
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

    @GetMapping("/api/v1/config/setup-script")
    Map<String, String> setupScript(Member member) {
        // it holds the key, by which one opens tunnels
        Caller.demand(Scope.WRITE);
        String key = teams.secretKey(member.membershipId())
                .orElseThrow(() ->
                        new ApiFailure(HttpStatus.INTERNAL_SERVER_ERROR, "your secret key cannot be read: rotate it"));
        return Map.of("message", configs.commands(member, key).authSet());
    }

    @GetMapping("/api/v1/config/template")
    Map<String, String> template(Member member) {
        return shape(templates.of(member.teamId()));
    }

    @RequiresTeamAdmin
    @PutMapping("/api/v1/config/template")
    Map<String, String> save(Member member, HttpServletRequest request) {
        String text = JsonObject.read(request)
                .rawText("template")
                .orElseThrow(() -> ApiFailure.badRequest("template: expected a text, YAML with tunnels and groups"));
        return switch (templates.save(member, text, null, addresses.of(request))) {
            case ClientTemplates.Saved.Stored stored -> shape(stored.template());
            case ClientTemplates.Saved.Broken broken -> throw ApiFailure.badRequest(reasons(broken.verdict()));
            case ClientTemplates.Saved.Overtaken overtaken -> shape(overtaken.current());
        };
    }

    private static String reasons(TemplateRules.Verdict verdict) {
        return verdict.problems().stream().map(TemplateProblem::toString).collect(Collectors.joining("; "));
    }

    private static Map<String, String> shape(ClientTemplates.Template template) {
        Map<String, String> shape = new LinkedHashMap<>();
        shape.put("template", template.text());
        shape.put(
                "updated_at",
                template.updatedAt().truncatedTo(ChronoUnit.SECONDS).toString());
        return shape;
    }
}
