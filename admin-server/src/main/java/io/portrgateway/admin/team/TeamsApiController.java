package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import io.portrgateway.admin.web.RequiresSuperuser;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/team}: all teams of the gateway (portr-protocol section 6). */
@RestController
@RequiresSuperuser
final class TeamsApiController {

    private final TeamDirectory directory;
    private final ClientAddresses addresses;

    TeamsApiController(TeamDirectory directory, ClientAddresses addresses) {
        this.directory = directory;
        this.addresses = addresses;
    }

    @GetMapping("/api/v1/team")
    List<TeamName> list() {
        return directory.all().stream()
                .map(row -> new TeamName(row.id(), row.name(), row.slug()))
                .toList();
    }

    @PostMapping("/api/v1/team")
    TeamName create(@AuthenticationPrincipal Account account, HttpServletRequest request) {
        String name = JsonObject.read(request).text("name").orElse("");
        return directory.create(account, name, addresses.of(request)).orFail();
    }
}
