package io.portrgateway.admin.auditlog;

import io.portrgateway.admin.audit.AuditWords;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The pages of the audit log: a team's, for its admins, and everybody's, for superusers. */
@Controller
final class AuditController {

    private static final int PAGE_SIZE = 30;

    private final AuditEvents events;

    AuditController(AuditEvents events) {
        this.events = events;
    }

    /** An action to choose. */
    record Choice(String code, String text) {}

    @RequiresTeamAdmin
    @GetMapping("/{team}/audit")
    String ofTeam(Member member, HttpServletRequest request, Model model) {
        model.addAttribute("section", "audit");
        model.addAttribute("teamName", member.teamName());
        return page(AuditEvents.Scope.team(member.teamId()), "/" + member.teamSlug() + "/audit", request, model);
    }

    @RequiresSuperuser
    @GetMapping("/instance/audit")
    String ofInstance(HttpServletRequest request, Model model) {
        model.addAttribute("section", "instance-audit");
        model.addAttribute("slugs", events.teams());
        return page(AuditEvents.Scope.everything(), "/instance/audit", request, model);
    }

    private String page(AuditEvents.Scope scope, String path, HttpServletRequest request, Model model) {
        AuditFilter filter = AuditFilter.read(request::getParameter);
        AuditEvents.Page page = filter.problems().isEmpty()
                ? events.page(scope, filter, AuditEvents.Place.of(request), PAGE_SIZE)
                : new AuditEvents.Page(List.of(), null, null);
        model.addAttribute("filter", filter);
        model.addAttribute("events", page.events());
        model.addAttribute("path", path);
        model.addAttribute("older", link(filter, path, "before", page.older()));
        model.addAttribute("newer", link(filter, path, "since", page.newer()));
        model.addAttribute("csv", filter.link(path + "/export", "format", "csv"));
        model.addAttribute("jsonLines", filter.link(path + "/export", "format", "jsonl"));
        model.addAttribute(
                "actions",
                events.actions(scope).stream()
                        .map(code -> new Choice(code, AuditWords.of(code)))
                        .sorted(Comparator.comparing(Choice::text))
                        .toList());
        model.addAttribute("actors", events.actors(scope));
        return "auditlog/audit";
    }

    private static @Nullable String link(AuditFilter filter, String path, String name, @Nullable AuditCursor cursor) {
        return cursor == null ? null : filter.link(path, name, cursor.text());
    }
}
