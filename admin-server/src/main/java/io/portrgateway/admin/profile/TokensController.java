package io.portrgateway.admin.profile;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.account.ApiTokens;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** {@code /account/tokens}: the user's API tokens. A new one's value is in a page exactly once. */
@Controller
final class TokensController {

    private static final String BACK = "redirect:/account/tokens";
    private static final TokenForm EMPTY = new TokenForm("", List.of("read"), 90);

    private final ApiTokens tokens;
    private final ClientAddresses addresses;
    private final AdminSettings settings;

    TokensController(ApiTokens tokens, ClientAddresses addresses, AdminSettings settings) {
        this.tokens = tokens;
        this.addresses = addresses;
        this.settings = settings;
    }

    @GetMapping("/account/tokens")
    String show(@AuthenticationPrincipal Account account, Model model) {
        return page(account, EMPTY, null, model);
    }

    @PostMapping("/account/tokens")
    String make(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "name", defaultValue = "") String name,
            @RequestParam(name = "scopes", defaultValue = "") List<String> scopes,
            @RequestParam(name = "days", defaultValue = "90") int days,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes flash) {
        TokenForm form = new TokenForm(name, scopes, days);
        return switch (form.check()) {
            case Outcome.Refused<ApiTokens.Wish>(Refusal refusal) -> refused(account, form, refusal, response, model);
            case Outcome.Done<ApiTokens.Wish>(ApiTokens.Wish wish) ->
                tokens.make(account, wish, addresses.of(request))
                        .map(made -> {
                            flash.addFlashAttribute("madeName", made.token().name());
                            flash.addFlashAttribute("madeValue", made.value());
                            return BACK;
                        })
                        .orElseGet(() -> refused(account, form, TOO_MANY, response, model));
        };
    }

    @PostMapping("/account/tokens/{id}/revoke")
    String revoke(
            @AuthenticationPrincipal Account account,
            @PathVariable("id") long id,
            HttpServletRequest request,
            RedirectAttributes flash) {
        boolean revoked = tokens.revoke(account, id, addresses.of(request));
        flash.addFlashAttribute("notice", revoked ? "The token is revoked." : "This token had been revoked before.");
        return BACK;
    }

    static final Refusal TOO_MANY = Refusal.conflict("name", "You have too many tokens already. Revoke one first.");

    private String refused(
            Account account, TokenForm form, Refusal refusal, HttpServletResponse response, Model model) {
        response.setStatus(HttpStatus.BAD_REQUEST.value());
        return page(account, form, refusal, model);
    }

    private String page(Account account, TokenForm form, @Nullable Refusal refusal, Model model) {
        model.addAttribute("tokens", tokens.of(account.id()));
        model.addAttribute("form", form);
        model.addAttribute("problemField", refusal == null ? "" : refusal.field());
        model.addAttribute("problem", refusal == null ? "" : refusal.message());
        model.addAttribute("server", settings.publicAddresses().server());
        return "profile/tokens";
    }
}
