package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresSuperuser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The teams of the gateway, for superusers: list, make, rename, delete. */
@Controller
@RequiresSuperuser
final class TeamsController {

    private static final String LIST = "team/teams";
    private static final String ONE = "team/team";

    private final TeamDirectory directory;
    private final Teams teams;
    private final ClientAddresses addresses;

    TeamsController(TeamDirectory directory, Teams teams, ClientAddresses addresses) {
        this.directory = directory;
        this.teams = teams;
        this.addresses = addresses;
    }

    @GetMapping("/instance/teams")
    String list(@AuthenticationPrincipal Account account, Model model) {
        return list(account, "", model);
    }

    @PostMapping("/instance/teams")
    String create(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "name", defaultValue = "") String name,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        return switch (directory.create(account, name, addresses.of(request))) {
            case Outcome.Done<TeamName>(TeamName team) -> {
                flash.addFlashAttribute("notice", "Team " + team.name() + " is there. Invite its first members.");
                yield "redirect:/" + team.slug() + "/members";
            }
            case Outcome.Refused<TeamName>(Refusal refusal) -> {
                show(refusal, response, model);
                yield list(account, name, model);
            }
        };
    }

    @GetMapping("/instance/teams/{slug}")
    String one(@AuthenticationPrincipal Account account, @PathVariable("slug") String slug, Model model) {
        TeamRow team = found(slug);
        return one(account, team, team.name(), model);
    }

    @PostMapping("/instance/teams/{slug}/rename")
    String rename(
            @AuthenticationPrincipal Account account,
            @PathVariable("slug") String slug,
            @RequestParam(name = "name", defaultValue = "") String name,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        TeamRow team = found(slug);
        return switch (directory.rename(account, slug, name, addresses.of(request))) {
            case Outcome.Done<TeamName>(TeamName renamed) -> {
                flash.addFlashAttribute("notice", "The team is called " + renamed.name() + " now.");
                yield "redirect:/instance/teams/" + renamed.slug();
            }
            case Outcome.Refused<TeamName>(Refusal refusal) -> {
                show(refusal, response, model);
                yield one(account, team, name, model);
            }
        };
    }

    @PostMapping("/instance/teams/{slug}/delete")
    String delete(
            @AuthenticationPrincipal Account account,
            @PathVariable("slug") String slug,
            @RequestParam(name = "confirmation", defaultValue = "") String confirmation,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        TeamRow team = found(slug);
        return switch (directory.delete(account, slug, confirmation, addresses.of(request))) {
            case Outcome.Done<TeamRow>(TeamRow deleted) -> {
                flash.addFlashAttribute("notice", "Team " + deleted.name() + " is deleted.");
                yield "redirect:/instance/teams";
            }
            case Outcome.Refused<TeamRow>(Refusal refusal) -> {
                show(refusal, response, model);
                yield one(account, team, team.name(), model);
            }
        };
    }

    /** Where a reload without the form ends, and the form of the theme. */
    @GetMapping("/instance/teams/{slug}/{action:rename|delete}")
    String again(@PathVariable("slug") String slug) {
        return "redirect:/instance/teams/" + found(slug).slug();
    }

    private String list(Account account, String name, Model model) {
        model.addAttribute("rows", directory.all());
        model.addAttribute("own", teams.slugsOf(account.id()));
        model.addAttribute("name", name);
        return LIST;
    }

    private String one(Account account, TeamRow team, String name, Model model) {
        model.addAttribute("row", team);
        model.addAttribute("isMember", teams.slugsOf(account.id()).contains(team.slug()));
        model.addAttribute("name", name);
        return ONE;
    }

    private TeamRow found(String slug) {
        return directory.bySlug(slug).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private static void show(Refusal refusal, HttpServletResponse response, Model model) {
        response.setStatus(refusal.status().value());
        model.addAttribute("refusal", refusal);
    }
}
