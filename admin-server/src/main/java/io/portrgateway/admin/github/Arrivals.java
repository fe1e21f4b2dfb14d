package io.portrgateway.admin.github;

import io.portrgateway.admin.account.NextPath;
import io.portrgateway.admin.account.SignInMethod;
import io.portrgateway.admin.account.SignIns;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;

/** What happens when somebody comes back from GitHub: a session, or the sign-in page with a code that says why not. */
final class Arrivals implements AuthenticationSuccessHandler, AuthenticationFailureHandler {

    private static final Logger log = LoggerFactory.getLogger(Arrivals.class);

    private final SignIns signIns;

    Arrivals(SignIns signIns) {
        this.signIns = signIns;
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        if (!(authentication.getPrincipal() instanceof GitHubUser user)) {
            throw new IllegalStateException("not a user of ours: " + authentication.getClass());
        }
        String next = request.getAttribute(SignInAttempts.NEXT) instanceof String path ? path : "/";
        signIns.complete(user.account(), SignInMethod.GITHUB, request, response);
        response.sendRedirect(NextPath.of(next).orElse("/"));
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        GitHubFailure reason = GitHubFailure.of(failure);
        String login = failure instanceof GitHubFailure.Refused refused
                        && !refused.login().isEmpty()
                ? refused.login()
                : "unknown";
        log.info("github_sign_in_failed reason={} login={}", reason.code(), login);
        signIns.refuse(login, SignInMethod.GITHUB, reason.code(), request);
        response.sendRedirect("/sign-in?code=" + reason.code());
    }
}
