package io.portrgateway.admin.account;

import io.portrgateway.admin.web.ApiFailure;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Who makes this request, and by what. Immutable.
 *
 * @param account the user; never a superuser when the API token they came with lacks the scope for it
 * @param scopes what their API token allows; nothing when they came with a session, which allows everything
 */
public record Caller(Account account, Optional<Set<Scope>> scopes) {

    /** The caller of the request that this thread answers; nothing for strangers. */
    public static Optional<Caller> current() {
        @Nullable
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !(authentication.getPrincipal() instanceof Account account)) {
            return Optional.empty();
        }
        return Optional.of(
                authentication instanceof ApiTokenAuthentication token
                        ? new Caller(account, Optional.of(token.scopes()))
                        : new Caller(account, Optional.empty()));
    }

    /** For a call that reads what opens more than reading: 403 unless the caller's session or token is good for this scope. */
    public static void demand(Scope scope) {
        current().ifPresent(caller -> caller.check(scope));
    }

    /** 403, naming the scope, unless their session or token is good for it. */
    public void check(Scope scope) {
        if (!has(scope)) {
            throw new ApiFailure(
                    HttpStatus.FORBIDDEN, "missing_scope", "this API token lacks the scope " + scope.text());
        }
    }

    /** Whether their session or token is good for calls that need this scope. */
    public boolean has(Scope scope) {
        return scopes.map(held -> held.contains(scope)).orElse(true);
    }
}
