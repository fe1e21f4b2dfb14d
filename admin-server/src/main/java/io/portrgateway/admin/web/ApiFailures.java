package io.portrgateway.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Turns every failure of an API call into {@code {"error", "message", "code"?}}, always as {@code application/json}: the
 * client decodes nothing else. Failures of pages are passed on to {@link ErrorPages}.
 */
@RestControllerAdvice
final class ApiFailures {

    private static final Logger log = LoggerFactory.getLogger(ApiFailures.class);

    @ExceptionHandler(ApiFailure.class)
    ResponseEntity<Map<String, Object>> answered(ApiFailure failure) {
        return json(failure.status(), new HttpHeaders(), failure.body());
    }

    @ExceptionHandler(TooManyRequests.class)
    ResponseEntity<Map<String, Object>> limited(TooManyRequests failure) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(failure.retryAfterSeconds()));
        String message = "too many requests, try again in " + failure.retryAfterSeconds() + " s";
        return json(HttpStatus.TOO_MANY_REQUESTS, headers, ApiFailure.body("rate_limited", message));
    }

    /** Everything else: the framework's own refusals (404, 405, …), an unreachable database, bugs. */
    @ExceptionHandler(Exception.class)
    @Nullable
    ResponseEntity<Map<String, Object>> other(
            Exception failure, HttpServletRequest request, HttpServletResponse response) throws Exception {
        if (response.isCommitted()) {
            // part of the answer is gone; the container breaks the connection off, so that nobody takes it for the
            // whole
            throw failure;
        }
        if (Outages.isDatabaseAway(failure)) {
            return databaseAway(failure, request, response);
        }
        if (!ApiPaths.isApi(request.getRequestURI())) {
            throw failure;
        }
        if (failure instanceof ErrorResponse refusal) {
            HttpStatusCode status = refusal.getStatusCode();
            return json(status, refusal.getHeaders(), ApiFailure.body(null, reason(status)));
        }
        log.error("api_call_failed method={} path={}", request.getMethod(), request.getRequestURI(), failure);
        return json(
                HttpStatus.INTERNAL_SERVER_ERROR, new HttpHeaders(), ApiFailure.body(null, "internal server error"));
    }

    private static @Nullable ResponseEntity<Map<String, Object>> databaseAway(
            Exception failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        log.warn("database_unavailable path={} reason={}", request.getRequestURI(), failure.getMessage());
        if (!ApiPaths.isApi(request.getRequestURI())) {
            response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value());
            return null;
        }
        String message = "the gateway's database is not reachable at the moment, try again shortly";
        return json(HttpStatus.SERVICE_UNAVAILABLE, new HttpHeaders(), ApiFailure.body(null, message));
    }

    static String reason(HttpStatusCode status) {
        return switch (status.value()) {
            case 404 -> "not found";
            case 405 -> "method not allowed";
            default ->
                status instanceof HttpStatus known ? known.getReasonPhrase().toLowerCase(Locale.ROOT) : "error";
        };
    }

    private static ResponseEntity<Map<String, Object>> json(
            HttpStatusCode status, HttpHeaders headers, Map<String, Object> body) {
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}
