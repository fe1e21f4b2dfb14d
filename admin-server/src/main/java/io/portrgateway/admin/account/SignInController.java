package io.portrgateway.admin.account;

import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The sign-in page. Opening a link shows a button; only pressing it uses the link up, so that previews do not. */
@Controller
final class SignInController {

    private static final String PAGE = "account/sign-in";

    private final SignInLinks links;
    private final SecurityContextRepository sessions;
    private final CsrfTokenRepository csrfTokens;
    private final RateLimits limits;
    private final ClientAddresses addresses;

    SignInController(
            SignInLinks links,
            SecurityContextRepository sessions,
            CsrfTokenRepository csrfTokens,
            RateLimits limits,
            ClientAddresses addresses) {
        this.links = links;
        this.sessions = sessions;
        this.csrfTokens = csrfTokens;
        this.limits = limits;
        this.addresses = addresses;
    }

    @GetMapping("/sign-in")
    String show(
            @RequestParam(name = "token", required = false) @Nullable String token,
            @RequestParam(name = "out", required = false) @Nullable String out,
            @AuthenticationPrincipal @Nullable Account account,
            Model model) {
        if (account != null && token == null) {
            return "redirect:/";
        }
        model.addAttribute("token", token);
        model.addAttribute("signedOut", out != null);
        return PAGE;
    }

    @PostMapping("/sign-in")
    String signIn(
            @RequestParam(name = "token", defaultValue = "") String token,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        Optional<Duration> wait = limits.countSignIn(request);
        if (wait.isPresent()) {
            long seconds = wait.get().toSeconds() + 1;
            response.setStatus(HttpStatus.TOO_MANY_REQUESTS.value());
            response.setHeader("Retry-After", Long.toString(seconds));
            model.addAttribute("problem", "Too many attempts. Try again in " + seconds + " seconds.");
            return PAGE;
        }
        Optional<Account> account = links.use(token, addresses.of(request));
        if (account.isEmpty()) {
            response.setStatus(HttpStatus.UNAUTHORIZED.value());
            model.addAttribute("problem", "This link has been used or has expired. Get a new one as described below.");
            return PAGE;
        }
        openSession(account.get(), request, response);
        return "redirect:/";
    }

    /** A new session id and a new CSRF token: whatever was known before signing in is worth nothing afterwards. */
    private void openSession(Account account, HttpServletRequest request, HttpServletResponse response) {
        request.getSession(true);
        request.changeSessionId();
        csrfTokens.saveToken(null, request, response);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(account, null, List.of()));
        SecurityContextHolder.setContext(context);
        sessions.saveContext(context, request, response);
    }
}
