package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Adds and removes the signed-in user's SSH public keys; the list itself is on the overview page. */
@Controller
final class SshKeyController {

    private final SshKeys keys;
    private final Teams teams;
    private final ClientAddresses addresses;

    SshKeyController(SshKeys keys, Teams teams, ClientAddresses addresses) {
        this.keys = keys;
        this.teams = teams;
        this.addresses = addresses;
    }

    @PostMapping("/{team}/ssh-keys")
    String add(
            @AuthenticationPrincipal Account account,
            @PathVariable("team") String slug,
            @RequestParam(name = "line", defaultValue = "") String line,
            @RequestParam(name = "name", defaultValue = "") String name,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Member member = member(account, slug);
        problem(account, line, name, addresses.of(request))
                .ifPresentOrElse(
                        problem -> {
                            flash.addFlashAttribute("sshKeyProblem", problem);
                            // never hand a pasted private key back
                            flash.addFlashAttribute("sshKeyLine", line.contains("PRIVATE KEY") ? "" : line);
                            flash.addFlashAttribute("sshKeyName", name);
                        },
                        () -> flash.addFlashAttribute("notice", "SSH key added."));
        return back(member);
    }

    @PostMapping("/{team}/ssh-keys/{id}/remove")
    String remove(
            @AuthenticationPrincipal Account account,
            @PathVariable("team") String slug,
            @PathVariable("id") long id,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Member member = member(account, slug);
        boolean removed = keys.remove(account, id, addresses.of(request));
        flash.addFlashAttribute("notice", removed ? "SSH key removed." : "This key had been removed before.");
        return back(member);
    }

    private Member member(Account account, String slug) {
        return teams.member(account.id(), slug).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    /** To the team's page that the form stands on; the slug is the database's, not the path's. */
    private static String back(Member member) {
        return "redirect:/" + member.teamSlug() + "/overview#ssh-keys";
    }

    private Optional<String> problem(Account account, String line, String name, String address) {
        try {
            return keys.add(account, name, SshKeyLine.parse(line), address);
        } catch (IllegalArgumentException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        } catch (DataIntegrityViolationException addedMeanwhile) {
            return Optional.of("This key is registered already.");
        }
    }
}
