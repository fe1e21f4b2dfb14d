package io.portrgateway.admin.github;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * Sign-ins that were started and not finished, in the session, so that any replica can finish them and nobody else can. Each is
 * good once and for {@value #MINUTES} minutes; a few at once, for people with several tabs. Thread-safe.
 */
final class SignInAttempts implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

    /** Where to go afterwards, as an attribute of the authorization request. */
    static final String NEXT = "portr.next";

    private static final String ATTEMPTS = "portr.github.attempts";
    private static final int MAX_ATTEMPTS = 5;
    private static final long MINUTES = 10;

    private final InstantSource clock;

    SignInAttempts(InstantSource clock) {
        this.clock = clock;
    }

    private record Attempt(OAuth2AuthorizationRequest request, long startedAtMillis) implements Serializable {}

    @Override
    public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
        return attempts(request.getSession(false)).stream()
                .filter(attempt -> isFor(attempt, request))
                .map(Attempt::request)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void saveAuthorizationRequest(
            OAuth2AuthorizationRequest started, HttpServletRequest request, HttpServletResponse response) {
        HttpSession session = request.getSession(true);
        List<Attempt> attempts = new ArrayList<>(attempts(session));
        attempts.removeIf(this::isOver);
        if (attempts.size() >= MAX_ATTEMPTS) {
            attempts.removeFirst();
        }
        attempts.add(new Attempt(started, clock.millis()));
        session.setAttribute(ATTEMPTS, new ArrayList<>(attempts));
    }

    /** Uses the attempt up; says by an exception why there is none. */
    @Override
    public OAuth2AuthorizationRequest removeAuthorizationRequest(
            HttpServletRequest request, HttpServletResponse response) {
        @Nullable HttpSession session = request.getSession(false);
        if (session == null || session.getAttribute(ATTEMPTS) == null) {
            throw GitHubFailure.INVALID_SESSION.exception();
        }
        List<Attempt> attempts = new ArrayList<>(attempts(session));
        Attempt attempt = attempts.stream()
                .filter(candidate -> isFor(candidate, request))
                .findFirst()
                .orElseThrow(GitHubFailure.INVALID_STATE::exception);
        attempts.remove(attempt);
        session.setAttribute(ATTEMPTS, new ArrayList<>(attempts));
        if (isOver(attempt)) {
            throw GitHubFailure.INVALID_SESSION.exception();
        }
        Optional.ofNullable(attempt.request().<String>getAttribute(NEXT))
                .ifPresent(next -> request.setAttribute(NEXT, next));
        return attempt.request();
    }

    private boolean isOver(Attempt attempt) {
        return clock.millis() - attempt.startedAtMillis()
                > Duration.ofMinutes(MINUTES).toMillis();
    }

    private static boolean isFor(Attempt attempt, HttpServletRequest request) {
        return Objects.equals(attempt.request().getState(), request.getParameter("state"));
    }

    private static List<Attempt> attempts(@Nullable HttpSession session) {
        return session != null && session.getAttribute(ATTEMPTS) instanceof List<?> stored
                ? stored.stream()
                        .filter(Attempt.class::isInstance)
                        .map(Attempt.class::cast)
                        .toList()
                : List.of();
    }
}
