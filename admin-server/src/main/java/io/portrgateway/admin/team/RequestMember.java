package io.portrgateway.admin.team;

import io.portrgateway.admin.account.Caller;
import io.portrgateway.admin.account.Scope;
import io.portrgateway.admin.web.ApiFailure;
import io.portrgateway.admin.web.ApiPaths;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Finds out as which member a request is made: on pages by the team in the path, in the API by the header
 * {@value #TEAM_HEADER}. A team that the caller does not belong to looks on pages as if it did not exist. Thread-safe.
 */
@Component
final class RequestMember {

    static final String TEAM_HEADER = "X-Team-Slug";

    private static final String FOUND = RequestMember.class.getName();

    private final Teams teams;

    RequestMember(Teams teams) {
        this.teams = teams;
    }

    /** The caller's membership, asked of the database once per request. */
    Member of(HttpServletRequest request) {
        if (request.getAttribute(FOUND) instanceof Member found) {
            return found;
        }
        Caller caller =
                Caller.current().orElseThrow(() -> new ApiFailure(HttpStatus.UNAUTHORIZED, AccessRules.SIGN_IN_FIRST));
        Member member = ApiPaths.isApi(request.getRequestURI()) ? byHeader(caller, request) : byPath(caller, request);
        Member allowed = caller.has(Scope.ADMIN) ? member : member.withoutRights();
        request.setAttribute(FOUND, allowed);
        return allowed;
    }

    private Member byHeader(Caller caller, HttpServletRequest request) {
        @Nullable String slug = request.getHeader(TEAM_HEADER);
        if (slug == null || slug.isBlank()) {
            throw ApiFailure.badRequest("header " + TEAM_HEADER + " is required");
        }
        return teams.member(caller.account().id(), slug.strip())
                .orElseThrow(() -> new ApiFailure(HttpStatus.FORBIDDEN, "you are not a member of this team"));
    }

    private Member byPath(Caller caller, HttpServletRequest request) {
        Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        Object slug = variables instanceof Map<?, ?> map ? map.get("team") : null;
        if (slug == null) {
            throw new IllegalStateException("no {team} in the path of " + request.getRequestURI());
        }
        return teams.member(caller.account().id(), slug.toString())
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
