package io.portrgateway.admin.webhook;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page of the member's webhook secrets. */
@Controller
final class WebhookController {

    private static final String PAGE = "webhook/secrets";

    private final Webhooks webhooks;
    private final ClientAddresses addresses;
    private final PublicAddresses publicAddresses;

    WebhookController(Webhooks webhooks, ClientAddresses addresses, AdminSettings settings) {
        this.webhooks = webhooks;
        this.addresses = addresses;
        this.publicAddresses = settings.publicAddresses();
    }

    @GetMapping("/{team}/webhooks")
    String show(
            Member member,
            @RequestParam(name = "tunnel", defaultValue = "") String tunnel,
            @RequestParam(name = "provider", defaultValue = "") String provider,
            Model model) {
        return page(member, tunnel, provider, "", model);
    }

    @PostMapping("/{team}/webhooks")
    String add(
            Member member,
            @RequestParam(name = "subdomain", defaultValue = "") String subdomain,
            @RequestParam(name = "provider", defaultValue = "") String provider,
            @RequestParam(name = "name", defaultValue = "") String name,
            @RequestParam(name = "secret", defaultValue = "") String secret,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash,
            Model model) {
        return switch (webhooks.add(member, subdomain, provider, name, secret, addresses.of(request))) {
            case Outcome.Done<SecretRows.Row>(SecretRows.Row row) -> {
                flash.addFlashAttribute(
                        "notice",
                        row.provider().title() + " webhooks to " + row.subdomain()
                                + " are checked with it from now on, also those recorded before.");
                yield "redirect:/" + member.teamSlug() + "/webhooks";
            }
            case Outcome.Refused<SecretRows.Row>(Refusal refusal) -> {
                response.setStatus(refusal.status().value());
                model.addAttribute("problem", refusal.message());
                model.addAttribute("problemField", refusal.field());
                // the secret itself is never handed back
                yield page(member, subdomain, provider, name, model);
            }
        };
    }

    @PostMapping("/{team}/webhooks/{id:\\d{1,18}}/remove")
    String remove(Member member, @PathVariable("id") long id, HttpServletRequest request, RedirectAttributes flash) {
        boolean removed = webhooks.remove(member, id, addresses.of(request));
        flash.addFlashAttribute(
                removed ? "notice" : "noticeBad",
                removed ? "The secret is removed." : "This secret had been removed before.");
        return "redirect:/" + member.teamSlug() + "/webhooks";
    }

    private String page(Member member, String tunnel, String provider, String name, Model model) {
        model.addAttribute("secrets", webhooks.of(member));
        model.addAttribute("providers", Provider.values());
        model.addAttribute("slug", member.teamSlug());
        model.addAttribute("suffix", "." + publicAddresses.tunnelHost());
        model.addAttribute("tunnel", tunnel);
        model.addAttribute("chosen", provider);
        model.addAttribute("name", name);
        return PAGE;
    }
}
