package io.portrgateway.admin.signup;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.signup.SignUpRules.Current;
import io.portrgateway.admin.signup.SignUpRules.Wish;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RequiresSuperuser;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /api/v1/auto-signup}: the original's shape, and beside it {@code auto_signup_github} with our rules. What a PATCH does
 * not name stays as it is; a list that it names is replaced.
 */
@RestController
@RequiresSuperuser
final class SignUpApiController {

    private final SignUpRules rules;
    private final ClientAddresses addresses;

    SignUpApiController(SignUpRules rules, ClientAddresses addresses) {
        this.rules = rules;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/auto-signup")
    Map<String, Object> show() {
        return json(rules.current());
    }

    @PatchMapping("/api/v1/auto-signup")
    Map<String, Object> replace(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        Current current = rules.current();
        Wish before = current.wish();
        Wish wish = new Wish(
                body.optionalFlag("auto_signup_enabled").orElse(before.enabled()),
                body.objects("auto_signup_domains")
                        .map(rows ->
                                rows.stream().map(row -> domain(row, current)).toList())
                        .orElse(before.domains()),
                body.objects("auto_signup_github")
                        .map(rows ->
                                rows.stream().map(SignUpApiController::gitHub).toList())
                        .orElse(before.gitHub()));
        return json(rules.replace(wish, account, addresses.of(request)).orFail());
    }

    /** A client of the original knows no roles: without one, the domain's own is kept. */
    private static Wish.Domain domain(JsonObject row, Current current) {
        String domain = SignUpCheck.normalDomain(row.text("domain").orElse(""));
        Role kept = current.domains().stream()
                .filter(rule -> rule.domain().equals(domain))
                .map(SignUpRule.ByDomain::role)
                .findFirst()
                .orElse(Role.MEMBER);
        return new Wish.Domain(
                domain, team(row, "auto_signup_domains"), role(row).orElse(kept));
    }

    private static Wish.GitHub gitHub(JsonObject row) {
        return new Wish.GitHub(
                SignUpCheck.normalName(row.text("organization").orElse("")),
                row.text("github_team").map(SignUpCheck::normalName).filter(text -> !text.isEmpty()),
                team(row, "auto_signup_github"),
                role(row).orElse(Role.MEMBER));
    }

    private static long team(JsonObject row, String list) {
        return row.number("team_id")
                .orElseThrow(() -> ApiFailure.badRequest(list + ": team_id is missing or not a number"));
    }

    private static Optional<Role> role(JsonObject row) {
        Optional<String> text = row.text("role");
        if (text.isPresent() && text.flatMap(Role::parse).isEmpty()) {
            throw ApiFailure.badRequest("role: " + text.get() + " (expected: admin or member)");
        }
        return text.flatMap(Role::parse);
    }

    private Map<String, Object> json(Current current) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("github_auth_enabled", rules.isGitHubConfigured());
        json.put("auto_signup_enabled", current.enabled());
        json.put(
                "auto_signup_domains",
                current.domains().stream()
                        .map(rule -> json(rule, "domain", rule.domain()))
                        .toList());
        json.put(
                "auto_signup_github",
                current.gitHub().stream()
                        .map(rule -> {
                            Map<String, @Nullable Object> row = json(rule, "organization", rule.organization());
                            row.put("github_team", rule.gitHubTeam());
                            return row;
                        })
                        .toList());
        return json;
    }

    private static Map<String, @Nullable Object> json(SignUpRule rule, String key, String value) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", rule.id());
        row.put(key, value);
        row.put("team_id", rule.teamId());
        row.put("team", Map.of("id", rule.teamId(), "name", rule.teamName(), "slug", rule.teamSlug()));
        row.put("role", rule.role().text());
        return row;
    }
}
