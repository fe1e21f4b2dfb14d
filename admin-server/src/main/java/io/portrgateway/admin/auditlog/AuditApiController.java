package io.portrgateway.admin.auditlog;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/audit}, for team admins, and {@code /api/v1/instance/audit}, for superusers. */
@RestController
final class AuditApiController {

    private static final int DEFAULT_SIZE = 50;
    private static final int MAX_SIZE = 500;

    private final AuditEvents events;

    AuditApiController(AuditEvents events) {
        this.events = events;
    }

    @RequiresTeamAdmin
    @GetMapping("/api/v1/audit")
    Map<String, @Nullable Object> ofTeam(Member member, HttpServletRequest request) {
        return page(AuditEvents.Scope.team(member.teamId()), request);
    }

    @RequiresSuperuser
    @GetMapping("/api/v1/instance/audit")
    Map<String, @Nullable Object> ofInstance(HttpServletRequest request) {
        return page(AuditEvents.Scope.everything(), request);
    }

    private Map<String, @Nullable Object> page(AuditEvents.Scope scope, HttpServletRequest request) {
        AuditEvents.Page page = events.page(
                scope,
                AuditDownloads.filter(request),
                AuditEvents.Place.of(request),
                size(request.getParameter("limit")));
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("data", page.events().stream().map(AuditExport::shape).toList());
        shape.put("next", page.older() == null ? null : page.older().text());
        return shape;
    }

    private static int size(@Nullable String limit) {
        try {
            return limit == null ? DEFAULT_SIZE : Math.clamp(Integer.parseInt(limit), 1, MAX_SIZE);
        } catch (NumberFormatException notANumber) {
            return DEFAULT_SIZE;
        }
    }
}
