package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.GitHubLinks;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.account.Profiles;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** {@code /account}: name and password. */
@Controller
final class AccountController {

    private static final String PAGE = "profile/account";

    private final Profiles profiles;
    private final PasswordSignIn passwords;
    private final GitHubLinks links;

    AccountController(Profiles profiles, PasswordSignIn passwords, GitHubLinks links) {
        this.profiles = profiles;
        this.passwords = passwords;
        this.links = links;
    }

    @GetMapping("/account")
    String show(@AuthenticationPrincipal Account account, Model model) {
        model.addAttribute("firstName", account.firstName());
        model.addAttribute("lastName", account.lastName());
        return page(account, model);
    }

    @PostMapping("/account")
    String rename(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "first_name", defaultValue = "") String firstName,
            @RequestParam(name = "last_name", defaultValue = "") String lastName,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes flash) {
        boolean tooLong = firstName.strip().length() > Profiles.MAX_NAME_CHARS
                || lastName.strip().length() > Profiles.MAX_NAME_CHARS;
        if (tooLong) {
            response.setStatus(HttpStatus.BAD_REQUEST.value());
            model.addAttribute("firstName", firstName);
            model.addAttribute("lastName", lastName);
            model.addAttribute("nameProblem", "Use at most " + Profiles.MAX_NAME_CHARS + " characters for each.");
            return page(account, model);
        }
        profiles.rename(account, firstName, lastName, request);
        flash.addFlashAttribute("notice", "Your name is saved.");
        return "redirect:/account";
    }

    @PostMapping("/account/password")
    String changePassword(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "current", defaultValue = "") String current,
            @RequestParam(name = "password", defaultValue = "") String password,
            @RequestParam(name = "repeated", defaultValue = "") String repeated,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes flash) {
        if (!passwords.isAllowed()) {
            flash.addFlashAttribute("noticeBad", "Passwords are switched off on this gateway.");
            return "redirect:/account";
        }
        if (!password.equals(repeated)) {
            model.addAttribute("repeatedProblem", "The two passwords are not the same. Type the new one again.");
            return refused(HttpStatus.BAD_REQUEST, account, response, model);
        }
        return switch (profiles.changePassword(account, current, password, request)) {
            case Profiles.PasswordChange.Done done -> {
                flash.addFlashAttribute("notice", "Your password is set." + ended(done.endedSessions()));
                yield "redirect:/account";
            }
            case Profiles.PasswordChange.WrongCurrent wrong -> {
                model.addAttribute("currentProblem", "This is not your current password.");
                yield refused(HttpStatus.BAD_REQUEST, account, response, model);
            }
            case Profiles.PasswordChange.Unfit unfit -> {
                model.addAttribute("passwordProblem", unfit.problem());
                yield refused(HttpStatus.BAD_REQUEST, account, response, model);
            }
            case Profiles.PasswordChange.Limited limited -> {
                long minutes = limited.retryAfter().toMinutes() + 1;
                model.addAttribute(
                        "currentProblem",
                        "Wrong too often. Try again in " + minutes + (minutes == 1 ? " minute." : " minutes."));
                yield refused(HttpStatus.TOO_MANY_REQUESTS, account, response, model);
            }
        };
    }

    private String refused(HttpStatus status, Account account, HttpServletResponse response, Model model) {
        response.setStatus(status.value());
        return show(account, model);
    }

    private String page(Account account, Model model) {
        model.addAttribute("github", links.of(account.id()).orElse(null));
        model.addAttribute("passwordAllowed", passwords.isAllowed());
        model.addAttribute("passwordState", profiles.passwordState(account.id()));
        return PAGE;
    }

    private static String ended(int sessions) {
        return switch (sessions) {
            case 0 -> "";
            case 1 -> " Your other session was signed out.";
            default -> " Your " + sessions + " other sessions were signed out.";
        };
    }
}
