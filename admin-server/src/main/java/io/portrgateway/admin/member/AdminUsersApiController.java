package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.team.FirstAdministrator;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RateLimits;
import io.portrgateway.admin.web.WithoutSession;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/v1/admin/users}: what {@code portr admin users add} calls (portr-protocol 2.4). */
@RestController
final class AdminUsersApiController {

    private final Teams teams;
    private final Invitations invitations;
    private final RateLimits limits;
    private final ClientAddresses addresses;

    AdminUsersApiController(Teams teams, Invitations invitations, RateLimits limits, ClientAddresses addresses) {
        this.teams = teams;
        this.invitations = invitations;
        this.limits = limits;
        this.addresses = addresses;
    }

    @WithoutSession
    @PostMapping("/api/v1/admin/users")
    Map<String, Object> add(HttpServletRequest request) {
        limits.countApiCall(request);
        Member caller = caller(request);
        JsonObject body = JsonObject.read(request);
        String email = body.text("email")
                .flatMap(Accounts::normalEmail)
                .orElseThrow(() -> ApiFailure.badRequest("email: expected an e-mail address"));
        Role role = Role.parse(body.text("role").filter(text -> !text.isEmpty()).orElse("member"))
                .orElseThrow(() -> ApiFailure.badRequest("role: expected admin or member"));
        String slug =
                body.text("team_slug").filter(text -> !text.isEmpty()).orElse(FirstAdministrator.DEFAULT_TEAM_SLUG);
        TeamName team =
                teams.bySlug(slug).orElseThrow(() -> new ApiFailure(HttpStatus.NOT_FOUND, "there is no team " + slug));
        Invitations.Invited invited = invitations
                .add(new Invitations.Invitation(caller, team, email, role, false, addresses.of(request)))
                .orFail();
        return MemberJson.invited(invited, team, role);
    }

    private Member caller(HttpServletRequest request) {
        String key = bearer(request.getHeader("Authorization"))
                .orElseThrow(
                        () -> new ApiFailure(HttpStatus.UNAUTHORIZED, "Authorization: Bearer <secret key> expected"));
        limits.countKey(key);
        return teams.bySecretKey(key).orElseThrow(() -> new ApiFailure(HttpStatus.UNAUTHORIZED, "invalid secret key"));
    }

    /** Exactly two fields, the scheme in any case. */
    static Optional<String> bearer(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        String[] fields = header.strip().split("\\s+");
        return fields.length == 2 && fields[0].equalsIgnoreCase("bearer") ? Optional.of(fields[1]) : Optional.empty();
    }
}
