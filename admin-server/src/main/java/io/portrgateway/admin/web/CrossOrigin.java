package io.portrgateway.admin.web;

import io.portrgateway.admin.settings.AdminSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which scripts of other origins may call the API: those of the gateway's own public origin, with credentials, and none else
 * (portr-protocol section 6). Calls without an Origin header, such as the clients', are no matter of it.
 */
@Configuration(proxyBeanMethods = false)
class CrossOrigin {

    private static final List<String> METHODS = List.of("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH");
    private static final List<String> HEADERS =
            List.of("Origin", "Content-Type", "Accept", "Authorization", "X-Team-Slug");

    @Bean
    FilterRegistrationBean<CorsFilter> crossOriginFilter(AdminSettings settings) {
        CorsConfiguration rules = new CorsConfiguration();
        rules.setAllowedOrigins(List.of(origin(settings.publicAddresses().server())));
        rules.setAllowCredentials(true);
        rules.setAllowedMethods(METHODS);
        rules.setAllowedHeaders(HEADERS);
        rules.setMaxAge(Duration.ofHours(1));
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        source.registerCorsConfiguration("/api/**", rules);
        CorsFilter filter = new CorsFilter(source);
        filter.setCorsProcessor(new InJson());
        FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(filter);
        // after ApiPaths, so that every spelling of a path is meant; before anybody looks for a caller
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 15);
        return registration;
    }

    private static String origin(URI server) {
        return server.getScheme() + "://" + server.getRawAuthority();
    }

    /** Refuses as the rest of the API does. */
    private static final class InJson extends DefaultCorsProcessor {

        private static final JsonMapper JSON = new JsonMapper();

        @Override
        protected void rejectRequest(ServerHttpResponse response) throws IOException {
            response.setStatusCode(HttpStatus.FORBIDDEN);
            response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
            String body = JSON.writeValueAsString(ApiFailure.body(null, "this origin may not call the API"));
            response.getBody().write(body.getBytes(StandardCharsets.UTF_8));
            response.flush();
        }
    }
}
