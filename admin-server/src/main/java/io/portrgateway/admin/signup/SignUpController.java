package io.portrgateway.admin.signup;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.signup.SignUpRules.Current;
import io.portrgateway.admin.signup.SignUpRules.Wish;
import io.portrgateway.admin.team.Role;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import io.portrgateway.admin.web.RequiresSuperuser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** {@code /instance/sign-up}: the switch and the rules, each change a form of its own. */
@Controller
@RequiresSuperuser
final class SignUpController {

    private static final String PAGE = "signup/sign-up";
    private static final String BACK = "redirect:/instance/sign-up";

    private final SignUpRules rules;
    private final ClientAddresses addresses;

    SignUpController(SignUpRules rules, ClientAddresses addresses) {
        this.rules = rules;
        this.addresses = addresses;
    }

    /** What was typed into one of the two forms, to show it again beside what is wrong with it; the other's fields are empty. */
    record SignUpForm(
            @Nullable String kind,
            @Nullable String domain,
            @Nullable String organization,
            @Nullable String githubTeam,
            @Nullable String teamId,
            @Nullable String role) {

        static final SignUpForm EMPTY = new SignUpForm(null, null, null, null, null, null);

        boolean isGitHub() {
            return "github".equals(kind);
        }

        Wish addTo(Wish wish) {
            long team = text(teamId).matches("\\d{1,18}") ? Long.parseLong(text(teamId)) : 0;
            Role wanted = Role.parse(text(role)).orElse(Role.MEMBER);
            if (!isGitHub()) {
                return wish.with(new Wish.Domain(SignUpCheck.normalDomain(text(domain)), team, wanted));
            }
            Optional<String> inTeam =
                    Optional.of(SignUpCheck.normalName(text(githubTeam))).filter(name -> !name.isEmpty());
            return wish.with(new Wish.GitHub(SignUpCheck.normalName(text(organization)), inTeam, team, wanted));
        }

        private static String text(@Nullable String typed) {
            return Objects.requireNonNullElse(typed, "");
        }
    }

    @GetMapping("/instance/sign-up")
    String show(Model model) {
        return page(SignUpForm.EMPTY, model);
    }

    @PostMapping("/instance/sign-up/switch")
    String turn(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "on", defaultValue = "false") boolean on,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Wish wish = rules.current().wish().enabled(on);
        switch (rules.replace(wish, account, addresses.of(request))) {
            case Outcome.Done<Current> done ->
                flash.addFlashAttribute(
                        "notice", on ? "People may sign up by the rules below." : "Nobody can sign up any more.");
            case Outcome.Refused<Current>(Refusal refusal) -> flash.addFlashAttribute("noticeBad", refusal.message());
        }
        return BACK;
    }

    @PostMapping("/instance/sign-up/rules")
    String add(
            @AuthenticationPrincipal Account account,
            @ModelAttribute("form") SignUpForm form,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        Wish wish = form.addTo(rules.current().wish());
        return switch (rules.replace(wish, account, addresses.of(request))) {
            case Outcome.Done<Current> done -> {
                flash.addFlashAttribute("notice", "Rule added.");
                yield BACK;
            }
            case Outcome.Refused<Current>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("problem", refusal);
                yield page(form, model);
            }
        };
    }

    @PostMapping("/instance/sign-up/rules/remove")
    String remove(
            @AuthenticationPrincipal Account account,
            @RequestParam(name = "kind", defaultValue = "") String kind,
            @RequestParam(name = "id", defaultValue = "0") long id,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Current current = rules.current();
        Stream<? extends SignUpRule> candidates =
                kind.equals("github") ? current.gitHub().stream() : current.domains().stream();
        Optional<? extends SignUpRule> rule =
                candidates.filter(candidate -> candidate.id() == id).findFirst();
        if (rule.isEmpty()) {
            flash.addFlashAttribute("noticeBad", "This rule had been removed before.");
            return BACK;
        }
        Wish wish = current.wish().without(rule.get());
        switch (rules.replace(wish, account, addresses.of(request))) {
            case Outcome.Done<Current> done ->
                flash.addFlashAttribute(
                        "notice",
                        current.enabled() && !wish.enabled()
                                ? "Rule removed. It was the last one, so nobody can sign up any more."
                                : "Rule removed. Accounts made by it stay.");
            case Outcome.Refused<Current>(Refusal refusal) -> flash.addFlashAttribute("noticeBad", refusal.message());
        }
        return BACK;
    }

    private String page(SignUpForm form, Model model) {
        model.addAttribute("form", form);
        model.addAttribute("rules", rules.current());
        model.addAttribute("gitHub", rules.isGitHubConfigured());
        model.addAttribute("targets", rules.teams());
        return PAGE;
    }
}
