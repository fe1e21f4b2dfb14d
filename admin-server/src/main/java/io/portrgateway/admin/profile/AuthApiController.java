package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.account.SignInMethod;
import io.portrgateway.admin.account.SignInWays;
import io.portrgateway.admin.account.SignIns;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RequiresSession;
import io.portrgateway.admin.web.TooManyRequests;
import io.portrgateway.admin.web.WithoutSession;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/auth}: signing in and out for programs that keep cookies (portr-protocol 6.1). */
@RestController
final class AuthApiController {

    private final PasswordSignIn passwords;
    private final SignInWays ways;
    private final SignIns signIns;
    private final Teams teams;

    AuthApiController(PasswordSignIn passwords, SignInWays ways, SignIns signIns, Teams teams) {
        this.passwords = passwords;
        this.ways = ways;
        this.signIns = signIns;
        this.teams = teams;
    }

    /**
     * What a sign-in page has to know. There is no first sign-up here: the first administrator is whom the operator named, and
     * comes in by a one-time link.
     */
    @GetMapping("/api/v1/auth/auth-config")
    @WithoutSession
    Map<String, Boolean> config() {
        return Map.of("is_first_signup", false, "github_auth_enabled", ways.github());
    }

    /** A refusal names both fields, so that whoever shows errors beside fields shows the same for every reason. */
    @PostMapping("/api/v1/auth/login")
    @WithoutSession
    ResponseEntity<Map<String, Object>> login(HttpServletRequest request, HttpServletResponse response) {
        JsonObject body = JsonObject.read(request);
        String email = body.text("email").orElse("");
        String password = body.rawText("password").orElse("");
        if (!passwords.isAllowed()) {
            throw new ApiFailure(HttpStatus.FORBIDDEN, "signing in with a password is switched off on this gateway");
        }
        return switch (passwords.attempt(email, password, request)) {
            case PasswordSignIn.Outcome.Known known -> {
                signIns.complete(known.account(), SignInMethod.PASSWORD, request, response);
                yield ResponseEntity.ok(Map.of("redirect_to", landing(known.account())));
            }
            case PasswordSignIn.Outcome.Refused refused -> {
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("error", PasswordSignIn.WRONG);
                json.put("message", PasswordSignIn.WRONG);
                json.put("email", PasswordSignIn.WRONG);
                json.put("password", PasswordSignIn.WRONG);
                yield ResponseEntity.badRequest().body(json);
            }
            case PasswordSignIn.Outcome.Limited limited -> throw new TooManyRequests(limited.retryAfter());
        };
    }

    @PostMapping("/api/v1/auth/logout")
    @RequiresSession
    ResponseEntity<String> logout(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        signIns.signOut(account, request);
        return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body("signed out");
    }

    private String landing(Account account) {
        return teams.ofUser(account.id()).stream()
                .findFirst()
                .map(member -> "/" + member.teamSlug() + "/overview")
                .orElse("/");
    }
}
