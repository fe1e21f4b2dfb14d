package io.portrgateway.admin.github;

import io.portrgateway.admin.settings.GitHubSettings;
import java.util.Map;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.DefaultMapOAuth2AccessTokenResponseConverter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;

/** Spring Security's exchange of the code for a token, with our limits, and with GitHub's habit of refusing by a 200. */
final class TokenExchange {

    private TokenExchange() {}

    static OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> with(GitHubSettings settings) {
        OAuth2AccessTokenResponseHttpMessageConverter answers = new OAuth2AccessTokenResponseHttpMessageConverter();
        DefaultMapOAuth2AccessTokenResponseConverter plain = new DefaultMapOAuth2AccessTokenResponseConverter();
        answers.setAccessTokenResponseConverter(fields -> convert(fields, plain));
        RestClientAuthorizationCodeTokenResponseClient exchange = new RestClientAuthorizationCodeTokenResponseClient();
        exchange.setRestClient(GitHubApi.client(settings)
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(answers))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build());
        return exchange;
    }

    private static OAuth2AccessTokenResponse convert(
            Map<String, Object> fields, DefaultMapOAuth2AccessTokenResponseConverter plain) {
        if (fields.get("error") instanceof String code) {
            throw new OAuth2AuthorizationException(new OAuth2Error(code));
        }
        return plain.convert(fields);
    }
}
