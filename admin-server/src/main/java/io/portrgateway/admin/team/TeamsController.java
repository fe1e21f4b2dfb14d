package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresSuperuser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.Function;
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
        return answer(
                directory.create(account, name, addresses.of(request)),
                team -> {
                    flash.addFlashAttribute("notice", "Team " + team.name() + " is there. Invite its first members.");
                    return "redirect:/" + team.slug() + "/members";
                },
                refusal -> list(account, name, shown(refusal, response, model)));
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
        return answer(
                directory.rename(account, slug, name, addresses.of(request)),
                renamed -> {
                    flash.addFlashAttribute("notice", "The team is called " + renamed.name() + " now.");
                    return "redirect:/instance/teams/" + renamed.slug();
                },
                refusal -> one(account, team, name, shown(refusal, response, model)));
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
        return answer(
                directory.delete(account, slug, confirmation, addresses.of(request)),
                deleted -> {
                    flash.addFlashAttribute("notice", "Team " + deleted.name() + " is deleted.");
                    return "redirect:/instance/teams";
                },
                refusal -> one(account, team, team.name(), shown(refusal, response, model)));
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

    private static <T> String answer(Outcome<T> outcome, Function<T, String> done, Function<Refusal, String> refused) {
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> done.apply(value);
            case Outcome.Refused<T>(Refusal refusal) -> refused.apply(refusal);
        };
    }

    private static Model shown(Refusal refusal, HttpServletResponse response, Model model) {
        response.setStatus(refusal.status().value());
        return model.addAttribute("refusal", refusal);
    }
}
