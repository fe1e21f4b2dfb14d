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

/** Where the container sends every failure that nobody answered: JSON below {@code /api}, a plain page elsewhere. */
@Controller
final class ErrorPages implements ErrorController {

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
        ModelAndView page = new ModelAndView("web/error", Map.of("status", status.value(), "text", text(status)));
        page.setStatus(status);
        return page;
    }

    private static HttpStatus status(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : null;
        return status == null ? HttpStatus.NOT_FOUND : status;
    }

    private static String text(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> "There is no such page.";
            case FORBIDDEN -> "This page has expired, or you may not do this. Go back, reload and try again.";
            case SERVICE_UNAVAILABLE ->
                "The gateway's database is not reachable at the moment. Open tunnels go on; reload in a moment.";
            default ->
                status.is4xxClientError()
                        ? "The request could not be understood."
                        : "Something went wrong on our side. It has been logged.";
        };
    }
}
