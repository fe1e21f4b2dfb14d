package io.portrgateway.admin.account;

import io.portrgateway.admin.settings.AdminSettings;
import io.portrgateway.admin.web.RateLimits;
import jakarta.servlet.DispatcherType;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Who may reach which path. Three chains: the private operations port; the API, where a session or an API token says who calls
 * and {@code team.AccessRules} decides; the dashboard, where everything but the sign-in page needs a session.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfig {

    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
            + " frame-ancestors 'none'";

    @Bean
    @Order(1)
    SecurityFilterChain operations(HttpSecurity http) throws Exception {
        return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain api(
            HttpSecurity http,
            SecurityContextRepository sessions,
            ApiTokens tokens,
            RateLimits limits,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver failures)
            throws Exception {
        return http.securityMatcher("/api/**")
                // AccessRules decides, route by route, so that unknown paths are 404 and refusals are JSON
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .securityContext(context -> context.securityContextRepository(sessions))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.NEVER))
                .addFilterAfter(new ApiTokenFilter(tokens, limits, failures), SecurityContextHolderFilter.class)
                // SameOrigin and the demand for JSON stand in for the token, which clients of the API have no page to
                // get from
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(cache -> cache.requestCache(new NullRequestCache()))
                .logout(AbstractHttpConfigurer::disable)
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain dashboard(
            HttpSecurity http,
            SecurityContextRepository sessions,
            CsrfTokenRepository csrfTokens,
            AdminSettings settings)
            throws Exception {
        http.authorizeHttpRequests(requests -> requests
                        // what was allowed when it began: the end of a stream of events
                        .dispatcherTypeMatchers(DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers(
                                "/sign-in",
                                "/sign-in/**",
                                "/account/join",
                                "/account/join/**",
                                "/share/**",
                                "/assets/**",
                                "/error")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .securityContext(context -> context.securityContextRepository(sessions))
                .csrf(csrf -> csrf.csrfTokenRepository(csrfTokens))
                .addFilterBefore(new UploadFilter(settings), CsrfFilter.class)
                // what was asked for before is passed on as a parameter, and NextPath judges it (threats W4)
                .requestCache(cache -> cache.requestCache(new NullRequestCache()))
                .exceptionHandling(failures -> failures.authenticationEntryPoint(new SignInEntryPoint()))
                // SignInController does it
                .logout(AbstractHttpConfigurer::disable)
                .headers(headers -> {
                    headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY));
                    headers.referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER));
                    headers.permissionsPolicyHeader(
                            policy -> policy.policy("camera=(), geolocation=(), microphone=()"));
                    headers.frameOptions(frames -> frames.deny());
                    if (settings.publicAddresses().isSecure()) {
                        headers.httpStrictTransportSecurity(hsts ->
                                hsts.requestMatcher(AnyRequestMatcher.INSTANCE).includeSubDomains(false));
                    } else {
                        headers.httpStrictTransportSecurity(hsts -> hsts.disable());
                    }
                });
        return http.build();
    }

    /** In a cookie of its own, so that no visitor of the sign-in page costs a session. */
    @Bean
    CsrfTokenRepository csrfTokens(AdminSettings settings) {
        boolean secure = settings.publicAddresses().isSecure();
        CookieCsrfTokenRepository tokens = new CookieCsrfTokenRepository();
        tokens.setCookieName(secure ? "__Host-portr_csrf" : "portr_csrf");
        tokens.setCookiePath("/");
        tokens.setCookieCustomizer(
                cookie -> cookie.secure(secure).httpOnly(true).sameSite("Lax"));
        return tokens;
    }
}
