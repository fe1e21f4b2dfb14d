package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.secret.Tokens;
import io.portrgateway.admin.team.FirstAdministrator;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.web.RequiresSuperuser;
import io.portrgateway.admin.web.RequiresTeamAdmin;
import java.lang.reflect.Method;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Who may call a route: sessions, API tokens and their scopes, teams, roles, origins; on routes made for the test. */
@Timeout(120)
class AccessIT {

    private static final String PROBE = "/api/v1/probe";

    private static Gateway gateway;
    private static Browser admin;
    private static Browser member;

    /** One route of each kind. */
    static final class Probes {

        @ResponseBody
        public Map<String, String> plain() {
            return Map.of("kind", "plain");
        }

        @ResponseBody
        public Map<String, String> team(Member member) {
            return Map.of("team", member.teamSlug(), "role", member.role().text());
        }

        @RequiresTeamAdmin
        @ResponseBody
        public Map<String, String> teamAdmin(Member member) {
            return Map.of("team", member.teamSlug());
        }

        @RequiresSuperuser
        @ResponseBody
        public Map<String, String> superuser() {
            return Map.of("kind", "superuser");
        }
    }

    @BeforeAll
    static void start() throws NoSuchMethodException {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        route(PROBE, "plain");
        route(PROBE + "/team", "team", Member.class);
        route(PROBE + "/team-admin", "teamAdmin", Member.class);
        route(PROBE + "/superuser", "superuser");
        route("/{team}/probe", "team", Member.class);
        route("/{team}/probe-admin", "teamAdmin", Member.class);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        new Members(gateway).add("member@example.com", "default-team", "member");
        admin = signedIn("admin@localhost");
        member = signedIn("member@example.com");
    }

    @AfterAll
    static void stop() {
        admin.close();
        member.close();
        gateway.close();
    }

    private static void route(String path, String method, Class<?>... parameters) throws NoSuchMethodException {
        RequestMappingHandlerMapping routes =
                gateway.context.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        Method handler = Probes.class.getMethod(method, parameters);
        routes.registerMapping(
                RequestMappingInfo.paths(path)
                        .methods(RequestMethod.GET, RequestMethod.POST)
                        .options(routes.getBuilderConfiguration())
                        .build(),
                new Probes(),
                handler);
    }

    private static Browser signedIn(String email) {
        Browser browser = new Browser(gateway);
        browser.signIn(gateway.bean(FirstAdministrator.class)
                .entry(Optional.of(email))
                .orElseThrow()
                .signInUrl());
        return browser;
    }

    /** The value of a new API token of this user. */
    private static String token(String email, String scopes, String expiry) {
        String token = "pgat_" + Tokens.randomHex(24);
        gateway.sql()
                .sql("""
                        insert into api_token (user_id, name, token_hash, token_hint, scopes, expires_at)
                        select id, 'test', :hash, 'hint', cast(:scopes as text[]), now() + cast(:expiry as interval)
                        from app_user where email = :email
                        """)
                .param("hash", Tokens.sha256(token))
                .param("scopes", "{" + scopes + "}")
                .param("expiry", expiry)
                .param("email", email)
                .update();
        return token;
    }

    private static Answer api(String method, String path, String... headers) {
        return gateway.send(HttpRequest.newBuilder(gateway.uri(path)).method(method, BodyPublishers.noBody()), headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/%61pi/v1/probe", "/ap%69/v1/probe", "/%41PI/v1/probe", "//%61pi/v1/probe", "/api;x=1/v1/probe"
            })
    void refusesApiPathsThatHideTheirFirstWord(String path) {
        String reader = "Bearer " + token("admin@localhost", "read", "1 hour");

        // routed as the API and not judged as one, the first would need no sign-in and the second no scope
        assertThat(api("GET", path).status()).isEqualTo(400);
        assertThat(api("POST", path, "Authorization", reader).status()).isEqualTo(400);
    }

