package io.portrgateway.admin.github;

import io.portrgateway.admin.account.SignIns;
import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.settings.GitHubSettings;
import io.portrgateway.admin.signup.SignUpRules;
import io.portrgateway.admin.web.ClientAddresses;
import io.portrgateway.admin.web.RateLimits;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.NullSecurityContextRepository;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;

/**
 * The two paths of signing in with GitHub, as the original has them, before the API's own filters. Spring Security does the
 * OAuth: state, PKCE, exchange of the code. What it would keep, it is given nowhere to keep: the access token lives as long as
 * the one request that came with the code, and the session is ours ({@link SignIns}).
 */
@Configuration(proxyBeanMethods = false)
class GitHubSecurity {

    static final String START = "/api/v1/auth/github";
    static final String CALLBACK = START + "/callback";

    private static final String REGISTRATION = "github";

    @Bean
    @Order(0)
    SecurityFilterChain gitHub(
            HttpSecurity http,
            AdminSettings settings,
            GitHubConnection connection,
            GitHubSignIn signIn,
            SignIns signIns,
            SignUpRules rules,
            RateLimits limits,
            ClientAddresses addresses,
            InstantSource clock)
            throws Exception {
        if (settings.github().isEmpty()) {
            // GitHubController says so
            return http.securityMatcher(request -> false).build();
        }
        GitHubSettings github = settings.github().get();
        ClientRegistrationRepository app = new InMemoryClientRegistrationRepository(
                registration(github, settings.publicAddresses().server() + CALLBACK));
        Arrivals arrivals = new Arrivals(signIns);
        return http.securityMatcher(new OrRequestMatcher(get(START), get(CALLBACK)))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .securityContext(context -> context.securityContextRepository(new NullSecurityContextRepository()))
                .requestCache(cache -> cache.requestCache(new NullRequestCache()))
                .csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER)))
                .addFilterBefore(new StartLimit(limits), OAuth2AuthorizationRequestRedirectFilter.class)
                .oauth2Login(login -> login.loginPage("/sign-in")
                        .loginProcessingUrl(CALLBACK)
                        .clientRegistrationRepository(app)
                        .authorizedClientRepository(new NoTokens())
                        .authorizationEndpoint(start -> start.authorizationRequestResolver(new Departures(app, rules))
                                .authorizationRequestRepository(new SignInAttempts(clock)))
                        .tokenEndpoint(exchange -> exchange.accessTokenResponseClient(TokenExchange.with(github)))
                        .userInfoEndpoint(users -> users.userService(new GitHubUsers(connection, signIn, addresses)))
                        .successHandler(arrivals)
                        .failureHandler(arrivals))
                .build();
    }

    private static PathPatternRequestMatcher get(String path) {
        return PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.GET, path);
    }

    private static ClientRegistration registration(GitHubSettings github, String callback) {
        return ClientRegistration.withRegistrationId(REGISTRATION)
                .clientId(github.clientId())
                .clientSecret(github.clientSecret().reveal())
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri(callback)
                .scope(Departures.EMAIL_SCOPE)
                .authorizationUri(github.web() + "/login/oauth/authorize")
                .tokenUri(github.web() + "/login/oauth/access_token")
                .userInfoUri(github.api() + "/user")
                .userNameAttributeName("id")
                // PKCE: GitHub checks it, and an Enterprise Server that does not know it ignores it
                .clientSettings(ClientRegistration.ClientSettings.builder()
                        .requireProofKey(true)
                        .build())
                .build();
    }
}
