package io.portrgateway.admin.account;

import io.portrgateway.admin.session.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Component;

/**
 * The signed-in user of a request: a session holds an id and nothing more, and the {@link Account} is looked up for each
 * request. So a removed user is signed out, and a superuser's rights end, at once. Thread-safe.
 */
@Component
final class SessionContexts implements SecurityContextRepository {

    private final Sessions sessions;
    private final Accounts accounts;

    SessionContexts(Sessions sessions, Accounts accounts) {
        this.sessions = sessions;
        this.accounts = accounts;
    }

    @Override
    @SuppressWarnings("deprecation") // what the deferred look-up, which is not deprecated, calls
    public SecurityContext loadContext(HttpRequestResponseHolder holder) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        account(holder.getRequest())
                .ifPresent(account -> context.setAuthentication(
                        UsernamePasswordAuthenticationToken.authenticated(account, null, List.of())));
        return context;
    }

    /** Nothing to do: {@link SignIns} begins sessions, and only for an account of ours. */
    @Override
    public void saveContext(SecurityContext context, HttpServletRequest request, HttpServletResponse response) {}

    @Override
    public boolean containsContext(HttpServletRequest request) {
        return sessions.userId(request).isPresent();
    }

    private Optional<Account> account(HttpServletRequest request) {
        OptionalLong userId = sessions.userId(request);
        return userId.isPresent() ? accounts.byId(userId.getAsLong()) : Optional.empty();
    }
}
