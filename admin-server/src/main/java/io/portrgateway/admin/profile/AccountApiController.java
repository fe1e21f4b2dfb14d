package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.ApiTokens;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RequiresSession;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/account}: the caller's sessions and API tokens. Ours; the original has nothing like it. */
@RestController
final class AccountApiController {

    private static final int DEFAULT_DAYS = 90;

    private final OwnSessions sessions;
    private final ApiTokens tokens;
    private final ClientAddresses addresses;

    AccountApiController(OwnSessions sessions, ApiTokens tokens, ClientAddresses addresses) {
        this.sessions = sessions;
        this.tokens = tokens;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/account/sessions")
    Map<String, Object> sessions(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        List<Map<String, @Nullable Object>> data =
                sessions.of(account, request).stream().map(AccountJson::session).toList();
        return Map.of("count", data.size(), "data", data);
    }

    @DeleteMapping("/api/v1/account/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endSession(
            @AuthenticationPrincipal Account account, @PathVariable("id") String id, HttpServletRequest request) {
        if (!sessions.end(account, id, request)) {
            throw new ApiFailure(HttpStatus.NOT_FOUND, "there is no such session");
        }
    }

    /** All but the caller's own; with an API token, all. */
    @DeleteMapping("/api/v1/account/sessions")
    Map<String, Object> endOtherSessions(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        return Map.of("ended", sessions.endOthers(account, request));
    }

    @GetMapping("/api/v1/account/tokens")
    Map<String, Object> tokens(@AuthenticationPrincipal Account account) {
        List<Map<String, @Nullable Object>> data =
                tokens.of(account.id()).stream().map(AccountJson::token).toList();
        return Map.of("count", data.size(), "data", data);
    }

    /** The answer holds the token's value, which is never shown again. */
    @PostMapping("/api/v1/account/tokens")
    @RequiresSession
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, @Nullable Object> makeToken(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        TokenForm form = new TokenForm(
                body.text("name").orElse(""),
                body.texts("scopes").orElse(List.of()),
                body.integer("expires_in_days").orElse(DEFAULT_DAYS));
        ApiTokens.Made made = tokens.make(account, form.check().orFail(), addresses.of(request))
                .orElseThrow(TokensController.TOO_MANY::failure);
        Map<String, @Nullable Object> json = new LinkedHashMap<>(AccountJson.token(made.token()));
        json.put("token", made.value());
        return json;
    }

    @DeleteMapping("/api/v1/account/tokens/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeToken(
            @AuthenticationPrincipal Account account, @PathVariable("id") long id, HttpServletRequest request) {
        if (!tokens.revoke(account, id, addresses.of(request))) {
            throw new ApiFailure(HttpStatus.NOT_FOUND, "there is no such token");
        }
    }
}
