package io.portrgateway.admin.subdomain;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page of reserved names: the member's own, and who in the team holds what. */
@Controller
final class SubdomainController {

    private static final int MAX_TYPED_CHARS = 200;

    private final Reservations reservations;
    private final ClientAddresses addresses;
    private final PublicAddresses publicAddresses;

    SubdomainController(Reservations reservations, ClientAddresses addresses, AdminSettings settings) {
        this.reservations = reservations;
        this.addresses = addresses;
        this.publicAddresses = settings.publicAddresses();
    }

    @GetMapping("/{team}/subdomains")
    String show(Member member, Model model) {
        List<SubdomainView> names = reservations.ofTeam(member).stream()
                .map(reservation -> SubdomainView.of(reservation, member, publicAddresses))
                .toList();
        long own = names.stream().filter(SubdomainView::own).count();
        int limit = reservations.limit();
        model.addAttribute("names", names);
        model.addAttribute("slug", member.teamSlug());
        model.addAttribute("quota", new Quota(own, limit));
        model.addAttribute("suffix", "." + publicAddresses.tunnelHost());
        return "subdomain/subdomains";
    }

    @PostMapping("/{team}/subdomains")
    String reserve(
            Member member,
            @RequestParam(name = "subdomain", defaultValue = "") String subdomain,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model,
            RedirectAttributes flash) {
        return switch (reservations.reserve(member, subdomain, addresses.of(request))) {
            case ReserveResult.Granted granted -> {
                flash.addFlashAttribute(
                        "notice",
                        publicAddresses.tunnelUrl(granted.reservation().subdomain()) + " is yours now.");
                yield back(member);
            }
            case ReserveResult.Refused refused -> {
                response.setStatus(refused.why().status().value());
                model.addAttribute("problem", refused.why().sentence());
                model.addAttribute(
                        "typed",
                        subdomain.length() > MAX_TYPED_CHARS ? subdomain.substring(0, MAX_TYPED_CHARS) : subdomain);
                yield show(member, model);
            }
        };
    }

    @PostMapping("/{team}/subdomains/{subdomain}/release")
    String release(
            Member member,
            @PathVariable("subdomain") String subdomain,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (reservations.release(member, subdomain, addresses.of(request))) {
            flash.addFlashAttribute("notice", Reservations.normal(subdomain) + " is free again.");
        } else {
            flash.addFlashAttribute("noticeBad", "You do not hold this name. It may have been released before.");
        }
        return back(member);
    }

    /** The slug is the database's, not the path's. */
    private static String back(Member member) {
        return "redirect:/" + member.teamSlug() + "/subdomains";
    }

    /** How many names of how many; {@code limit} 0 means that there are no new ones. */
    record Quota(long used, int limit) {

        public boolean isFull() {
            return used >= limit;
        }

        public boolean isOff() {
            return limit == 0;
        }

        public long percent() {
            return limit == 0 ? 0 : Math.min(100, used * 100 / limit);
        }
    }
}