    @Test
    void asksStrangersToSignInAndSaysSoInJson() {
        Answer answer = api("GET", PROBE);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text("error")).isEqualTo(answer.text("message")).contains("sign in");
        assertThat(api("GET", PROBE + "/superuser").status()).isEqualTo(401);
        assertThat(api("GET", PROBE + "/team").status()).isEqualTo(401);
        assertThat(api("GET", "/api/v1/nothing").status()).isEqualTo(404);
    }

    @Test
    void knowsTheCallerByTheSessionCookie() {
        assertThat(admin.open(PROBE).text("kind")).isEqualTo("plain");
    }

    @Test
    void asksForTheTeamAndForMembershipInIt() {
        Answer missing = member.open(PROBE + "/team");
        Answer foreign = member.open(PROBE + "/team", "X-Team-Slug", "other");
        Answer unknown = member.open(PROBE + "/team", "X-Team-Slug", "nowhere");
        Answer own = member.open(PROBE + "/team", "X-Team-Slug", "default-team");

        assertThat(missing.status()).isEqualTo(400);
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(unknown.status()).isEqualTo(403);
        assertThat(own.text("role")).isEqualTo("member");
    }

    @Test
    void showsOnPagesNoDifferenceBetweenForeignAndUnknownTeams() {
        assertThat(member.open("/other/probe").status()).isEqualTo(404);
        assertThat(member.open("/nowhere/probe").status()).isEqualTo(404);
        assertThat(member.open("/default-team/probe").status()).isEqualTo(200);
    }

    @Test
    void keepsTeamAdminAndSuperuserRoutesFromMembers() {
        String[] team = {"X-Team-Slug", "default-team"};

        assertThat(member.open(PROBE + "/team-admin", team).status()).isEqualTo(403);
        assertThat(member.open(PROBE + "/superuser").status()).isEqualTo(403);
        assertThat(member.open("/default-team/probe-admin").status()).isEqualTo(403);
        assertThat(admin.open(PROBE + "/team-admin", team).status()).isEqualTo(200);
        assertThat(admin.open(PROBE + "/superuser").status()).isEqualTo(200);
        assertThat(admin.open("/default-team/probe-admin").status()).isEqualTo(200);
    }

    @Test
    void givesSuperusersNoTeamThatTheyDoNotBelongTo() {
        assertThat(admin.open(PROBE + "/team-admin", "X-Team-Slug", "other").status())
                .isEqualTo(403);
    }

    @Test
    void refusesChangesThatAnotherOriginAsksFor() {
        for (String[] header : new String[][] {
            {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}
        }) {
            Answer answer = admin.send("POST", PROBE, "application/json", "{}", header);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text("message")).isNotEmpty();
        }
        assertThat(admin.send("POST", PROBE, "application/json", "{}", "Sec-Fetch-Site", "same-origin")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void takesOnlyJsonFromSessions() {
        assertThat(admin.send("POST", PROBE, "text/plain", "{}").status()).isEqualTo(415);
        assertThat(admin.send("POST", PROBE, "application/x-www-form-urlencoded", "a=b")
                        .status())
                .isEqualTo(415);
        assertThat(admin.send("POST", PROBE, "application/json; charset=utf-8", "{}")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "read, GET, '', 200, ''",
        "read, POST, '', 403, write",
        "write, POST, '', 200, ''",
        "write, GET, '', 403, read",
        "read, GET, /superuser, 403, admin",
        "'read,admin', GET, /superuser, 200, ''",
        "'read,write', POST, /team-admin, 403, admin",
        "'write,admin', POST, /team-admin, 200, ''",
        "admin, GET, '', 403, read",
        "'', GET, '', 403, read"
    })
    void allowsTokensWhatTheirScopesSayAndNamesTheMissingOne(
            String scopes, String method, String path, int status, String missing) {
        String token = token("admin@localhost", scopes, "1 hour");

        Answer answer = api(method, PROBE + path, "Authorization", "Bearer " + token, "X-Team-Slug", "default-team");

        assertThat(answer.status()).isEqualTo(status);
        if (!missing.isEmpty()) {
            assertThat(answer.text("message")).endsWith("lacks the scope " + missing);
            assertThat(answer.text("code")).isEqualTo("missing_scope");
        }
    }

    @Test
    void givesTokensWithoutTheAdminScopeTheRightsOfAPlainMember() {
        String token = token("admin@localhost", "read", "1 hour");

        Answer answer = api("GET", PROBE + "/team", "Authorization", "Bearer " + token, "X-Team-Slug", "default-team");

        assertThat(answer.text("role")).isEqualTo("member");
    }

    @Test
    void givesMembersNoRightsThroughTheAdminScope() {
        String token = token("member@example.com", "read,write,admin", "1 hour");

        assertThat(api("GET", PROBE + "/superuser", "Authorization", "Bearer " + token)
                        .status())
                .isEqualTo(403);
        assertThat(api("GET", PROBE + "/team-admin", "Authorization", "Bearer " + token, "X-Team-Slug", "default-team")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void refusesUnknownExpiredAndRevokedTokens() {
        String expired = token("admin@localhost", "read", "-1 second");
        String revoked = token("admin@localhost", "read", "1 hour");
        assertThat(api("GET", PROBE, "Authorization", "Bearer " + revoked).status())
                .isEqualTo(200);
        gateway.sql()
                .sql("update api_token set revoked_at = now() where token_hash = :hash")
                .param("hash", Tokens.sha256(revoked))
                .update();

        for (String token : new String[] {expired, revoked, "pgat_unknown"}) {
            Answer answer = api("GET", PROBE, "Authorization", "bearer " + token);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text("message")).contains("unknown, revoked or expired");
        }
    }

    @Test
    void doesNotTakeAMembershipKeyForAToken() {
        String key = new Members(gateway).add("keyed@example.com", "default-team", "admin");

        assertThat(api("GET", PROBE, "Authorization", "Bearer " + key).status()).isEqualTo(401);
    }

    @Test
    void notesWhenATokenWasUsed() {
        String token = token("admin@localhost", "read", "1 hour");

        api("GET", PROBE, "Authorization", "Bearer " + token);

        assertThat(gateway.sql()
                        .sql("select last_used_at is not null from api_token where token_hash = :hash")
                        .param("hash", Tokens.sha256(token))
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void saysThatGitHubIsNotConfigured() {
        Answer start = gateway.get("/api/v1/auth/github");

        assertThat(start.status()).isEqualTo(400);
        assertThat(start.text("error")).isEqualTo(start.text("message")).contains("not configured");
        assertThat(gateway.get("/api/v1/auth/github/callback?code=x&state=y").header("Location"))
                .contains("/sign-in?code=github-disabled");
    }
}
