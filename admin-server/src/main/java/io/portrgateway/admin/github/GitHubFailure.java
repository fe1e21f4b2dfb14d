package io.portrgateway.admin.github;

import java.io.IOException;
import java.util.Arrays;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.web.client.RestClientResponseException;

/** Why a sign-in with GitHub did not work. The codes are the original's where it has one (portr-protocol 6.2). */
enum GitHubFailure {
    /** The person pressed Cancel. */
    DENIED("github-denied"),
    /** No answer in time, or one that says to come back later. */
    UNREACHABLE("github-unreachable"),
    /** GitHub does not accept the OAuth app as it is configured here. */
    MISCONFIGURED("github-misconfigured"),
    INVALID_SESSION("invalid-session"),
    INVALID_STATE("invalid-state"),
    NO_CODE("no-code"),
    TOKEN_EXCHANGE("token-exchange-failed"),
    USER_FETCH("user-fetch-failed"),
    PRIVATE_EMAIL("private-email"),
    UNVERIFIED_EMAIL("email-verification-failed"),
    /** The user with this address has another GitHub account. */
    LINKED_ELSEWHERE("github-account-linked"),
    SIGN_UP_DISABLED("auto-signup-disabled"),
    DOMAIN_DENIED("auto-signup-domain-denied"),
    /** There are rules for organisations too, and none fits. */
    SIGN_UP_DENIED("auto-signup-denied"),
    DATABASE("database-error"),
    TOO_MANY("too-many-attempts");

    private final String code;

    GitHubFailure(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }

    /** Why this sign-in failed, from whatever the framework wrapped around it. */
    static GitHubFailure of(Throwable failure) {
        GitHubFailure reason = TOKEN_EXCHANGE;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            reason = switch (cause) {
                case IOException lost -> UNREACHABLE;
                case RestClientResponseException answer
                when answer.getStatusCode().is5xxServerError() -> UNREACHABLE;
                case OAuth2AuthenticationException known ->
                    ofCode(known.getError().getErrorCode());
                case OAuth2AuthorizationException known ->
                    ofCode(known.getError().getErrorCode());
                default -> reason;
            };
        }
        return reason;
    }

    private static GitHubFailure ofCode(String code) {
        return switch (code) {
            case "access_denied" -> DENIED;
            case "redirect_uri_mismatch",
                    "application_suspended",
                    "incorrect_client_credentials",
                    "unauthorized_client",
                    "invalid_client" -> MISCONFIGURED;
            case "unverified_user_email" -> UNVERIFIED_EMAIL;
            case "invalid_request" -> NO_CODE;
            default ->
                Arrays.stream(values())
                        .filter(known -> known.code.equals(code))
                        .findFirst()
                        .orElse(TOKEN_EXCHANGE);
        };
    }

    /** As Spring Security's filters want it. */
    Refused exception() {
        return new Refused(this, "");
    }

    /** A refusal of ours: what is in it does not come from outside. */
    static final class Refused extends OAuth2AuthenticationException {

        private final GitHubFailure reason;
        private final String login;

        private Refused(GitHubFailure reason, String login) {
            super(new OAuth2Error(reason.code), reason.code);
            this.reason = reason;
            this.login = login;
        }

        /** The same, knowing whom GitHub says it is. */
        Refused of(String gitHubLogin) {
            return new Refused(reason, gitHubLogin);
        }

        /** Whom GitHub says it is; empty when it did not come to that. */
        String login() {
            return login;
        }
    }
}
