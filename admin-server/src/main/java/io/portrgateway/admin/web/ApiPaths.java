package io.portrgateway.admin.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UriUtils;

/**
 * Makes API paths uniform before anything looks at them: doubled slashes become one (a user who types a slash after
 * {@code --remote} sends them), the slash at the end goes, letters become lower case. Only below {@code /api}: everywhere
 * else the firewall refuses what is not plain. Runs before Spring Security, so that the path that is routed is the path
 * that is authorised.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
public final class ApiPaths extends OncePerRequestFilter {

    private static final Pattern API = Pattern.compile("/+api(/.*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern SLASHES = Pattern.compile("/{2,}");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = request.getRequestURI();
        if (!isApi(path)) {
            if (isHidden(path)) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            } else {
                chain.doFilter(request, response);
            }
            return;
        }
        String uniform = uniform(path);
        chain.doFilter(uniform.equals(path) ? request : new Renamed(request, uniform), response);
    }

    /** Whether a path belongs to the API, so that its errors are JSON. */
    public static boolean isApi(String path) {
        return API.matcher(path).matches();
    }

    /** An API path only once it is decoded, as {@code /%61pi}: it would be routed as one, but not judged as one. */
    private static boolean isHidden(String path) {
        if (path.indexOf('%') < 0) {
            return false;
        }
        try {
            return isApi(UriUtils.decode(path, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            return true;
        }
    }

    static String uniform(String path) {
        String single = SLASHES.matcher(path).replaceAll("/").toLowerCase(Locale.ROOT);
        return single.length() > 1 && single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
    }

    private static final class Renamed extends HttpServletRequestWrapper {

        private final String path;

        Renamed(HttpServletRequest request, String path) {
            super(request);
            this.path = path;
        }

        @Override
        public String getRequestURI() {
            return path;
        }

        @Override
        public StringBuffer getRequestURL() {
            return new StringBuffer(getScheme() + "://" + getServerName() + ":" + getServerPort() + path);
        }

        @Override
        public String getServletPath() {
            return path;
        }
    }
}
