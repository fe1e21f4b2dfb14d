package io.portrgateway.admin.auditlog;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** The audit log as a file, for the pages and for the API alike. */
@Controller
final class AuditExportController {

    private final AuditDownloads downloads;

    AuditExportController(AuditDownloads downloads) {
        this.downloads = downloads;
    }

    @RequiresTeamAdmin
    @GetMapping({"/{team}/audit/export", "/api/v1/audit/export"})
    void ofTeam(
            Member member,
            @AuthenticationPrincipal Account account,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        downloads.send(account, AuditEvents.Scope.team(member.teamId()), member.teamSlug(), request, response);
    }

    @RequiresSuperuser
    @GetMapping({"/instance/audit/export", "/api/v1/instance/audit/export"})
    void ofInstance(@AuthenticationPrincipal Account account, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        downloads.send(account, AuditEvents.Scope.everything(), null, request, response);
    }
}
