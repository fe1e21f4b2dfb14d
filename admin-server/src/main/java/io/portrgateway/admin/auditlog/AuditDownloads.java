package io.portrgateway.admin.auditlog;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.audit.AuditTrail;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Answers a request with the events of its filter as a file, and notes that somebody took it. Thread-safe. */
@Component
final class AuditDownloads {

    private final AuditEvents events;
    private final AuditTrail audit;
    private final ClientAddresses addresses;
    private final InstantSource clock;

    AuditDownloads(AuditEvents events, AuditTrail audit, ClientAddresses addresses, InstantSource clock) {
        this.events = events;
        this.audit = audit;
        this.addresses = addresses;
        this.clock = clock;
    }

    /** The file for a team's events; for everybody's when {@code slug} is null. */
    void send(
            Account account,
            AuditEvents.Scope scope,
            @Nullable String slug,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        AuditFilter filter = filter(request);
        AuditExport format = AuditExport.parse(request.getParameter("format"))
                .orElseThrow(() -> ApiFailure.badRequest("format: expected csv or jsonl"));
        AuditTrail.Event taken = AuditTrail.Event.of("audit.exported")
                .by(account.id(), account.email())
                .with("format", format.extension())
                .from(addresses.of(request));
        for (var parameter : filter.parameters().entrySet()) {
            taken = taken.with(parameter.getKey(), parameter.getValue());
        }
        audit.note(scope.teamId().isPresent() ? taken.in(scope.teamId().getAsLong()) : taken);
        String day = clock.instant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
        response.setContentType(format.contentType());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(
                "Content-Disposition",
                "attachment; filename=\"audit-" + (slug == null ? "instance" : slug) + "-" + day + "."
                        + format.extension() + "\"");
        format.write(events, scope, filter, response.getOutputStream());
    }

    /** The filter of a request; an {@link ApiFailure} that names the parameter when one cannot be read. */
    static AuditFilter filter(HttpServletRequest request) {
        AuditFilter filter = AuditFilter.read(request::getParameter);
        filter.problems().entrySet().stream().findFirst().ifPresent(problem -> {
            throw ApiFailure.badRequest(problem.getKey() + ": " + problem.getValue());
        });
        return filter;
    }
}
