package io.portrgateway.admin.github;

import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Limits how often an address may start: each start costs a session, and each return several calls to GitHub. */
final class StartLimit extends OncePerRequestFilter {

    private final RateLimits limits;

    StartLimit(RateLimits limits) {
        this.limits = limits;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean starts = request.getRequestURI().equals(GitHubSecurity.START);
        if (starts && limits.countSignIn(request).isPresent()) {
            response.sendRedirect("/sign-in?code=" + GitHubFailure.TOO_MANY.code());
            return;
        }
        chain.doFilter(request, response);
    }
}
