package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Adds and removes the signed-in user's SSH public keys; the list itself is on the overview page. */
@Controller
final class SshKeyController {

    private static final String BACK = "redirect:/#ssh-keys";

    private final SshKeys keys;
    private final ClientAddresses addresses;

    SshKeyController(SshKeys keys, ClientAddresses addresses) {
        this.keys = keys;
        this.addresses = addresses;
    }

    @PostMapping("/account/ssh-keys")
    String add(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "line", defaultValue = "") String line,
            @RequestParam(name = "name", defaultValue = "") String name,
            HttpServletRequest request,
            RedirectAttributes flash) {
        problem(account, line, name, addresses.of(request))
                .ifPresentOrElse(
                        problem -> {
                            flash.addFlashAttribute("sshKeyProblem", problem);
                            // never hand a pasted private key back
                            flash.addFlashAttribute("sshKeyLine", line.contains("PRIVATE KEY") ? "" : line);
                            flash.addFlashAttribute("sshKeyName", name);
                        },
                        () -> flash.addFlashAttribute("notice", "SSH key added."));
        return BACK;
    }

    @PostMapping("/account/ssh-keys/{id}/remove")
    String remove(
            @AuthenticationPrincipal Account account,
            @PathVariable("id") long id,
            HttpServletRequest request,
            RedirectAttributes flash) {
        boolean removed = keys.remove(account, id, addresses.of(request));
        flash.addFlashAttribute("notice", removed ? "SSH key removed." : "This key had been removed before.");
        return BACK;
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
