package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/team/…}: the members of the team in the header (portr-protocol section 6). */
@RestController
final class MembersApiController {

    private static final int DEFAULT_PAGE_SIZE = 10;
    private static final int MAX_PAGE_SIZE = 100;

    private final Roster roster;
    private final Invitations invitations;
    private final MemberChanges changes;
    private final ClientAddresses addresses;

    MembersApiController(Roster roster, Invitations invitations, MemberChanges changes, ClientAddresses addresses) {
        this.roster = roster;
        this.invitations = invitations;
        this.changes = changes;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/team/users")
    Map<String, Object> list(
            Member member,
            @RequestParam(name = "page", defaultValue = "") String page,
            @RequestParam(name = "page_size", defaultValue = "") String pageSize) {
        int size = clamped(pageSize, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
        int number = clamped(page, 1, Integer.MAX_VALUE / MAX_PAGE_SIZE);
        return MemberJson.page(
                roster.newestFirst(member.teamId(), size, (number - 1) * size), roster.count(member.teamId(), ""));
    }

    @PostMapping("/api/v1/team/add")
    @RequiresTeamAdmin
    Map<String, Object> add(Member member, HttpServletRequest request) {
        JsonObject body = JsonObject.read(request);
        String email = body.text("email")
                .flatMap(Accounts::normalEmail)
                .orElseThrow(() -> ApiFailure.badRequest("email: expected an e-mail address"));
        Role role = Role.parse(body.text("role").filter(text -> !text.isEmpty()).orElse("member"))
                .orElseThrow(() -> ApiFailure.badRequest("role: expected admin or member"));
        TeamName team = new TeamName(member.teamId(), member.teamName(), member.teamSlug());
        Invitations.Invited invited = invitations
                .add(new Invitations.Invitation(
                        member, team, email, role, body.flag("set_superuser"), addresses.of(request)))
                .orFail();
        return MemberJson.invited(invited, team, role);
    }

    @DeleteMapping("/api/v1/team/users/{id:\\d{1,18}}")
    @RequiresTeamAdmin
    Map<String, String> remove(Member member, @PathVariable("id") long id, HttpServletRequest request) {
        changes.remove(member, id, addresses.of(request)).orFail();
        return Map.of("status", "ok");
    }

    @PostMapping("/api/v1/team/users/{id:\\d{1,18}}/reset-password")
    @RequiresTeamAdmin
    @RequiresSuperuser
    Map<String, String> resetPassword(Member member, @PathVariable("id") long id, HttpServletRequest request) {
        return Map.of(
                "password",
                changes.resetPassword(member, id, addresses.of(request)).orFail());
    }

    /** Out of range is clamped, unreadable is the default, as in the original. */
    private static int clamped(String text, int defaultValue, int max) {
        try {
            return text.isBlank() ? defaultValue : Math.clamp(Long.parseLong(text.strip()), 1, max);
        } catch (NumberFormatException notANumber) {
            return defaultValue;
        }
    }
}
