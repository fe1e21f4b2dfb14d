package io.portrgateway.admin.connection;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A team's connections in the API: the list as the original has it (portr-protocol 6.4), one in full, and its end. */
@RestController
final class ConnectionListApiController {

    private static final int DEFAULT_PAGE_SIZE = 10;
    private static final int MAX_PAGE_SIZE = 100;

    private final ConnectionSearch search;
    private final Disconnects disconnects;
    private final ClientAddresses addresses;
    private final PublicAddresses publicAddresses;
    private final InstantSource clock;

    ConnectionListApiController(
            ConnectionSearch search,
            Disconnects disconnects,
            ClientAddresses addresses,
            AdminSettings settings,
            InstantSource clock) {
        this.search = search;
        this.disconnects = disconnects;
        this.addresses = addresses;
        this.publicAddresses = settings.publicAddresses();
        this.clock = clock;
    }

    /** A page; what is out of range is brought into it. */
    record Page(long count, List<ConnectionJson> data) {}

    @GetMapping("/api/v1/connections")
    Page list(
            Member member,
            @RequestParam(name = "type", defaultValue = "recent") String type,
            @RequestParam(name = "page") Optional<String> page,
            @RequestParam(name = "page_size") Optional<String> pageSize) {
        boolean liveOnly = switch (type) {
            case "recent" -> false;
            case "active" -> true;
            default -> throw ApiFailure.badRequest("type: expected recent or active");
        };
        int size = Math.clamp(number("page_size", pageSize, DEFAULT_PAGE_SIZE), 1, MAX_PAGE_SIZE);
        int wanted = Math.max(1, number("page", page, 1));
        List<ConnectionJson> data = search.numbered(member.teamId(), liveOnly, wanted, size).stream()
                .map(row -> ConnectionJson.brief(row, member, clock.instant()))
                .toList();
        return new Page(search.countAll(member.teamId(), liveOnly), data);
    }

    @GetMapping("/api/v1/connections/{id}")
    ConnectionJson one(Member member, @PathVariable("id") String id) {
        return search.byId(member.teamId(), id.toUpperCase(Locale.ROOT))
                .map(row -> ConnectionJson.full(row, member, publicAddresses, clock.instant()))
                .orElseThrow(ConnectionListApiController::unknown);
    }

    @PostMapping("/api/v1/connections/{id}/disconnect")
    Map<String, String> disconnect(Member member, @PathVariable("id") String id, HttpServletRequest request) {
        return switch (disconnects.one(member, id.toUpperCase(Locale.ROOT), addresses.of(request))) {
            case DONE -> Map.of("status", "ok");
            case UNKNOWN -> throw unknown();
            case FORBIDDEN ->
                throw new ApiFailure(
                        HttpStatus.FORBIDDEN, "only its owner, an admin of the team or a superuser may disconnect it");
            case NOT_LIVE -> throw new ApiFailure(HttpStatus.CONFLICT, "not_active", "this connection is not active");
        };
    }

    private static int number(String name, Optional<String> text, int otherwise) {
        try {
            return text.filter(given -> !given.isBlank())
                    .map(given -> Math.clamp(Long.parseLong(given.strip()), -1, Integer.MAX_VALUE))
                    .orElse(otherwise);
        } catch (NumberFormatException notANumber) {
            throw ApiFailure.badRequest(name + ": expected a number");
        }
    }

    private static ApiFailure unknown() {
        return new ApiFailure(HttpStatus.NOT_FOUND, "there is no such connection in this team");
    }
}
