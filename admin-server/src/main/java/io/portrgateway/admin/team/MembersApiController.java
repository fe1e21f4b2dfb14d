package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/v1/admin/users}: what {@code portr admin users add} calls (portr-protocol 2.4). */
@RestController
final class MembersApiController {

    private final Teams teams;
    private final Invitations invitations;
    private final RateLimits limits;
    private final ClientAddresses addresses;

    MembersApiController(Teams teams, Invitations invitations, RateLimits limits, ClientAddresses addresses) {
        this.teams = teams;
        this.invitations = invitations;
        this.limits = limits;
        this.addresses = addresses;
    }

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
        if (!caller.mayAdminister(team.id())) {
            throw new ApiFailure(
                    HttpStatus.FORBIDDEN, "only an admin of team " + slug + " or a superuser may add users to it");
        }
        Invitations.Invited invited =
                invite(new Invitations.Invitation(caller, team, email, role, addresses.of(request)));
        return result(invited, team, role);
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

    private Invitations.Invited invite(Invitations.Invitation invitation) {
        try {
            return invitations.invite(invitation).orElseThrow(() -> alreadyMember(invitation));
        } catch (DataIntegrityViolationException addedMeanwhile) {
            // a second call for the same person was a moment faster
            return invitations.invite(invitation).orElseThrow(() -> alreadyMember(invitation));
        }
    }

    private static ApiFailure alreadyMember(Invitations.Invitation invitation) {
        return new ApiFailure(
                HttpStatus.CONFLICT,
                invitation.email() + " is already a member of team "
                        + invitation.team().slug());
    }

    private static Map<String, Object> result(Invitations.Invited invited, TeamName team, Role role) {
        Map<String, Object> teamUser = new LinkedHashMap<>();
        teamUser.put("id", invited.member().membershipId());
        teamUser.put("user", user(invited.account()));
        teamUser.put("role", role.text());
        teamUser.put("created_at", seconds(invited.member().createdAt()));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("team_user", teamUser);
        result.put("team", Map.of("id", team.id(), "name", team.name(), "slug", team.slug()));
        invited.password().ifPresent(password -> result.put("password", password));
        return result;
    }

    private static Map<String, @Nullable Object> user(Account account) {
        Map<String, @Nullable Object> user = new LinkedHashMap<>();
        user.put("id", account.id());
        user.put("email", account.email());
        user.put("first_name", account.firstName());
        user.put("last_name", account.lastName());
        user.put("is_superuser", account.superuser());
        return user;
    }

    private static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
