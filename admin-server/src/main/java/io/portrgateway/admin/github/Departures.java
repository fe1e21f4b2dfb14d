package io.portrgateway.admin.github;

import io.portrgateway.admin.account.NextPath;
import io.portrgateway.admin.signup.SignUpRules;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.transaction.TransactionException;

/**
 * The way to GitHub: what Spring Security asks for, with the scopes that the rules of sign-up need now, and with the page to go
 * to afterwards. Thread-safe.
 */
final class Departures implements OAuth2AuthorizationRequestResolver {

    static final String EMAIL_SCOPE = "user:email";
    static final String ORGANIZATIONS_SCOPE = "read:org";

    private static final String BASE = GitHubSecurity.START.substring(0, GitHubSecurity.START.lastIndexOf('/'));

    private final OAuth2AuthorizationRequestResolver plain;
    private final SignUpRules rules;

    Departures(ClientRegistrationRepository app, SignUpRules rules) {
        this.plain = new DefaultOAuth2AuthorizationRequestResolver(app, BASE);
        this.rules = rules;
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
        return complete(plain.resolve(request), request);
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request, String registration) {
        return complete(plain.resolve(request, registration), request);
    }

    private @Nullable OAuth2AuthorizationRequest complete(
            @Nullable OAuth2AuthorizationRequest plainRequest, HttpServletRequest request) {
        if (plainRequest == null) {
            return null;
        }
        Optional<String> next = NextPath.of(request.getParameter("next"));
        return OAuth2AuthorizationRequest.from(plainRequest)
                .scopes(asksForOrganizations() ? Set.of(EMAIL_SCOPE, ORGANIZATIONS_SCOPE) : Set.of(EMAIL_SCOPE))
                .attributes(attributes -> next.ifPresent(path -> attributes.put(SignInAttempts.NEXT, path)))
                .build();
    }

    private boolean asksForOrganizations() {
        try {
            return rules.current().asksForOrganizations();
        } catch (DataAccessException | TransactionException away) {
            // then the session cannot be kept either, which is answered in one place for all
            return false;
        }
    }
}
