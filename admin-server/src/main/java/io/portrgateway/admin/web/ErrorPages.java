package io.portrgateway.admin.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * Where the container sends every failure that nobody answered: JSON below {@code /api}, elsewhere a page that says what
 * happened and what to do. Asks the database for nothing, since that may be what failed.
 */
@Controller
final class ErrorPages implements ErrorController {

    /** What a page says; {@code recovers} when it shall try again by itself. */
    record Words(String title, String text, String icon, boolean recovers) {

        Words(String title, String text) {
            this(title, text, "warning", false);
        }
    }

    @RequestMapping("${server.error.path:/error}")
    Object error(HttpServletRequest request) {
        HttpStatus status = status(request);
        String path = String.valueOf(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI));
        if (ApiPaths.isApi(path)) {
            Map<String, Object> body = ApiFailure.body(null, ApiFailures.reason(status));
            return ResponseEntity.status(status)
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(body);
        }
        ModelAndView page = new ModelAndView(
                "web/error", Map.of("status", status.value(), "words", words(status, isForm(request))));
        page.setStatus(status);
        return page;
    }

    private static HttpStatus status(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : null;
        return status == null ? HttpStatus.NOT_FOUND : status;
    }

    /** Whether the browser had sent something; a look at a page fails for other reasons. */
    private static boolean isForm(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_METHOD) instanceof String method
                && !method.equals("GET")
                && !method.equals("HEAD");
    }

    private static Words words(HttpStatus status, boolean form) {
        return switch (status) {
            case NOT_FOUND ->
                new Words(
                        "There is no such page",
                        "It may have been removed, or it belongs to a team that you are not in.",
                        "search",
                        false);
            case FORBIDDEN ->
                new Words(
                        "You may not do this",
                        form
                                ? "It takes other rights than yours, or the page was open for too long: go back, reload it and"
                                        + " try again. If it stays, ask an admin."
                                : "This page is for people with other rights than yours. Ask an admin if you need it.",
                        "key",
                        false);
            case TOO_MANY_REQUESTS ->
                new Words("Too many requests", "Wait a minute, then go back and try again.", "audit", false);
            case CONTENT_TOO_LARGE ->
                new Words("That is too large", "Send less, or ask whoever runs this gateway to raise its limit.");
            case SERVICE_UNAVAILABLE ->
                new Words(
                        "The gateway’s database is not reachable",
                        "Open tunnels go on. This page tries again by itself and comes back as soon as it can.",
                        "refresh",
                        true);
            default ->
                status.is4xxClientError()
                        ? new Words(
                                "The request could not be understood",
                                "Something in the address or the form is not as it should be. Go back and try again.")
                        : new Words(
                                "Something went wrong on our side",
                                "It has been logged. Try again; if it stays, tell whoever runs this gateway what you did.");
        };
    }
}
