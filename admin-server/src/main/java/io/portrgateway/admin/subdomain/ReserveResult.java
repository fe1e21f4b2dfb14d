package io.portrgateway.admin.subdomain;

/** What came of asking for a name. */
sealed interface ReserveResult {

    /** The name is the member's. */
    record Granted(Reservation reservation) implements ReserveResult {}

    /** It is not, and why. */
    record Refused(ReservationProblem why, String subdomain) implements ReserveResult {}
}
