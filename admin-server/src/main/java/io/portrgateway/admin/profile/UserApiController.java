package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.Caller;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.account.Profiles;
import io.portrgateway.admin.account.Scope;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RequiresSession;
import io.portrgateway.admin.web.TooManyRequests;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/user/me}: who the caller is (portr-protocol section 6). */
@RestController
final class UserApiController {

    private final Accounts accounts;
    private final Profiles profiles;
    private final PasswordSignIn passwords;
    private final Teams teams;

    UserApiController(Accounts accounts, Profiles profiles, PasswordSignIn passwords, Teams teams) {
        this.accounts = accounts;
        this.profiles = profiles;
        this.passwords = passwords;
        this.teams = teams;
    }

    /** The membership as it is stored, whatever rights the caller's token has; the key only for what may also rotate it. */
    @GetMapping("/api/v1/user/me")
    Map<String, @Nullable Object> me(@AuthenticationPrincipal Account account, Member member) {
        Member stored = teams.member(account.id(), member.teamSlug()).orElse(member);
        boolean showsKey =
                Caller.current().map(caller -> caller.has(Scope.WRITE)).orElse(false);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", stored.membershipId());
        json.put("user", user(account.id()));
        json.put("team", AccountJson.team(stored));
        json.put("role", stored.role().text());
        json.put("secret_key", showsKey ? teams.secretKey(stored.membershipId()).orElse(null) : null);
        json.put(
                "created_at",
                AccountJson.time(teams.memberSince(stored.membershipId()).orElse(null)));
        return json;
    }

    @GetMapping("/api/v1/user/me/teams")
    List<Map<String, Object>> teams(@AuthenticationPrincipal Account account) {
        return teams.ofUser(account.id()).stream().map(AccountJson::team).toList();
    }

    /** What is absent or null stays as it is. */
    @PatchMapping("/api/v1/user/me/update")
    Map<String, @Nullable Object> update(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        String firstName = name(body, "first_name", account.firstName());
        String lastName = name(body, "last_name", account.lastName());
        profiles.rename(account, firstName, lastName, request);
        return user(account.id());
    }

    /**
     * Beyond the original's {@code password}, {@code current_password} is needed where there is one: without it, any script
     * that gets to run in a signed-in browser could take the account over.
     */
    @PatchMapping("/api/v1/user/me/change-password")
    @RequiresSession
    Map<String, @Nullable Object> changePassword(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        if (!passwords.isAllowed()) {
            throw new ApiFailure(HttpStatus.FORBIDDEN, "passwords are switched off on this gateway");
        }
        JsonObject body = JsonObject.read(request);
        String current = body.rawText("current_password").orElse("");
        String fresh = body.rawText("password").orElse("");
        return switch (profiles.changePassword(account, current, fresh, request)) {
            case Profiles.PasswordChange.Done done -> user(account.id());
            case Profiles.PasswordChange.WrongCurrent wrong ->
                throw ApiFailure.badRequest("current_password: this is not your current password");
            case Profiles.PasswordChange.Unfit unfit -> throw ApiFailure.badRequest("password: " + unfit.problem());
            case Profiles.PasswordChange.Limited limited -> throw new TooManyRequests(limited.retryAfter());
        };
    }

    private Map<String, @Nullable Object> user(long id) {
        Account stored = accounts.byId(id).orElseThrow(() -> new ApiFailure(HttpStatus.UNAUTHORIZED, "sign in"));
        return AccountJson.user(stored, accounts.avatarUrl(id));
    }

    private static String name(JsonObject body, String field, @Nullable String before) {
        Optional<String> text = body.text(field);
        if (text.filter(name -> name.length() > Profiles.MAX_NAME_CHARS).isPresent()) {
            throw ApiFailure.badRequest(field + ": at most " + Profiles.MAX_NAME_CHARS + " characters");
        }
        return text.orElse(Objects.requireNonNullElse(before, ""));
    }
}
