package io.portrgateway.admin.shell;

import io.portrgateway.admin.account.Account;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import io.portrgateway.admin.web.Theme;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.thymeleaf.context.LazyContextVariable;

/**
 * Gives every page what its frame needs, so that no controller has to: {@code shell}, {@code account}, {@code member} (of the
 * page's team) and {@code teams}. Costs one query, and only when a page is rendered.
 */
@ControllerAdvice(annotations = Controller.class)
final class ShellAdvice {

    /** A variable with what it may match: {@code {id:[0-9]+}} is {@code {id}} to whoever asks for a route. */
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+):(?:[^{}]|\\{[^{}]*})*}");

    private final Teams teams;
    private final ObjectProvider<RequestMappingHandlerMapping> routes;
    private volatile @Nullable Nav nav;

    ShellAdvice(
            Teams teams,
            @Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> routes) {
        this.teams = teams;
        this.routes = routes;
    }

    @ModelAttribute
    void shell(@AuthenticationPrincipal @Nullable Account account, HttpServletRequest request, Model model) {
        Shell shell = new Shell(
                account,
                Theme.of(request),
                path(request),
                slug(request),
                nav(),
                () -> account == null ? List.of() : teams.ofUser(account.id()));
        model.addAttribute("shell", shell);
        if (account != null) {
            model.addAttribute("account", account);
            model.addAttribute("member", new Lazy<@Nullable Member>(shell::member));
            model.addAttribute("teams", new Lazy<>(shell::teams));
        }
    }

    /** The routes are known once the context is up, so they are asked for at the first page. */
    private Nav nav() {
        Nav known = nav;
        if (known == null) {
            Set<String> patterns = routes.getObject().getHandlerMethods().keySet().stream()
                    .flatMap(mapping -> mapping.getPatternValues().stream())
                    .map(pattern -> VARIABLE.matcher(pattern).replaceAll("{$1}"))
                    .collect(Collectors.toSet());
            known = new Nav(patterns);
            nav = known;
        }
        return known;
    }

    private static String path(HttpServletRequest request) {
        @Nullable String query = request.getQueryString();
        return request.getRequestURI() + (query == null ? "" : "?" + query);
    }

    private static @Nullable String slug(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                        && variables.get("team") instanceof String slug
                ? slug
                : null;
    }

    /** A model attribute that is looked up when a template uses it. */
    private static final class Lazy<T extends @Nullable Object> extends LazyContextVariable<T> {

        private final Supplier<T> source;

        Lazy(Supplier<T> source) {
            this.source = source;
        }

        @Override
        protected T loadValue() {
            return source.get();
        }
    }
}
