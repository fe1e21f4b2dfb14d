package io.portrgateway.admin.member;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.Accounts;
import io.portrgateway.admin.account.PasswordSignIn;
import io.portrgateway.admin.account.SignInMethod;
import io.portrgateway.admin.account.SignInWays;
import io.portrgateway.admin.account.SignIns;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.RateLimits;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Where an invitation's link leads. Opening it shows who invites whom where; only pressing the button uses it up, so that
 * previews do not. Somebody new chooses a password or comes through GitHub; who has an account must be signed in with it: a link
 * for an address never opens an account that is there already.
 */
@Controller
final class JoinController {

    private static final String PAGE = "member/join";

    private final InviteLinks links;
    private final PasswordSignIn passwords;
    private final SignIns signIns;
    private final RateLimits limits;
    private final ClientAddresses addresses;
    private final SignInWays ways;

    JoinController(
            InviteLinks links,
            PasswordSignIn passwords,
            SignIns signIns,
            RateLimits limits,
            ClientAddresses addresses,
            SignInWays ways) {
        this.links = links;
        this.passwords = passwords;
        this.signIns = signIns;
        this.limits = limits;
        this.addresses = addresses;
        this.ways = ways;
    }

    @GetMapping(InviteLinks.PATH)
    String show(
            @RequestParam(name = "token", defaultValue = "") String token,
            @AuthenticationPrincipal @Nullable Account account,
            HttpServletRequest request,
            HttpServletResponse response,
            CsrfToken csrf,
            Model model) {
        // its cookie must be set before the page begins to be sent
        csrf.getToken();
        Optional<Duration> wait = limits.countSignIn(request);
        return wait.isPresent() ? limited(wait.get(), response, model) : page(token, account, response, model);
    }

    /** Somebody new, with the password they chose. */
    @PostMapping(InviteLinks.PATH)
    String accept(
            @RequestParam(name = "token", defaultValue = "") String token,
            @RequestParam(name = "password", defaultValue = "") String password,
            @AuthenticationPrincipal @Nullable Account account,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<Duration> wait = limits.countSignIn(request);
        if (wait.isPresent()) {
            return limited(wait.get(), response, model);
        }
        Optional<InviteLinks.Offer> offer = links.offer(token);
        if (offer.isEmpty() || account != null || !passwords.isAllowed() || links.hasAccount(offer.get())) {
            // the page says what is possible now
            return page(token, account, response, model);
        }
        Optional<String> problem = Accounts.passwordProblem(password);
        if (problem.isPresent()) {
            response.setStatus(HttpStatus.BAD_REQUEST.value());
            model.addAttribute("problem", problem.get());
            return page(token, null, response, model);
        }
        return switch (acceptAsNew(token, password, addresses.of(request))) {
            case Outcome.Done<Account>(Account joined) -> {
                signIns.complete(joined, SignInMethod.INVITATION, request, response);
                yield "redirect:/" + offer.get().teamSlug() + "/overview";
            }
            case Outcome.Refused<Account>(Refusal refusal) -> page(token, null, response, model);
        };
    }

    /** Somebody with an account, who is signed in with it. */
    @PostMapping(InviteLinks.PATH + "/now")
    String join(
            @RequestParam(name = "token", defaultValue = "") String token,
            @AuthenticationPrincipal @Nullable Account account,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<InviteLinks.Offer> offer = links.offer(token);
        if (account == null || offer.isEmpty()) {
            return page(token, account, response, model);
        }
        return switch (links.acceptAs(account, token, addresses.of(request))) {
            case Outcome.Done<Account> _ -> "redirect:/" + offer.get().teamSlug() + "/overview";
            case Outcome.Refused<Account>(Refusal refusal) -> page(token, account, response, model);
        };
    }

    private Outcome<Account> acceptAsNew(String token, String password, String address) {
        try {
            return links.acceptAsNew(token, Optional.of(password), address);
        } catch (DataIntegrityViolationException madeMeanwhile) {
            // the address got an account in another way, in this moment; nothing of ours happened
            return Outcome.refused(InviteLinks.NO_LONGER_GOOD);
        }
    }

    private String page(String token, @Nullable Account account, HttpServletResponse response, Model model) {
        Optional<InviteLinks.Offer> offer = links.offer(token);
        if (offer.isEmpty()) {
            response.setStatus(HttpStatus.NOT_FOUND.value());
            return PAGE;
        }
        model.addAttribute("offer", offer.get());
        model.addAttribute("token", token);
        model.addAttribute("signedInAs", account == null ? null : account.email());
        model.addAttribute("isKnown", links.hasAccount(offer.get()));
        model.addAttribute("password", passwords.isAllowed());
        model.addAttribute("github", ways.github());
        return PAGE;
    }

    private static String limited(Duration wait, HttpServletResponse response, Model model) {
        long seconds = wait.toSeconds() + 1;
        response.setStatus(HttpStatus.TOO_MANY_REQUESTS.value());
        response.setHeader("Retry-After", Long.toString(seconds));
        model.addAttribute("waitSeconds", seconds);
        return PAGE;
    }
}
