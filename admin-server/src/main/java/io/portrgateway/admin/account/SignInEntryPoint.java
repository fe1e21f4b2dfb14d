package io.portrgateway.admin.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Leads strangers to the sign-in page and, for a page they asked for, back afterwards. htmx is told where to go by a header; a
 * stream of events just ends. Thread-safe.
 */
final class SignInEntryPoint implements AuthenticationEntryPoint {

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        if (request.getHeader("HX-Request") != null) {
            response.setHeader("HX-Redirect", signIn(pageBehind(request), null));
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
            return;
        }
        String accept = Objects.requireNonNullElse(request.getHeader("Accept"), "");
        if (accept.startsWith("text/event-stream")) {
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
            return;
        }
        boolean reading = "GET".equals(request.getMethod());
        response.sendRedirect(signIn(reading ? asked(request) : null, request.getParameter("code")));
    }

    private static String signIn(@Nullable String next, @Nullable String code) {
        UriComponentsBuilder target = UriComponentsBuilder.fromPath("/sign-in");
        NextPath.of(next).ifPresent(path -> target.queryParam("next", "{next}"));
        Optional.ofNullable(code).ifPresent(known -> target.queryParam("code", "{code}"));
        return target.encode()
                .build(java.util.Map.of(
                        "next", Objects.requireNonNullElse(next, ""), "code", Objects.requireNonNullElse(code, "")))
                .toString();
    }

    private static String asked(HttpServletRequest request) {
        @Nullable String query = request.getQueryString();
        return request.getRequestURI() + (query == null ? "" : "?" + query);
    }

    /** The page that htmx works on, not the part of it that it asked for. */
    private static @Nullable String pageBehind(HttpServletRequest request) {
        @Nullable String url = request.getHeader("HX-Current-URL");
        if (url == null) {
            return null;
        }
        try {
            URI uri = URI.create(url);
            return uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
