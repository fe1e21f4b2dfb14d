package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.team.Actor;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.TeamName;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Paging;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Who is in the team, and inviting more. */
@Controller
final class MembersController {

    private static final int PAGE_SIZE = 50;
    private static final int MAX_SEARCH_CHARS = 100;
    private static final String LIST = "member/members";
    private static final String INVITE = "member/invite";
    private static final String INVITED = "member/invited";

    private final Roster roster;
    private final Invitations invitations;
    private final InviteLinks links;
    private final ClientAddresses addresses;

    MembersController(Roster roster, Invitations invitations, InviteLinks links, ClientAddresses addresses) {
        this.roster = roster;
        this.invitations = invitations;
        this.links = links;
        this.addresses = addresses;
    }

    /** What the dialog sends. */
    record InviteForm(String email, String role, boolean superuser) {

        static final InviteForm EMPTY = new InviteForm("", "member", false);
    }

    @GetMapping("/{team}/members")
    String list(
            Member member,
            @RequestParam(name = "q", defaultValue = "") String search,
            HttpServletRequest request,
            Model model) {
        String text = search.strip();
        String bounded = text.length() > MAX_SEARCH_CHARS ? text.substring(0, MAX_SEARCH_CHARS) : text;
        Paging paging = Paging.of(request, PAGE_SIZE, roster.count(member.teamId(), bounded));
        model.addAttribute("team", member);
        model.addAttribute(
                "rows", roster.byName(member.teamId(), bounded, PAGE_SIZE, Math.toIntExact(paging.offset())));
        model.addAttribute("paging", paging);
        model.addAttribute("search", bounded);
        model.addAttribute("pending", member.mayAdministerTeam() ? links.pending(member.teamId()) : List.of());
        model.addAttribute("form", InviteForm.EMPTY);
        return LIST;
    }

    @GetMapping("/{team}/members/invite")
    @RequiresTeamAdmin
    String inviteForm(Member member, Model model) {
        return inviteForm(member, InviteForm.EMPTY, model);
    }

    /** A link is in the answer itself: it is shown once, and nowhere kept in plain. */
    @PostMapping("/{team}/members/invite")
    @RequiresTeamAdmin
    String invite(
            Member member,
            @RequestParam(name = "email", defaultValue = "") String email,
            @RequestParam(name = "role", defaultValue = "") String role,
            @RequestParam(name = "superuser", defaultValue = "false") boolean superuser,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        InviteForm form = new InviteForm(email, role, superuser);
        return switch (invite(member, form, addresses.of(request))) {
            case Outcome.Done<Invitations.Welcome>(Invitations.Welcome.Added(var account)) -> {
                flash.addFlashAttribute(
                        "notice",
                        account.email() + " has an account here and is a member of " + member.teamName() + " now.");
                yield "redirect:/" + member.teamSlug() + "/members";
            }
            case Outcome.Done<Invitations.Welcome>(Invitations.Welcome.ByLink(var link)) -> {
                model.addAttribute("team", member);
                model.addAttribute("link", link);
                yield INVITED;
            }
            case Outcome.Refused<Invitations.Welcome>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("refusal", refusal);
                yield inviteForm(member, form, model);
            }
        };
    }

    @PostMapping("/{team}/members/invitations/{id:\\d{1,18}}/revoke")
    @RequiresTeamAdmin
    String revoke(Member member, @PathVariable("id") long id, HttpServletRequest request, RedirectAttributes flash) {
        boolean revoked = links.revoke(Actor.of(member, addresses.of(request)), member.teamId(), id);
        flash.addFlashAttribute(
                revoked ? "notice" : "noticeBad",
                revoked
                        ? "The invitation is revoked: its link no longer works."
                        : "This invitation had been used or revoked before.");
        return "redirect:/" + member.teamSlug() + "/members";
    }

    private Outcome<Invitations.Welcome> invite(Member member, InviteForm form, String address) {
        Optional<String> email = Accounts.normalEmail(form.email());
        Optional<Role> role = Role.parse(form.role());
        if (email.isEmpty()) {
            return Outcome.refused(Refusal.invalid("email", "Enter an e-mail address, such as ann@example.com."));
        }
        if (role.isEmpty()) {
            return Outcome.refused(Refusal.invalid("role", "Choose member or admin."));
        }
        TeamName team = new TeamName(member.teamId(), member.teamName(), member.teamSlug());
        return invitations.invite(
                new Invitations.Invitation(member, team, email.get(), role.get(), form.superuser(), address));
    }

    private String inviteForm(Member member, InviteForm form, Model model) {
        model.addAttribute("team", member);
        model.addAttribute("form", form);
        return INVITE;
    }
}
