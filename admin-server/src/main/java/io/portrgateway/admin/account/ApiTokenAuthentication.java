package io.portrgateway.admin.account;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A request that came with an API token. The token itself is not kept. Immutable. */
final class ApiTokenAuthentication extends AbstractAuthenticationToken {

    private final Account account;
    private final Set<Scope> scopes;

    ApiTokenAuthentication(Account account, Set<Scope> scopes) {
        super(List.of());
        this.scopes = Set.copyOf(scopes);
        // whatever looks at the account alone must not find rights that the token was not given
        this.account = scopes.contains(Scope.ADMIN) ? account : account.withoutSuperuser();
        setAuthenticated(true);
    }

    Set<Scope> scopes() {
        return scopes;
    }

    @Override
    public Object getPrincipal() {
        return account;
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
