package io.portrgateway.admin.subdomain;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/reserved-subdomains}: the caller's own names (portr-protocol section 6). */
@RestController
final class ReservationApiController {

    private static final Logger log = LoggerFactory.getLogger(ReservationApiController.class);

    private final Reservations reservations;
    private final ClientAddresses addresses;
    private final String baseDomain;

    ReservationApiController(Reservations reservations, ClientAddresses addresses, AdminSettings settings) {
        this.reservations = reservations;
        this.addresses = addresses;
        this.baseDomain = settings.publicAddresses().tunnelHost();
    }

    @GetMapping("/api/v1/reserved-subdomains")
    Map<String, Object> list(Member member) {
        List<Map<String, Object>> own = coded("reservation_load_failed", () -> reservations.of(member)).stream()
                .map(ReservationApiController::shape)
                .toList();
        return Map.of("data", own, "count", own.size(), "limit", reservations.limit(), "base_domain", baseDomain);
    }

    @PostMapping("/api/v1/reserved-subdomains")
    @ResponseStatus(HttpStatus.CREATED)
    Map<String, Object> reserve(Member member, HttpServletRequest request) {
        String subdomain = body(request).text("subdomain").orElse("");
        ReserveResult result =
                coded("reservation_failed", () -> reservations.reserve(member, subdomain, addresses.of(request)));
        return switch (result) {
            case ReserveResult.Granted granted -> shape(granted.reservation());
            case ReserveResult.Refused refused ->
                throw new ApiFailure(
                        refused.why().status(),
                        refused.why().code(),
                        refused.why().sentence());
        };
    }

    @DeleteMapping("/api/v1/reserved-subdomains/{subdomain}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void release(Member member, @PathVariable("subdomain") String subdomain, HttpServletRequest request) {
        boolean released =
                coded("reservation_failed", () -> reservations.release(member, subdomain, addresses.of(request)));
        if (!released) {
            throw new ApiFailure(HttpStatus.NOT_FOUND, "reservation_not_found", "You hold no such name.");
        }
    }

    private static JsonObject body(HttpServletRequest request) {
        try {
            return JsonObject.read(request);
        } catch (ApiFailure unreadable) {
            throw new ApiFailure(HttpStatus.BAD_REQUEST, "invalid_input", String.valueOf(unreadable.getMessage()));
        }
    }

    /** A failure of ours with the code that clients know; that of an unreachable database is answered for all alike. */
    private static <T> T coded(String code, Supplier<T> work) {
        try {
            return work.get();
        } catch (DataAccessResourceFailureException | QueryTimeoutException databaseAway) {
            throw databaseAway;
        } catch (DataAccessException failure) {
            log.error("reservation_failed code={}", code, failure);
            throw new ApiFailure(HttpStatus.INTERNAL_SERVER_ERROR, code, "internal server error");
        }
    }

    private static Map<String, Object> shape(Reservation reservation) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("subdomain", reservation.subdomain());
        shape.put(
                "created_at",
                reservation.createdAt().truncatedTo(ChronoUnit.SECONDS).toString());
        shape.put("claim_status", reservation.claimStatus());
        return shape;
    }
}
