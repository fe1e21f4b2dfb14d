package io.portrgateway.admin.overview;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.clientconfig.ClientConfigs;
import io.portrgateway.admin.connection.Connections;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.SshKeys;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page a member lands on. Every query is scoped by the membership of the signed-in user in the team of the path. */
@Controller
final class OverviewController {

    private static final String HIDDEN_KEY = "portr_••••••••";

    private final Teams teams;
    private final Connections connections;
    private final ClientConfigs configs;
    private final SshKeys sshKeys;
    private final AuditTrail audit;
    private final ClientAddresses addresses;
    private final AdminSettings settings;
    private final InstantSource clock;
    private final String version;

    OverviewController(
            Teams teams,
            Connections connections,
            ClientConfigs configs,
            SshKeys sshKeys,
            AuditTrail audit,
            ClientAddresses addresses,
            AdminSettings settings,
            InstantSource clock,
            @Value("${portr.version}") String version) {
        this.teams = teams;
        this.connections = connections;
        this.configs = configs;
        this.sshKeys = sshKeys;
        this.audit = audit;
        this.addresses = addresses;
        this.settings = settings;
        this.clock = clock;
        this.version = version;
    }

    @GetMapping("/")
    String start(@AuthenticationPrincipal Account account, Model model) {
        Optional<Member> first = teams.ofUser(account.id()).stream().findFirst();
        if (first.isEmpty()) {
            model.addAttribute("account", account);
            return "overview/no-team";
        }
        return "redirect:/" + first.get().teamSlug() + "/overview";
    }

    @GetMapping("/{team}/overview")
    String overview(@AuthenticationPrincipal Account account, @PathVariable("team") String slug, Model model) {
        Member member = member(account, slug);
        // a flash attribute: the key is in the page exactly once after it was asked for
        boolean revealed = model.getAttribute("secretKey") != null;
        String key = revealed ? String.valueOf(model.getAttribute("secretKey")) : HIDDEN_KEY;
        Instant now = clock.instant();
        List<TunnelView> tunnels = connections.live(member.teamId()).stream()
                .map(tunnel -> TunnelView.of(tunnel, settings.publicAddresses(), now))
                .toList();
        model.addAttribute("member", member);
        model.addAttribute("teams", teams.ofUser(account.id()));
        model.addAttribute("revealed", revealed);
        model.addAttribute("shownKey", key);
        model.addAttribute("commands", configs.commands(member, key));
        model.addAttribute("firstRun", !connections.hadAny(member.membershipId()));
        model.addAttribute("exampleUrl", settings.publicAddresses().tunnelUrl("myapp"));
        model.addAttribute("tunnels", tunnels);
        model.addAttribute("sshKeys", sshKeys.of(account.id()));
        model.addAttribute("version", version);
        return "overview/overview";
    }

    @PostMapping("/{team}/secret-key/reveal")
    String reveal(
            @AuthenticationPrincipal Account account,
            @PathVariable("team") String slug,
            HttpServletRequest request,
            RedirectAttributes flash) {
        Member member = member(account, slug);
        teams.secretKey(member.membershipId())
                .ifPresentOrElse(
                        key -> flash.addFlashAttribute("secretKey", key),
                        () -> flash.addFlashAttribute("notice", "Your key cannot be read: ask an administrator."));
        audit.record(new AuditTrail.Event(
                account.id(),
                account.email(),
                "secret_key.revealed",
                member.teamId(),
                account.email(),
                addresses.of(request)));
        return "redirect:/" + member.teamSlug() + "/overview#key";
    }

    /** A team that the user does not belong to looks the same as one that does not exist. */
    private Member member(Account account, String slug) {
        return teams.member(account.id(), slug).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
