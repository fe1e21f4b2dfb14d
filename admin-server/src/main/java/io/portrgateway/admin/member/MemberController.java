package io.portrgateway.admin.member;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.team.SecretKeys;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** One member, as the team's admins see them: role, superuser, key, password, removal. */
@Controller
@RequestMapping("/{team}/members/{id:\\d{1,18}}")
@RequiresTeamAdmin
final class MemberController {

    private static final String PAGE = "member/member";

    private final Teams teams;
    private final MemberChanges changes;
    private final SecretKeys keys;
    private final ClientAddresses addresses;

    MemberController(Teams teams, MemberChanges changes, SecretKeys keys, ClientAddresses addresses) {
        this.teams = teams;
        this.changes = changes;
        this.keys = keys;
        this.addresses = addresses;
    }

    @GetMapping
    String page(Member member, @PathVariable("id") long id, Model model) {
        return page(member, target(member, id), model);
    }

    @PostMapping("/role")
    String changeRole(
            Member member,
            @PathVariable("id") long id,
            @RequestParam(name = "role", defaultValue = "") String text,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        Member target = target(member, id);
        Role role = Role.parse(text).orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST));
        String now = role == Role.ADMIN ? " is an admin of this team now." : " is a member now.";
        return answer(
                changes.changeRole(member, id, role, addresses.of(request)),
                new Shown(member, target, response, model),
                done -> back(member, id, target.email() + now, flash));
    }

    @PostMapping("/superuser")
    @RequiresSuperuser
    String setSuperuser(
            Member member,
            @PathVariable("id") long id,
            @RequestParam(name = "superuser", defaultValue = "false") boolean superuser,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        Member target = target(member, id);
        String now = superuser ? " is a superuser now." : " is no longer a superuser.";
        return answer(
                changes.setSuperuser(member, id, superuser, addresses.of(request)),
                new Shown(member, target, response, model),
                done -> back(member, id, target.email() + now, flash));
    }

    /** The admin never sees the new key: its owner does, on their own page. */
    @PostMapping("/rotate-key")
    String rotateKey(
            Member member,
            @PathVariable("id") long id,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        Member target = target(member, id);
        return answer(
                keys.rotate(member, id, addresses.of(request)),
                new Shown(member, target, response, model),
                done -> back(
                        member,
                        id,
                        "The key of " + target.email() + " is replaced. They find the new one under Your key.",
                        flash));
    }

    /** The password is in the answer itself: it is shown once, and nowhere kept in plain. */
    @PostMapping("/reset-password")
    @RequiresSuperuser
    String resetPassword(
            Member member,
            @PathVariable("id") long id,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Member target = target(member, id);
        return answer(
                changes.resetPassword(member, id, addresses.of(request)),
                new Shown(member, target, response, model),
                password -> {
                    model.addAttribute("password", password);
                    return page(member, target, model);
                });
    }

    @PostMapping("/remove")
    String remove(
            Member member,
            @PathVariable("id") long id,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        Member target = target(member, id);
        return answer(
                changes.remove(member, id, addresses.of(request)), new Shown(member, target, response, model), done -> {
                    flash.addFlashAttribute("notice", target.email() + " is removed from " + member.teamName() + ".");
                    return target.userId() == member.userId()
                            ? "redirect:/"
                            : "redirect:/" + member.teamSlug() + "/members";
                });
    }

    /** Where a reload without the form ends, and the form of the theme. */
    @GetMapping("/{action:role|superuser|rotate-key|reset-password|remove}")
    String again(Member member, @PathVariable("id") long id) {
        return "redirect:/" + member.teamSlug() + "/members/" + id;
    }

    private Member target(Member member, long id) {
        return teams.byId(id, member.teamId()).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static String back(Member member, long id, String notice, RedirectAttributes flash) {
        flash.addFlashAttribute("notice", notice);
        return "redirect:/" + member.teamSlug() + "/members/" + id;
    }

    /** The page that a refusal is shown on. */
    private record Shown(Member member, Member target, HttpServletResponse response, Model model) {}

    /** Where {@code done} leads, or the page with what was wrong. */
    private <T> String answer(Outcome<T> outcome, Shown shown, Function<T, String> done) {
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> done.apply(value);
            case Outcome.Refused<T>(Refusal refusal) -> {
                shown.response().setStatus(refusal.status().value());
                shown.model().addAttribute("noticeBad", refusal.message());
                yield page(shown.member(), shown.target(), shown.model());
            }
        };
    }

    private String page(Member member, Member target, Model model) {
        model.addAttribute("team", member);
        model.addAttribute("target", target);
        model.addAttribute("loss", changes.loss(target));
        model.addAttribute("self", target.membershipId() == member.membershipId());
        model.addAttribute("mayChange", member.mayChange(target));
        model.addAttribute("passwords", changes.mayResetPasswords());
        return PAGE;
    }
}
