package io.portrgateway.admin.web;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * An API call that is answered with an error: thrown by controllers, turned into JSON by {@code ApiFailures}. Carries no
 * stack trace, because it is an answer and not a bug.
 */
public final class ApiFailure extends RuntimeException {

    private final HttpStatus status;
    private final transient @Nullable String code;

    /** An answer with this status and this sentence for the person at the client. */
    public ApiFailure(HttpStatus status, String message) {
        this(status, null, message);
    }

    /** The same, with a code that the client knows ({@code reserved_subdomain}, …). */
    public ApiFailure(HttpStatus status, @Nullable String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** 400: the request itself is wrong. */
    public static ApiFailure badRequest(String message) {
        return new ApiFailure(HttpStatus.BAD_REQUEST, message);
    }

    HttpStatus status() {
        return status;
    }

    Map<String, Object> body() {
        return body(code, String.valueOf(getMessage()));
    }

    /** Both fields, because the two client generations read different ones (portr-protocol section 2). */
    static Map<String, Object> body(@Nullable String code, String message) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", message);
        body.put("message", message);
        if (code != null) {
            body.put("code", code);
        }
        return body;
    }
}
