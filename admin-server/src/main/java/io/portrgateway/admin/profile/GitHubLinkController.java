package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.GitHubLinks;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.account.Profiles;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Unlinks the signed-in user's GitHub account; only for those who can sign in without it. */
@Controller
final class GitHubLinkController {

    private final GitHubLinks links;
    private final Profiles profiles;
    private final PasswordSignIn passwords;
    private final ClientAddresses addresses;

    GitHubLinkController(GitHubLinks links, Profiles profiles, PasswordSignIn passwords, ClientAddresses addresses) {
        this.links = links;
        this.profiles = profiles;
        this.passwords = passwords;
        this.addresses = addresses;
    }

    @PostMapping("/account/github/unlink")
    String unlink(@AuthenticationPrincipal Account account, HttpServletRequest request, RedirectAttributes flash) {
        if (!passwords.isAllowed() || !profiles.passwordState(account.id()).present()) {
            flash.addFlashAttribute("noticeBad", "GitHub is your only way to sign in. Set a password first.");
        } else if (links.unlink(account, addresses.of(request))) {
            flash.addFlashAttribute("notice", "Your GitHub account is unlinked.");
        } else {
            flash.addFlashAttribute("noticeBad", "No GitHub account was linked any more.");
        }
        return "redirect:/account";
    }
}
