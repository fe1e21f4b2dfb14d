package io.portrgateway.admin.account;

import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Recognises API tokens. A bearer of another form, such as a membership's secret key, is left to the route. A token wins over
 * a session cookie, so that a call has the rights it was sent for. Thread-safe.
 */
final class ApiTokenFilter extends OncePerRequestFilter {

    private static final String SCHEME = "bearer ";

    private final ApiTokens tokens;
    private final RateLimits limits;
    private final HandlerExceptionResolver failures;

    ApiTokenFilter(ApiTokens tokens, RateLimits limits, HandlerExceptionResolver failures) {
        this.tokens = tokens;
        this.limits = limits;
        this.failures = failures;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> token = token(request.getHeader("Authorization"));
        if (token.isPresent()) {
            try {
                authenticate(token.get(), request);
            } catch (RuntimeException failure) {
                failures.resolveException(request, response, null, failure);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private void authenticate(String token, HttpServletRequest request) {
        limits.countApiCall(request);
        limits.countKey(token);
        ApiTokens.Grant grant = tokens.use(token)
                .orElseThrow(
                        () -> new ApiFailure(HttpStatus.UNAUTHORIZED, "this API token is unknown, revoked or expired"));
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(new ApiTokenAuthentication(grant.account(), grant.scopes()));
        SecurityContextHolder.setContext(context);
    }

    private static Optional<String> token(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String value = header.substring(SCHEME.length()).strip();
        return value.startsWith(ApiTokens.PREFIX) ? Optional.of(value) : Optional.empty();
    }
}
