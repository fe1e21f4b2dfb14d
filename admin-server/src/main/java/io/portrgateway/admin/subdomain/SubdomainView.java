package io.portrgateway.admin.subdomain;

import io.portrgateway.admin.settings.PublicAddresses;
import io.portrgateway.admin.team.Member;
import java.time.Instant;

/** A reserved name as the page shows it. Immutable. */
record SubdomainView(String subdomain, String url, String owner, boolean own, Instant createdAt, String status) {

    static SubdomainView of(Reservation reservation, Member reader, PublicAddresses addresses) {
        return new SubdomainView(
                reservation.subdomain(),
                addresses.tunnelUrl(reservation.subdomain()),
                reservation.owner(),
                reservation.membershipId() == reader.membershipId(),
                reservation.createdAt(),
                reservation.claimStatus());
    }

    public boolean isActive() {
        return status.equals("active");
    }

    public String statusClass() {
        return switch (status) {
            case "active" -> "status good";
            case "starting" -> "status warn";
            default -> "status";
        };
    }

    public String statusText() {
        return switch (status) {
            case "active" -> "Active";
            case "starting" -> "Starting";
            default -> "Idle";
        };
    }
}
