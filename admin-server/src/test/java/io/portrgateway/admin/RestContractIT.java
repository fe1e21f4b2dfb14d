package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Callers.Caller;
import io.portrgateway.admin.Gateway.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * Every endpoint of portr-protocol section 6: path, statuses, shapes. The shapes are those of the OpenAPI document, to which
 * each answer is held.
 */
@Timeout(120)
class RestContractIT {

    private static final String TEAM = "default-team";

    private static Gateway gateway;
    private static ApiShapes shapes;
    private static Callers callers;
    private static Members members;
    private static String adminKey;
    private static Caller admin;
    private static Caller member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_KEY", "0");
        shapes = new ApiShapes(gateway);
        callers = new Callers(gateway);
        members = new Members(gateway);
        members.add("member@example.com", TEAM, "member");
        adminKey = members.add("admin@example.com", TEAM, "admin");
        admin = callers.of("admin@localhost", TEAM);
        member = callers.of("member@example.com", TEAM);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** A call, held to the document. */
    private static Answer call(Caller caller, String method, String path, String body) {
        return shapes.check(method, path, caller.call(method, path, body));
    }

    private static Answer get(Caller caller, String path) {
        return call(caller, "GET", path, "");
    }

    private static Answer expect(int status, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        return answer;
    }

    private static Answer anonymous(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri(path))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return gateway.send(request, headers);
    }

    private static Answer open(String method, String path, String body) {
        return shapes.check(method, path, anonymous(method, path, body));
    }

    private static String json(Object... fields) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            map.put((String) fields[i], fields[i + 1]);
        }
        return Gateway.JSON.writeValueAsString(map);
    }

    @Test
    void answersHealthcheckAndVersionToEverybody() {
        assertThat(expect(200, open("GET", "/api/v1/healthcheck", "")).text("status"))
                .isEqualTo("ok");
        assertThat(expect(200, open("GET", "/api/v1/version", "")).text("version"))
                .isEqualTo("v1.0.18");
    }

    @Test
    void takesPathsInAnyCaseAndWithASlashAtTheEnd() {
        for (String path : new String[] {"/API/V1/Version", "/api/v1/version/", "//api/v1//version"}) {
            assertThat(gateway.get(path).status()).as(path).isEqualTo(200);
        }
        assertThat(member.get("/Api/v1/Reserved-Subdomains/").status()).isEqualTo(200);
    }

    @Test
    void answersWhatIsNotThereInJson() {
        Answer unknown = anonymous("GET", "/api/v1/nothing-here", "");
        Answer wrongMethod = anonymous("DELETE", "/api/v1/version", "");

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(wrongMethod.status()).isEqualTo(405);
        for (Answer answer : List.of(unknown, wrongMethod)) {
            assertThat(answer.text("error")).isEqualTo(answer.text("message")).isNotBlank();
        }
    }

    @Test
    void refusesAsTheProtocolSays() {
        String path = "/api/v1/reserved-subdomains";

        expect(401, open("GET", path, ""));
        expect(400, shapes.check("GET", path, anonymous("GET", path, "", "Authorization", "Bearer " + member.token())));
        expect(403, get(new Caller(gateway, member.token(), "nowhere"), path));
        expect(403, call(member, "PUT", "/api/v1/config/template", json("template", "")));
        expect(403, get(member, "/api/v1/team"));
        expect(401, get(new Caller(gateway, "pgat_" + "0".repeat(48), TEAM), path));
    }

    @Test
    void managesTeamsAndMembers() {
        Answer made = expect(200, call(admin, "POST", "/api/v1/team", json("name", "Contract Team")));
        assertThat(made.text("slug")).isEqualTo("contract-team");
        assertThat(expect(200, get(admin, "/api/v1/team")).json().size()).isGreaterThanOrEqualTo(2);
        expect(400, call(admin, "POST", "/api/v1/team", json("name", "")));

        Caller there = new Caller(gateway, admin.token(), "contract-team");
        JsonNode invited = expect(
                        200, call(there, "POST", "/api/v1/team/add", json("email", "New@Example.com", "role", "admin")))
                .json();
        assertThat(invited.path("team_user").path("user").path("email").asString())
                .isEqualTo("new@example.com");
        expect(409, call(there, "POST", "/api/v1/team/add", json("email", "new@example.com", "role", "member")));
        expect(400, call(there, "POST", "/api/v1/team/add", json("email", "nobody", "role", "member")));

        JsonNode page = expect(
                        200,
                        shapes.check(
                                "GET", "/api/v1/team/users", there.get("/api/v1/team/users?page=0&page_size=1000")))
                .json();
        assertThat(page.path("count").asInt()).isEqualTo(2);
        assertThat(page.path("data").path(0).path("user").path("email").asString())
                .as("newest first")
                .isEqualTo("new@example.com");
        assertThat(there.get("/api/v1/team/users?page=2&page_size=1")
                        .json()
                        .path("data")
                        .size())
                .isOne();

        long id = invited.path("team_user").path("id").asLong();
        Answer reset = there.call("POST", "/api/v1/team/users/" + id + "/reset-password", "");
        expect(200, shapes.check("POST", "/api/v1/team/users/{id}/reset-password", reset));
        Answer removed = there.call("DELETE", "/api/v1/team/users/" + id, "");
        expect(200, shapes.check("DELETE", "/api/v1/team/users/{id}", removed));
        assertThat(removed.text("status")).isEqualTo("ok");
        expect(
                404,
                shapes.check(
                        "DELETE", "/api/v1/team/users/{id}", there.call("DELETE", "/api/v1/team/users/" + id, "")));
    }

    @Test
    void addsUsersForTheClientByItsKey() {
        String path = "/api/v1/admin/users";
        Answer added = shapes.check(
                "POST",
                path,
                anonymous("POST", path, json("email", "cli@example.com"), "Authorization", "bearer " + adminKey));

        expect(200, added);
        assertThat(added.json().path("team_user").path("role").asString()).isEqualTo("member");
        assertThat(added.json().path("team").path("slug").asString()).isEqualTo(TEAM);
        expect(401, open("POST", path, json("email", "x@example.com")));
        for (Map.Entry<String, Integer> wrong : Map.of(
                        json("email", "cli@example.com"), 409,
                        json("email", "no address"), 400,
                        json("email", "a@example.com", "role", "owner"), 400,
                        json("email", "a@example.com", "team_slug", "nowhere"), 404)
                .entrySet()) {
            expect(
                    wrong.getValue(),
                    shapes.check(
                            "POST",
                            path,
                            anonymous("POST", path, wrong.getKey(), "Authorization", "Bearer " + adminKey)));
        }
    }

    @Test
    void showsAndEndsTunnels() {
        Tunnels tunnels = new Tunnels(gateway);
        String live = tunnels.live(members.id(adminKey), "contract-live", "request_count", 3L);
        String past = tunnels.past(members.id(adminKey), "contract-past", java.time.Duration.ofHours(3));

        for (String query : List.of("", "?type=recent&page=1&page_size=5", "?type=active")) {
            Answer page = shapes.check("GET", "/api/v1/connections", member.get("/api/v1/connections" + query));
            assertThat(expect(200, page).json().path("data").size()).isPositive();
        }
        expect(400, shapes.check("GET", "/api/v1/connections", member.get("/api/v1/connections?type=some")));
        for (String id : List.of(live, past)) {
            expect(200, shapes.check("GET", "/api/v1/connections/{id}", member.get("/api/v1/connections/" + id)));
        }
        expect(404, shapes.check("GET", "/api/v1/connections/{id}", member.get("/api/v1/connections/none")));

        String path = "/api/v1/connections/{id}/disconnect";
        expect(403, shapes.check("POST", path, member.call("POST", path.replace("{id}", live), "")));
        expect(200, shapes.check("POST", path, admin.call("POST", path.replace("{id}", live), "")));
        expect(409, shapes.check("POST", path, admin.call("POST", path.replace("{id}", past), "")));
        expect(404, shapes.check("POST", path, admin.call("POST", path.replace("{id}", "none"), "")));
    }

    @Test
    void asksForTunnelsAndListsThem() {
        String path = "/api/v1/connections";
        String key = members.add("tunnels@example.com", TEAM, "member");
        Answer created = expect(
                200, open("POST", path, json("connection_type", "http", "secret_key", key, "subdomain", "contract")));
        String id = created.text("connection_id");
        assertThat(id).matches("[0-9A-Z]{26}");
        expect(200, open("POST", path, json("connection_type", "tcp", "secret_key", key, "subdomain", null)));
        expect(
                401,
                open("POST", path, json("connection_type", "tcp", "secret_key", "portr_unknown", "subdomain", null)));
        expect(400, open("POST", path, "not json"));
        expect(400, open("POST", path, json("connection_type", "udp", "secret_key", key)));

        JsonNode recent = expect(
                        200, shapes.check("GET", path, member.get(path + "/?type=recent&page=-3&page_size=500")))
                .json();
        assertThat(recent.path("count").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(recent.path("data")
                        .path(0)
                        .path("created_by")
                        .path("user")
                        .path("email")
                        .asString())
                .isEqualTo("tunnels@example.com");
        JsonNode active = expect(200, shapes.check("GET", path, member.get(path + "?type=active")))
                .json();
        assertThat(active.path("data").isArray()).isTrue();

        expect(200, shapes.check("GET", path + "/{id}", member.get(path + "/" + id)));
        expect(404, shapes.check("GET", path + "/{id}", member.get(path + "/01NOTHING00000000000000000")));
        expect(
                409,
                shapes.check(
                        "POST", path + "/{id}/disconnect", admin.call("POST", path + "/" + id + "/disconnect", "")));
    }

    @Test
    void reservesNames() {
        String path = "/api/v1/reserved-subdomains";

        expect(200, get(member, path));
        expect(201, call(member, "POST", path, json("subdomain", "Contract-Name")));
        expect(409, call(admin, "POST", path, json("subdomain", "contract-name")));
        expect(400, call(admin, "POST", path, json("subdomain", "no name")));
        expect(400, call(admin, "POST", path, "[]"));
        expect(404, shapes.check("DELETE", path + "/{subdomain}", admin.call("DELETE", path + "/contract-name", "")));
        expect(204, shapes.check("DELETE", path + "/{subdomain}", member.call("DELETE", path + "/contract-name/", "")));
    }

    @Test
    void configuresClients() {
        String key = members.add("configured@example.com", TEAM, "member");
        JsonNode download = expect(200, open("POST", "/api/v1/config/download", json("secret_key", key)))
                .json();
        assertThat(download.path("message").asString()).startsWith("server_url: ");
        expect(401, open("POST", "/api/v1/config/download", json("secret_key", "portr_unknown")));
        expect(400, open("POST", "/api/v1/config/download", "{"));

        assertThat(expect(200, get(member, "/api/v1/config/setup-script")).text("message"))
                .startsWith("portr auth set --token portr_")
                .contains(" --remote http://localhost:8000");
        expect(200, get(member, "/api/v1/config/template"));
        expect(200, call(admin, "PUT", "/api/v1/config/template", json("template", "tunnels: []\n")));
        expect(400, call(admin, "PUT", "/api/v1/config/template", json("template", "tunnels: {}\n")));
        expect(200, call(admin, "PUT", "/api/v1/config/template", json("template", "")));
    }

    @Test
    void givesFigures() {
        JsonNode stats = expect(200, get(member, "/api/v1/config/stats")).json();

        assertThat(stats.path("team_stats").path("team_members").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(stats.path("system_stats").path("goroutines").asInt()).isPositive();
        assertThat(stats.path("chart_data").path("cpu_usage").isArray()).isTrue();
    }

    @Test
    void keepsAnAuditLog() {
        assertThat(expect(200, get(admin, "/api/v1/audit")).json().path("data").isArray())
                .isTrue();
        expect(200, get(admin, "/api/v1/instance/audit"));
        expect(403, get(member, "/api/v1/instance/audit"));
    }

    @Test
    void keepsSshKeys() {
        expect(200, get(member, "/api/v1/account/ssh-keys"));
        expect(400, call(member, "POST", "/api/v1/account/ssh-keys", json("public_key", "no key")));
    }

    @Test
    void saysHowToSignIn() {
        JsonNode config =
                expect(200, open("GET", "/api/v1/auth/auth-config", "")).json();

        assertThat(config.path("is_first_signup").asBoolean()).isFalse();
        assertThat(config.path("github_auth_enabled").asBoolean()).isFalse();
        expect(400, open("GET", "/api/v1/auth/github", ""));
    }

    @Test
    void signsInAndOutWithAPassword() {
        String email = "signs-in@example.com";
        String password = expect(200, call(admin, "POST", "/api/v1/team/add", json("email", email, "role", "member")))
                .text("password");
        assertThat(password).matches("[0-9a-f]{16}");

        Answer wrong = expect(400, open("POST", "/api/v1/auth/login", json("email", email, "password", "wrong")));
        assertThat(wrong.text("password")).isNotBlank();
        Answer nobody =
                expect(400, open("POST", "/api/v1/auth/login", json("email", "nobody@example.com", "password", "x")));
        assertThat(nobody.body()).isEqualTo(wrong.body());

        try (Browser browser = new Browser(gateway)) {
            Answer in = shapes.check(
                    "POST",
                    "/api/v1/auth/login",
                    browser.send(
                            "POST",
                            "/api/v1/auth/login",
                            "application/json",
                            json("email", email, "password", password, "remember_me", true)));
            expect(200, in);
            assertThat(in.text("redirect_to")).isEqualTo("/" + TEAM + "/overview");
            assertThat(in.header("Set-Cookie").orElse("")).contains("HttpOnly").contains("SameSite=Lax");
            assertThat(browser.open("/api/v1/user/me/teams").status()).isEqualTo(200);

            Answer weak = browser.send(
                    "PATCH",
                    "/api/v1/user/me/change-password",
                    "application/json",
                    json("current_password", password, "password", "short"));
            expect(400, shapes.check("PATCH", "/api/v1/user/me/change-password", weak));
            Answer changed = browser.send(
                    "PATCH",
                    "/api/v1/user/me/change-password",
                    "application/json",
                    json("current_password", password, "password", "long enough for a test"));
            expect(200, shapes.check("PATCH", "/api/v1/user/me/change-password", changed));

            Answer out = browser.send("POST", "/api/v1/auth/logout", "application/json", "");
            expect(200, out);
            assertThat(browser.open("/api/v1/user/me/teams").status()).isEqualTo(401);
        }
    }

    @Test
    void tellsTheCallerAboutThemselves() {
        JsonNode me = expect(200, get(member, "/api/v1/user/me")).json();
        assertThat(me.path("user").path("email").asString()).isEqualTo("member@example.com");
        assertThat(me.path("secret_key").asString()).startsWith("portr_");
        JsonNode teams = expect(200, get(member, "/api/v1/user/me/teams")).json();
        assertThat(teams.path(0).path("slug").asString()).isEqualTo(TEAM);

        JsonNode named = expect(
                        200,
                        call(member, "PATCH", "/api/v1/user/me/update", json("first_name", "Mo", "last_name", null)))
                .json();
        assertThat(named.path("first_name").asString()).isEqualTo("Mo");

        String key = expect(200, call(member, "PATCH", "/api/v1/user/me/rotate-secret-key", ""))
                .text("secret_key");
        assertThat(key)
                .matches("portr_[0-9a-f]{42}")
                .isNotEqualTo(me.path("secret_key").asString());
    }

    @Test
    void setsAutoSignUp() {
        String path = "/api/v1/auto-signup";
        JsonNode before = expect(200, get(admin, path)).json();
        assertThat(before.path("auto_signup_domains").isArray()).isTrue();
        expect(403, get(member, path));

        // without GitHub it cannot be switched on
        Answer refused =
                call(admin, "PATCH", path, json("auto_signup_enabled", true, "auto_signup_domains", List.of()));
        assertThat(refused.status()).isBetween(400, 409);
    }
}
