package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.TenantSamples.Sample;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Nobody gets at another team. Made from the list of routes of the running server, so that a new route is tried without
 * anybody thinking of it: by strangers, by the people of another team, and by plain members where more is asked.
 */
@Timeout(240)
class TenantIT {

    /** Open to everybody, on purpose. API routes that are say so themselves (WithoutSession). */
    private static final Set<String> OPEN_PAGES = Set.of(
            "/error",
            "/sign-in",
            "/account/join",
            "/account/join/now",
            // with a token: one request, as its members chose to show it
            "/share/{token}",
            "/share/{token}/body/{direction}",
            "/share/{token}/body/{direction}/view",
            "/share/{token}/messages",
            "/share/{token}/messages/{number}");

    /** API routes without a session: they show nothing of a team, or look at a key in the request by themselves. */
    private static final Set<String> OPEN_API = Set.of(
            "GET /api/v1/healthcheck",
            "GET /api/v1/version",
            "GET /api/v1/openapi.json",
            "GET /api/v1/auth/auth-config",
            "POST /api/v1/auth/login",
            "GET /api/v1/auth/github",
            "GET /api/v1/auth/github/callback",
            "POST /api/v1/config/download",
            "POST /api/v1/connections",
            "POST /api/v1/admin/users");

    private static Gateway gateway;
    private static Callers callers;
    private static TenantData data;
    private static TenantSamples samples;
    private static final Map<String, Browser> browsers = new HashMap<>();

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_KEY", "0");
        callers = new Callers(gateway);
        data = new TenantData(gateway);
        samples = new TenantSamples(data);
    }

    @AfterAll
    static void stop() {
        browsers.values().forEach(Browser::close);
        gateway.close();
    }

    @TestFactory
    Stream<DynamicTest> turnsStrangersAwayFromEveryRoute() {
        return routes().filter(route -> !isOpen(route))
                .map(route -> DynamicTest.dynamicTest(route.name(), () -> {
                    Sample sample = sample(route);
                    Map<String, String> before = data.everything();

                    Answer answer = callAsStranger(route, sample);

                    assertThat(answer.status())
                            .as(answer.body())
                            .isIn(route.isApi() ? List.of(401) : List.of(302, 303, 401, 403));
                    if (answer.status() / 100 == 3) {
                        assertThat(answer.header("Location").orElse("")).contains("/sign-in");
                    }
                    assertNothingOfAlpha(route, answer);
                    assertThat(data.everything()).isEqualTo(before);
                }));
    }

    @TestFactory
    Stream<DynamicTest> hidesATeamFromThePeopleOfAnother() {
        return routes().filter(route -> route.isOfATeam() && !isOpen(route))
                .flatMap(route -> Stream.of(TenantData.BETA_ADMIN, TenantData.BETA_MEMBER)
                        .map(person -> DynamicTest.dynamicTest(route.name() + " as " + person, () -> {
                            assertHidden(route, person);
                        })));
    }

    private static void assertHidden(Route route, String person) {
        Sample sample = sample(route);
        Map<String, String> before = data.everything();

        Answer answer = call(person, route, sample, "alpha");

        // a page says that there is no such team; the API, that it is not the caller's
        assertThat(answer.status()).as(answer.body()).isEqualTo(route.isApi() || route.isForSuperusers() ? 403 : 404);
        assertNothingOfAlpha(route, answer);
        assertThat(data.everything()).isEqualTo(before);
    }

    @TestFactory
    Stream<DynamicTest> findsNothingOfAnotherTeamByItsIds() {
        return routes().filter(route -> !isOpen(route) && !route.isForSuperusers())
                .filter(route -> !route.variables().isEmpty() || !route.isReading() || !route.isOfATeam())
                .map(route -> DynamicTest.dynamicTest(route.name(), () -> {
                    Sample sample = sample(route);
                    Map<String, String> before = data.ofAlpha();

                    Answer answer = call(TenantData.BETA_ADMIN, route, sample, "beta");

                    assertThat(answer.status()).as(answer.body()).isLessThan(500);
                    assertNothingOfAlpha(route, answer);
                    assertThat(data.ofAlpha()).isEqualTo(before);
                    if (!route.isReading()) {
                        // it may have been allowed, and have ended this very session
                        forget(TenantData.BETA_ADMIN);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesPlainMembersWhatAdminsMay() {
        return routes().filter(Route::isForTeamAdmins)
                .map(route -> DynamicTest.dynamicTest(route.name(), () -> {
                    Sample sample = sample(route);
                    Map<String, String> before = data.everything();

                    Answer answer = call(TenantData.ALPHA_MEMBER, route, sample, "alpha");

                    assertThat(answer.status()).as(answer.body()).isEqualTo(403);
                    assertThat(data.everything()).isEqualTo(before);
                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesAdminsOfTeamsWhatSuperusersMay() {
        return routes().filter(Route::isForSuperusers)
                .flatMap(route -> Stream.of(TenantData.BETA_ADMIN, TenantData.BETA_MEMBER)
                        .map(person -> DynamicTest.dynamicTest(route.name() + " as " + person, () -> {
                            Sample sample = sample(route);
                            Map<String, String> before = data.everything();

                            Answer answer = call(person, route, sample, "beta");

                            assertThat(answer.status()).as(answer.body()).isEqualTo(403);
                            assertNothingOfAlpha(route, answer);
                            assertThat(data.everything()).isEqualTo(before);
                        })));
    }

    @Test
    void opensNoOtherApiRouteToStrangers() {
        assertThat(routes().filter(Route::isApi).filter(Route::isOpen).map(Route::name))
                .as("routes with @WithoutSession: add one here once it is certain that it shows nothing of a team")
                .isSubsetOf(OPEN_API);
    }

    @Test
    void keepsHoldersOfAKeyToTheirOwnTeam() {
        String key = new Members(gateway).add("holder@beta.example.com", "beta", "admin");
        Map<String, String> before = data.ofAlpha();

        Answer added = gateway.post(
                "/api/v1/admin/users",
                "{\"email\":\"new@example.com\",\"team_slug\":\"alpha\"}",
                "Authorization",
                "Bearer " + key);
        Answer taken = gateway.post(
                "/api/v1/connections",
                "{\"connection_type\":\"http\",\"subdomain\":\"kept-%s\",\"secret_key\":\"%s\"}"
                        .formatted(TenantData.MARKER, key));
        Answer download = gateway.post("/api/v1/config/download", "{\"secret_key\":\"%s\"}".formatted(key));

        assertThat(added.status()).isEqualTo(403);
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.body()).doesNotContain("@");
        assertThat(download.status()).isEqualTo(200);
        assertThat(added.body() + download.body()).doesNotContain(TenantData.MARKER);
        assertThat(data.ofAlpha()).isEqualTo(before);
    }

    @Test
    void keepsInstancePagesForSuperusersAndTeamPagesForMembers() {
        List<String> unguarded = routes().filter(route -> !isOpen(route))
                .filter(route -> route.path().matches("(/api/v1)?/instance/.*") && !route.isForSuperusers()
                        || route.path().startsWith("/{team}/") && !route.isOfATeam() && !isCheckedByItself(route))
                .map(Route::name)
                .toList();

        assertThat(unguarded)
                .as("routes without @RequiresSuperuser, or without a Member argument")
                .isEmpty();
    }

    /** What this test is for: routes that somebody forgot to guard. */
    static final class Forgotten {

        @ResponseBody
        public String shows(@PathVariable("team") String team) {
            return gateway.sql()
                    .sql("select client_template from team where slug = :slug")
                    .param("slug", team)
                    .query(String.class)
                    .single();
        }

        @ResponseBody
        public String changes(@PathVariable("team") String team) {
            gateway.sql()
                    .sql("update team set updated_at = now() where slug = :slug")
                    .param("slug", team)
                    .update();
            return "";
        }
    }

    @Test
    void failsForRoutesThatSomebodyForgotToGuard() throws NoSuchMethodException {
        RequestMappingHandlerMapping mapping =
                gateway.context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        for (String name : new String[] {"shows", "changes"}) {
            RequestMappingInfo info = RequestMappingInfo.paths("/{team}/" + name)
                    .methods(RequestMethod.GET)
                    .options(mapping.getBuilderConfiguration())
                    .build();
            mapping.registerMapping(info, new Forgotten(), Forgotten.class.getMethod(name, String.class));
            try {
                Route route = routes().filter(one -> one.path().equals("/{team}/" + name))
                        .findFirst()
                        .orElseThrow();
                assertThatThrownBy(() -> assertHidden(route, TenantData.BETA_ADMIN))
                        .isInstanceOf(AssertionError.class);
                assertThatThrownBy(this::keepsInstancePagesForSuperusersAndTeamPagesForMembers)
                        .hasMessageContaining("/{team}/" + name);
                Map<String, String> before = data.ofAlpha();
                String shown = call(TenantData.BETA_ADMIN, route, sample(route), "alpha")
                        .body();
                assertThat(shown.contains(TenantData.MARKER) || !data.ofAlpha().equals(before))
                        .isTrue();
            } finally {
                mapping.unregisterMapping(info);
            }
        }
        assertThat(samples.of(new Route(
                        "POST",
                        "/{team}/new",
                        routes().findFirst().orElseThrow().handler())))
                .as("a changing route without a sample")
                .isEmpty();
    }

    @Test
    void hasNoSampleForARouteThatIsGone() {
        Set<String> known = routes().map(Route::name).collect(Collectors.toCollection(HashSet::new));

        assertThat(samples.names()).as("samples without a route").allMatch(known::contains);
    }

    /** Pages from before the Member argument, which ask for the membership themselves: found out by being called. */
    private static boolean isCheckedByItself(Route route) {
        return call(TenantData.BETA_ADMIN, route, sample(route), "alpha").status() == 404;
    }

    private static Stream<Route> routes() {
        return Route.of(gateway).stream();
    }

    private static boolean isOpen(Route route) {
        return route.isOpen() || OPEN_PAGES.contains(route.path());
    }

    private static Sample sample(Route route) {
        return samples.of(route)
                .orElseGet(() -> fail(
                        "no sample for " + route.name() + " (" + route.handler().getShortLogMessage()
                                + "): add it to TenantSamples, with values of team alpha for "
                                + (route.variables().isEmpty() ? "its form or body" : route.variables())
                                + ", such that the call would change something of alpha if it were let through"));
    }

    /** Nothing but what the caller themselves sent: an address or a sentence may repeat the name they asked for. */
    private static void assertNothingOfAlpha(Route route, Answer answer) {
        String shown = answer.body() + answer.response().headers().map();
        for (String sent : sample(route).path().values()) {
            shown = sent.contains(TenantData.MARKER) ? shown.replace(sent, "") : shown;
        }
        assertThat(shown).doesNotContain(TenantData.MARKER);
    }

    private static Answer callAsStranger(Route route, Sample sample) {
        String path = route.fill(values(sample, "alpha"));
        return switch (route.method()) {
            case "GET" -> gateway.get(path, "X-Team-Slug", "alpha");
            default ->
                gateway.send(
                        HttpRequest.newBuilder(gateway.uri(path))
                                .method(route.method(), BodyPublishers.ofString(sample.json())),
                        "Content-Type",
                        route.isApi() ? "application/json" : "application/x-www-form-urlencoded",
                        "X-Team-Slug",
                        "alpha");
        };
    }

    private static Answer call(String person, Route route, Sample sample, String team) {
        Browser browser = browser(person);
        String path = route.fill(values(sample, team));
        if (route.isReading()) {
            return browser.open(path, "X-Team-Slug", team);
        }
        if (route.isApi()) {
            return browser.send(route.method(), path, "application/json", sample.json(), "X-Team-Slug", team);
        }
        return browser.submit(browser.open("/design"), path, sample.form());
    }

    private static Map<String, String> values(Sample sample, String team) {
        Map<String, String> values = new HashMap<>(sample.path());
        values.put("team", team);
        return values;
    }

    private static Browser browser(String person) {
        return browsers.computeIfAbsent(person, callers::signedIn);
    }

    private static void forget(String person) {
        Browser browser = browsers.remove(person);
        if (browser != null) {
            browser.close();
        }
    }
}
