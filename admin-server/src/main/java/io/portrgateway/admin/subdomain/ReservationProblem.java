package io.portrgateway.admin.subdomain;

import org.springframework.http.HttpStatus;

/** Why a name cannot be had: the API's status and code, and the sentence for the person (portr-protocol 6.3). */
enum ReservationProblem {
    EMPTY(HttpStatus.BAD_REQUEST, "invalid_subdomain", "Type a name, such as my-app."),
    INVALID_SUBDOMAIN(
            HttpStatus.BAD_REQUEST,
            "invalid_subdomain",
            "A name is 1 to 63 letters a-z, digits or hyphens, with no hyphen at either end."),
    YOURS_ALREADY(HttpStatus.CONFLICT, "already_reserved", "You hold this name already."),
    ALREADY_RESERVED(HttpStatus.CONFLICT, "already_reserved", "This name is reserved by another member. Try another."),
    LIMIT_REACHED(
            HttpStatus.CONFLICT,
            "reservation_limit_reached",
            "You hold as many names as you may. Release one first, or ask an administrator for more."),
    SWITCHED_OFF(
            HttpStatus.CONFLICT,
            "reservation_limit_reached",
            "This gateway takes no new reservations. Ask an administrator."),
    UNAVAILABLE(
            HttpStatus.CONFLICT,
            "subdomain_unavailable",
            "Somebody else has a tunnel under this name right now. Try another, or again later."),
    BUSY(HttpStatus.SERVICE_UNAVAILABLE, "reservation_busy", "Too many people asked for this name at once. Try again.");

    private final HttpStatus status;
    private final String code;
    private final String sentence;

    ReservationProblem(HttpStatus status, String code, String sentence) {
        this.status = status;
        this.code = code;
        this.sentence = sentence;
    }

    HttpStatus status() {
        return status;
    }

    String code() {
        return code;
    }

    String sentence() {
        return sentence;
    }
}
