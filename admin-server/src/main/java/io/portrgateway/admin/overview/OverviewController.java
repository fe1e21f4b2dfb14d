package io.portrgateway.admin.overview;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.clientconfig.ClientConfigs;
import io.portrgateway.admin.connection.Connections;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.stats.Range;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.SecretKeys;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The page a member lands on. Every query is scoped by the membership of the signed-in user in the team of the path. */
@Controller
final class OverviewController {

    private static final String HIDDEN_KEY = "portr_••••••••";
    private static final ResponseEntity<Void> UNCHANGED =
            ResponseEntity.noContent().build();

    private final Teams teams;
    private final Connections connections;
    private final Overview overview;
    private final ClientConfigs configs;
    private final SecretKeys keys;
    private final ClientAddresses addresses;
    private final AdminSettings settings;

    OverviewController(
            Teams teams,
            Connections connections,
            Overview overview,
            ClientConfigs configs,
            SecretKeys keys,
            ClientAddresses addresses,
            AdminSettings settings) {
        this.teams = teams;
        this.connections = connections;
        this.overview = overview;
        this.configs = configs;
        this.keys = keys;
        this.addresses = addresses;
        this.settings = settings;
    }

    @GetMapping("/")
    String start(@AuthenticationPrincipal Account account) {
        return teams.ofUser(account.id()).stream()
                .findFirst()
                .map(first -> "redirect:/" + first.teamSlug() + "/overview")
                .orElse("overview/no-team");
    }

    @GetMapping("/{team}/overview")
    String overview(Member member, @RequestParam(name = "range", defaultValue = "day") String range, Model model) {
        return overview(member, Range.of(range), Optional.empty(), model);
    }

    private String overview(Member member, Range range, Optional<String> key, Model model) {
        String shown = key.orElse(HIDDEN_KEY);
        fill(member, range, !connections.hadAny(member.membershipId()), model);
        model.addAttribute("revealed", key.isPresent());
        model.addAttribute("shownKey", shown);
        model.addAttribute("commands", configs.commands(member, shown));
        model.addAttribute("exampleUrl", settings.publicAddresses().tunnelUrl("myapp"));
        return "overview/overview";
    }

    /** What changes all the time: nothing (204) while it is as the page shows it already. */
    @GetMapping("/{team}/overview/live")
    Object live(
            Member member,
            @RequestParam(name = "range", defaultValue = "day") String range,
            @RequestParam(name = "seen", defaultValue = "") String seen,
            @RequestParam(name = "first", defaultValue = "false") boolean first,
            Model model,
            HttpServletResponse response) {
        boolean firstRun = first && !connections.hadAny(member.membershipId());
        if (first && !firstRun) {
            // the guide has done its work: the page changes its face
            response.setHeader("HX-Refresh", "true");
        }
        Overview.Live live = fill(member, Range.of(range), firstRun, model);
        model.addAttribute("update", true);
        return live.fingerprint().equals(seen) ? UNCHANGED : "overview/live :: update";
    }

    /** The charts, which change slowly, and which somebody may be reading just now. */
    @GetMapping("/{team}/overview/charts")
    Object charts(
            Member member,
            @RequestParam(name = "range", defaultValue = "day") String range,
            @RequestParam(name = "seen", defaultValue = "") String seen,
            Model model) {
        Overview.Live live = fill(member, Range.of(range), false, model);
        return live.charts().fingerprint().equals(seen) ? UNCHANGED : "overview/live :: charts";
    }

    private Overview.Live fill(Member member, Range range, boolean firstRun, Model model) {
        Overview.Live live = overview.of(member, range);
        model.addAttribute("member", member);
        model.addAttribute("range", range);
        model.addAttribute("ranges", Range.values());
        model.addAttribute("live", live);
        model.addAttribute("firstRun", firstRun);
        return live;
    }

    /** The key is in this answer and nowhere else: a redirect would have to keep it in the session, which is a row. */
    @PostMapping("/{team}/secret-key/reveal")
    String reveal(Member member, HttpServletRequest request, Model model) {
        Optional<String> key = keys.reveal(member, addresses.of(request));
        if (key.isEmpty()) {
            model.addAttribute("noticeBad", SecretKeys.UNREADABLE);
        }
        return overview(member, Range.of(""), key, model);
    }

    /** Where a reload without the form ends, and the form of the theme. */
    @GetMapping("/{team}/secret-key/reveal")
    String revealed(Member member) {
        return "redirect:/" + member.teamSlug() + "/overview";
    }
}
