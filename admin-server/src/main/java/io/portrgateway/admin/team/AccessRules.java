package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Caller;
import io.portrgateway.admin.account.Scope;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ApiPaths;
import io.portrgateway.admin.web.RequiresSession;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import io.portrgateway.admin.web.WithoutSession;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Decides for every route whether this caller may use it, from what the route's annotations say. An API route without
 * {@link WithoutSession} needs a session or an API token with the right scopes. Thread-safe.
 */
@Component
final class AccessRules implements HandlerInterceptor {

    static final String SIGN_IN_FIRST = "sign in, or send an API token as Authorization: Bearer <token>";

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    private final RequestMember members;

    AccessRules(RequestMember members) {
        this.members = members;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        // an asynchronous answer was allowed when it began; errors are nobody's secret
        if (handler instanceof HandlerMethod route && request.getDispatcherType() == DispatcherType.REQUEST) {
            check(route, request);
        }
        return true;
    }

    private void check(HandlerMethod route, HttpServletRequest request) {
        boolean api = ApiPaths.isApi(request.getRequestURI());
        if (api && has(route, WithoutSession.class)) {
            return;
        }
        Optional<Caller> caller = Caller.current();
        if (api) {
            checkApi(caller.orElseThrow(() -> new ApiFailure(HttpStatus.UNAUTHORIZED, SIGN_IN_FIRST)), route, request);
        }
        if (has(route, RequiresSuperuser.class)
                && !caller.map(known -> known.account().superuser()).orElse(false)) {
            throw forbidden(api, "only a superuser may do this");
        }
        if (has(route, RequiresTeamAdmin.class) && !members.of(request).mayAdministerTeam()) {
            throw forbidden(api, "only an admin of the team or a superuser may do this");
        }
    }

    private static void checkApi(Caller caller, HandlerMethod route, HttpServletRequest request) {
        boolean reading = READING.contains(request.getMethod());
        caller.check(reading ? Scope.READ : Scope.WRITE);
        if (has(route, RequiresSuperuser.class) || has(route, RequiresTeamAdmin.class)) {
            caller.check(Scope.ADMIN);
        }
        if (has(route, RequiresSession.class) && caller.scopes().isPresent()) {
            throw new ApiFailure(HttpStatus.FORBIDDEN, "an API token cannot do this, sign in for it");
        }
        if (!reading && caller.scopes().isEmpty() && hasBody(request) && !isJson(request.getContentType())) {
            // a form of another site can send anything but JSON
            throw new ApiFailure(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type: application/json expected");
        }
    }

    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    private static boolean isJson(@Nullable String contentType) {
        try {
            return contentType != null
                    && MediaType.APPLICATION_JSON.isCompatibleWith(MediaType.parseMediaType(contentType));
        } catch (InvalidMediaTypeException unreadable) {
            return false;
        }
    }

    private static boolean has(HandlerMethod route, Class<? extends Annotation> annotation) {
        return route.hasMethodAnnotation(annotation)
                || AnnotatedElementUtils.hasAnnotation(route.getBeanType(), annotation);
    }

    private static RuntimeException forbidden(boolean api, String reason) {
        return api
                ? new ApiFailure(HttpStatus.FORBIDDEN, reason)
                : new ResponseStatusException(HttpStatus.FORBIDDEN, reason);
    }
}
