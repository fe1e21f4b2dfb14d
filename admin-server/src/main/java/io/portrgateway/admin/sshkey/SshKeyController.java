package io.portrgateway.admin.sshkey;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.github.GitHubKeys;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The signed-in user's SSH public keys: list, add, remove. */
@Controller
final class SshKeyController {

    private static final String PAGE = "sshkey/keys";
    private static final String BACK = "redirect:/account/ssh-keys";

    private final SshKeys keys;
    private final GitHubKeys gitHub;
    private final ClientAddresses addresses;

    SshKeyController(SshKeys keys, GitHubKeys gitHub, ClientAddresses addresses) {
        this.keys = keys;
        this.gitHub = gitHub;
        this.addresses = addresses;
    }

    @GetMapping("/account/ssh-keys")
    String list(@AuthenticationPrincipal Account account, Model model) {
        return list(account, "", "", model);
    }

    @PostMapping("/account/ssh-keys")
    String add(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "line", defaultValue = "") String line,
            @RequestParam(name = "name", defaultValue = "") String name,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        return switch (keys.add(account, name, line, addresses.of(request))) {
            case Outcome.Done<SshKeyView>(SshKeyView added) -> {
                flash.addFlashAttribute("notice", "SSH key " + added.name() + " added.");
                yield BACK;
            }
            case Outcome.Refused<SshKeyView>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("problem", refusal.message());
                // never hand a pasted private key back
                yield list(account, line.contains("PRIVATE KEY") ? "" : line, name, model);
            }
        };
    }

    @PostMapping("/account/ssh-keys/{id:\\d{1,18}}/remove")
    String remove(
            @AuthenticationPrincipal Account account,
            @PathVariable("id") long id,
            HttpServletRequest request,
            RedirectAttributes flash) {
        boolean removed = keys.remove(account, id, addresses.of(request));
        flash.addFlashAttribute(
                removed ? "notice" : "noticeBad",
                removed ? "SSH key removed. What was opened with it is cut." : "This key had been removed before.");
        return BACK;
    }

    private String list(Account account, String line, String name, Model model) {
        model.addAttribute("keys", keys.of(account.id()));
        model.addAttribute("gitHub", gitHub.areThere(account.id()));
        model.addAttribute("line", line);
        model.addAttribute("name", name);
        return PAGE;
    }
}
