package io.portrgateway.admin.github;

import io.portrgateway.admin.account.Account;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.user.OAuth2User;

/** The user that a sign-in with GitHub led to, on the way through Spring Security's filter. Never stored. Immutable. */
record GitHubUser(Account account) implements OAuth2User {

    @Override
    public Map<String, Object> getAttributes() {
        return Map.of();
    }

    @Override
    public Collection<? extends GrantedAuthority> getAuthorities() {
        return List.of();
    }

    @Override
    public String getName() {
        return account.email();
    }
}
