package io.portrgateway.admin.account;

import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The sign-in page, which offers what is switched on. Opening a one-time link shows a button; only pressing it uses the link
 * up, so that previews do not.
 */
@Controller
final class SignInController {

    private static final String PAGE = "account/sign-in";

    private final SignInLinks links;
    private final PasswordSignIn passwords;
    private final SignInWays ways;
    private final SignIns signIns;
    private final RateLimits limits;

    SignInController(SignInLinks links, PasswordSignIn passwords, SignInWays ways, SignIns signIns, RateLimits limits) {
        this.links = links;
        this.passwords = passwords;
        this.ways = ways;
        this.signIns = signIns;
        this.limits = limits;
    }

    @GetMapping("/sign-in")
    String show(
            @RequestParam(name = "token", required = false) @Nullable String token,
            @RequestParam(name = "out", required = false) @Nullable String out,
            @RequestParam(name = "code", required = false) @Nullable String code,
            @RequestParam(name = "next", required = false) @Nullable String next,
            @AuthenticationPrincipal @Nullable Account account,
            CsrfToken csrf,
            Model model) {
        if (account != null && token == null) {
            return "redirect:" + NextPath.of(next).orElse("/");
        }
        // its cookie must be set before the page begins to be sent
        csrf.getToken();
        model.addAttribute("token", token);
        model.addAttribute("signedOut", out != null);
        model.addAttribute("problem", SignInCodes.sentence(code));
        return page(next, model);
    }

    @PostMapping("/sign-in")
    String byLink(
            @RequestParam(name = "token", defaultValue = "") String token,
            @RequestParam(name = "next", required = false) @Nullable String next,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<Duration> wait = limits.countSignIn(request);
        if (wait.isPresent()) {
            return limited(wait.get(), next, response, model);
        }
        Optional<Account> account = links.use(token);
        if (account.isEmpty()) {
            signIns.refuse("unknown", SignInMethod.LINK, "used, expired or unknown link", request);
            return refused(
                    "This link has been used or has expired. Get a new one as described below.", next, response, model);
        }
        signIns.complete(account.get(), SignInMethod.LINK, request, response);
        return "redirect:" + NextPath.of(next).orElse("/");
    }

    @PostMapping("/sign-in/password")
    String byPassword(
            @RequestParam(name = "email", defaultValue = "") String email,
            @RequestParam(name = "password", defaultValue = "") String password,
            @RequestParam(name = "next", required = false) @Nullable String next,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        return switch (passwords.attempt(email, password, request)) {
            case PasswordSignIn.Outcome.Known known -> {
                signIns.complete(known.account(), SignInMethod.PASSWORD, request, response);
                yield "redirect:" + NextPath.of(next).orElse("/");
            }
            case PasswordSignIn.Outcome.Refused refused -> {
                model.addAttribute("email", email.strip());
                yield refused(PasswordSignIn.WRONG, next, response, model);
            }
            case PasswordSignIn.Outcome.Limited limited -> {
                model.addAttribute("email", email.strip());
                yield limited(limited.retryAfter(), next, response, model);
            }
        };
    }

    @PostMapping("/sign-out")
    String signOut(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        signIns.signOut(account, request);
        return "redirect:/sign-in?out";
    }

    private String refused(String problem, @Nullable String next, HttpServletResponse response, Model model) {
        response.setStatus(HttpStatus.UNAUTHORIZED.value());
        model.addAttribute("problem", problem);
        return page(next, model);
    }

    private String limited(Duration wait, @Nullable String next, HttpServletResponse response, Model model) {
        long seconds = wait.toSeconds() + 1;
        response.setStatus(HttpStatus.TOO_MANY_REQUESTS.value());
        response.setHeader("Retry-After", Long.toString(seconds));
        String time = seconds < 120 ? seconds + " seconds" : (seconds + 59) / 60 + " minutes";
        model.addAttribute("problem", "Too many attempts. Try again in " + time + ".");
        return page(next, model);
    }

    private String page(@Nullable String next, Model model) {
        model.addAttribute("password", ways.password());
        model.addAttribute("github", ways.github());
        model.addAttribute("next", NextPath.of(next).orElse(""));
        return PAGE;
    }
}
