package io.portrgateway.admin;

import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import io.portrgateway.admin.web.WithoutSession;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** One way into the running server: a method, a path, and who may come in by what its annotations say. */
record Route(String method, String path, HandlerMethod handler) {

    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)(?::(?:[^{}]|\\{[^{}]*})*)?}");

    /** Every route of the server, pages and API. */
    static List<Route> of(Gateway gateway) {
        RequestMappingHandlerMapping mapping =
                gateway.context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        List<Route> routes = new ArrayList<>();
        for (Map.Entry<RequestMappingInfo, HandlerMethod> entry :
                mapping.getHandlerMethods().entrySet()) {
            Set<RequestMethod> methods = entry.getKey().getMethodsCondition().getMethods();
            for (RequestMethod method : methods.isEmpty() ? Set.of(RequestMethod.GET, RequestMethod.POST) : methods) {
                for (String pattern : entry.getKey().getPatternValues()) {
                    routes.add(
                            new Route(method.name(), VARIABLE.matcher(pattern).replaceAll("{$1}"), entry.getValue()));
                }
            }
        }
        routes.sort(Comparator.comparing(Route::path).thenComparing(Route::method));
        return routes;
    }

    /** {@code GET /{team}/overview}: how samples and documents call it. */
    String name() {
        return method + " " + path;
    }

    boolean isApi() {
        return path.startsWith("/api/");
    }

    boolean isReading() {
        return method.equals("GET");
    }

    boolean isOpen() {
        return has(WithoutSession.class);
    }

    boolean isForSuperusers() {
        return has(RequiresSuperuser.class);
    }

    boolean isForTeamAdmins() {
        return has(RequiresTeamAdmin.class);
    }

    /** Whether no API token opens it. */
    boolean isForSessionsOnly() {
        return Stream.concat(
                        Arrays.stream(handler.getMethod().getAnnotations()),
                        Arrays.stream(handler.getBeanType().getAnnotations()))
                .anyMatch(annotation ->
                        annotation.annotationType().getSimpleName().equals("RequiresSession"));
    }

    boolean isOfATeam() {
        return isForTeamAdmins()
                || Arrays.stream(handler.getMethodParameters())
                        .anyMatch(parameter -> parameter.getParameterType() == Member.class);
    }

    /** The names in its path but the team's. */
    Set<String> variables() {
        return VARIABLE.matcher(path)
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.equals("team"))
                .collect(Collectors.toSet());
    }

    String fill(Map<String, String> values) {
        return VARIABLE.matcher(path)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
    }

    private boolean has(Class<? extends Annotation> annotation) {
        return handler.hasMethodAnnotation(annotation)
                || AnnotatedElementUtils.hasAnnotation(handler.getBeanType(), annotation);
    }

    @Override
    public String toString() {
        return name();
    }
}
