package io.portrgateway.admin.sshkey;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.github.GitHubKeys;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Takes over the public keys of the signed-in user's GitHub account; each as if it had been pasted. */
@Controller
final class GitHubImportController {

    private static final String NAME = "From GitHub";

    private final SshKeys keys;
    private final GitHubKeys gitHub;
    private final ClientAddresses addresses;

    GitHubImportController(SshKeys keys, GitHubKeys gitHub, ClientAddresses addresses) {
        this.keys = keys;
        this.gitHub = gitHub;
        this.addresses = addresses;
    }

    @PostMapping("/account/ssh-keys/import")
    String takeOver(@AuthenticationPrincipal Account account, HttpServletRequest request, RedirectAttributes flash) {
        switch (gitHub.of(account.id())) {
            case Outcome.Refused<List<String>>(Refusal refusal) ->
                flash.addFlashAttribute("noticeBad", refusal.message());
            case Outcome.Done<List<String>>(List<String> lines) -> {
                Count count = add(account, lines, addresses.of(request));
                flash.addFlashAttribute(count.added() > 0 ? "notice" : "noticeBad", count.sentence());
            }
        }
        return "redirect:/account/ssh-keys";
    }

    private record Count(int offered, int added, int known, String problem) {

        String sentence() {
            if (offered == 0) {
                return "Your GitHub account has no SSH keys. Add one there, or paste one below.";
            }
            List<String> parts = new ArrayList<>();
            parts.add(
                    switch (added) {
                        case 0 -> "No key imported from GitHub";
                        case 1 -> "1 key imported from GitHub";
                        default -> added + " keys imported from GitHub";
                    });
            if (known > 0) {
                parts.add(known + (known == 1 ? " is" : " are") + " registered already");
            }
            int refused = offered - added - known;
            if (refused > 0) {
                parts.add(refused + " could not be used: " + problem);
            }
            String sentence = String.join(", ", parts);
            return sentence.endsWith(".") ? sentence : sentence + ".";
        }
    }

    private Count add(Account account, List<String> lines, String address) {
        int added = 0;
        int known = 0;
        String problem = "";
        for (String line : lines) {
            switch (keys.add(account, NAME, line, address)) {
                case Outcome.Done<SshKeyView> done -> added++;
                case Outcome.Refused<SshKeyView>(Refusal refusal) -> {
                    if (refusal.message().equals(SshKeys.KNOWN)) {
                        known++;
                    } else {
                        problem = refusal.message();
                    }
                }
            }
        }
        return new Count(lines.size(), added, known, problem);
    }
}
