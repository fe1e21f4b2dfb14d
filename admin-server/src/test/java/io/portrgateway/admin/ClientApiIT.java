package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.team.FirstAdministrator;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** portr-protocol section 2, case by case, as both client generations call it. */
@Timeout(120)
class ClientApiIT {

    private static final String UNKNOWN_KEY = "portr_000000000000000000000000000000000000000000";

    private static Gateway gateway;
    private static String key;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SSH_URL", "ssh.example.com:2222", "PORTR_DOMAIN", "localhost:8001");
        key = gateway.bean(FirstAdministrator.class)
                .entry(Optional.empty())
                .orElseThrow()
                .secretKey();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Answer create(String body) {
        return gateway.post("/api/v1/connections/", body);
    }

    private static String httpBody(String secretKey, String subdomain) {
        return "{\"connection_type\":\"http\",\"secret_key\":\"%s\",\"subdomain\":\"%s\"}"
                .formatted(secretKey, subdomain);
    }

    private static void assertError(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.text("error")).isNotBlank().isEqualTo(answer.text("message"));
    }

    @Test
    void givesMemberKeyOfTheOriginalForm() {
        assertThat(key).matches("portr_[0-9a-f]{42}");
    }

    @Test
    void reportsTheEmulatedVersion() {
        Answer answer = gateway.get("/api/v1/version");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.text("version")).isEqualTo("v1.0.18");
    }

    @Test
    void saysThatItIsHealthy() {
        assertThat(gateway.get("/api/v1/healthcheck").text("status")).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/version/", "//api/v1/version", "//api//v1/version/", "/API/v1/Version"})
    void toleratesSlashesAndCaseInApiPaths(String path) {
        assertThat(gateway.get(path).text("version")).isEqualTo("v1.0.18");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/nothing, 404",
        "GET, /api, 404",
        "POST, /api/v1/version, 405",
        "GET, /api/v1/config/download, 405",
        "DELETE, /api/v1/connections/, 405"
    })
    void answersUnknownCallsInJson(String method, String path, int status) {
        assertError(
                gateway.send(HttpRequest.newBuilder(gateway.uri(path)).method(method, BodyPublishers.noBody())),
                status);
    }

    @Test
    void downloadsConfigurationForALocalClient() {
        Answer answer = gateway.post("/api/v1/config/download", "{\"secret_key\":\"" + key + "\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.json().path("has_template").asBoolean()).isFalse();
        assertThat(answer.text("message")).isEqualTo("""
                server_url: localhost:8000
                ssh_url: ssh.example.com:2222
                secret_key: %s
                tunnel_url: localhost:8001
                use_localhost: true
                tunnels:
                - name: portr
                  subdomain: portr
                  port: 4321
                """.formatted(key));
    }

    @Test
    void downloadsTeamTemplateInsteadOfTheSample() {
        gateway.sql()
                .sql("update team set client_template = :text")
                .param("text", "tunnels:\n  - name: web\n    subdomain: web\n    port: 3000\ngroups:\n  all: [web]\n")
                .update();

        Answer answer = gateway.post("/api/v1/config/download", "{\"secret_key\":\"" + key + "\"}");
        gateway.sql().sql("update team set client_template = ''").update();

        assertThat(answer.json().path("has_template").asBoolean()).isTrue();
        Map<String, Object> config = new Yaml().load(answer.text("message"));
        assertThat(config).containsEntry("groups", Map.of("all", List.of("web")));
        assertThat(answer.text("message")).contains("subdomain: web").doesNotContain("4321");
    }

    @Test
    void refusesDownloadWithUnknownKey() {
        assertError(gateway.post("/api/v1/config/download", "{\"secret_key\":\"" + UNKNOWN_KEY + "\"}"), 401);
        assertError(gateway.post("/api/v1/config/download", "{}"), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nope", "[]", "\"text\"", "{", "null"})
    void refusesBodiesThatAreNoObject(String body) {
        assertError(create(body), 400);
        assertError(gateway.post("/api/v1/config/download", body), 400);
    }

    @Test
    void refusesOversizedBody() {
        assertError(create("{\"x\":\"" + "y".repeat(70_000) + "\"}"), 413);
    }

    @Test
    void createsHttpConnection() {
        Answer answer = create(httpBody(key, "create-http"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.text("connection_id")).matches("[0-9A-Z]{26}");
        assertThat(status(answer.text("connection_id"))).isEqualTo("reserved");
    }

    @Test
    void createsConnectionForAClientThatSendsNoJsonContentType() {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri("/api/v1/connections"))
                .POST(BodyPublishers.ofString(httpBody(key, "no-content-type")));

        assertThat(gateway.send(request).status()).isEqualTo(200);
    }

    /** The beta client always sends the field, as null; v1.0.18 may leave it out. */
    @ParameterizedTest
    @ValueSource(strings = {",\"subdomain\":null", ""})
    void createsTcpConnectionWithoutSubdomain(String subdomain) {
        Answer first = create("{\"connection_type\":\"tcp\",\"secret_key\":\"" + key + "\"" + subdomain + "}");
        Answer second = create("{\"connection_type\":\"tcp\",\"secret_key\":\"" + key + "\"" + subdomain + "}");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text("connection_id")).isNotEqualTo(second.text("connection_id"));
    }

    @Test
    void normalisesSubdomain() {
        String id = create(httpBody(key, "  My-APP  ")).text("connection_id");

        assertThat(gateway.sql()
                        .sql("select subdomain from connection where id = :id")
                        .param("id", id)
                        .query(String.class)
                        .single())
                .isEqualTo("my-app");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "a_b", "a.b", "ä", "a b"})
    void refusesInvalidSubdomain(String subdomain) {
        assertError(create(httpBody(key, subdomain)), 400);
        assertError(create(httpBody(key, "a".repeat(64))), 400);
    }

    @Test
    void refusesMissingSubdomainForHttp() {
        assertError(create("{\"connection_type\":\"http\",\"secret_key\":\"" + key + "\",\"subdomain\":null}"), 400);
        assertError(create("{\"connection_type\":\"http\",\"secret_key\":\"" + key + "\"}"), 400);
    }

    @Test
    void refusesBlankKeyAndWrongTypeBeforeTheKeyIsLookedUp() {
        assertError(create("{\"connection_type\":\"http\",\"secret_key\":\" \",\"subdomain\":\"a\"}"), 400);
        assertError(
                create("{\"connection_type\":\"udp\",\"secret_key\":\"" + UNKNOWN_KEY + "\",\"subdomain\":\"a\"}"),
                400);
        assertError(create(httpBody(UNKNOWN_KEY, "-bad-")), 400);
    }

    @Test
    void refusesUnknownKeyWithoutMakingARow() {
        assertError(create(httpBody(UNKNOWN_KEY, "unknown-key")), 401);

        assertThat(gateway.sql()
                        .sql("select count(*) from connection where subdomain = 'unknown-key'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void addsUserForAnAdministrator() {
        Answer answer = addUser("{\"email\":\" New.Person@Example.com \"}", "bearer " + key);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/team_user/user/email").asString()).isEqualTo("new.person@example.com");
        assertThat(answer.json().at("/team_user/user/first_name").isNull()).isTrue();
        assertThat(answer.json().at("/team_user/role").asString()).isEqualTo("member");
        assertThat(answer.json().at("/team/slug").asString()).isEqualTo("default-team");
        assertThat(answer.text("password")).matches("[0-9a-f]{16}");
        assertThat(gateway.sql()
                        .sql("select password_hash from app_user where email = 'new.person@example.com'")
                        .query(String.class)
                        .single())
                .startsWith("$argon2id$v=19$m=65536,t=3,p=4$");
        assertThat(gateway.sql()
                        .sql(
                                "select actor_label from audit_event where action = 'member.added' and subject like 'new.person%'")
                        .query(String.class)
                        .single())
                .isEqualTo("admin@localhost");
        assertError(addUser("{\"email\":\"new.person@example.com\",\"role\":\"admin\"}", "Bearer " + key), 409);
    }

    @Test
    void addsExistingUserToAnotherTeamWithoutPassword() {
        addUser("{\"email\":\"both@example.com\"}", "Bearer " + key);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Second', 'second')")
                .update();

        Answer answer = addUser(
                "{\"email\":\"both@example.com\",\"team_slug\":\"second\",\"role\":\"admin\"}", "Bearer " + key);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().has("password")).isFalse();
        assertThat(answer.json().at("/team_user/role").asString()).isEqualTo("admin");
    }

    @Test
    void givesNoPasswordWhenAutoSignUpIsOn() {
        gateway.sql().sql("update auto_signup_settings set enabled = true").update();
        Answer answer = addUser("{\"email\":\"auto@example.com\"}", "Bearer " + key);
        gateway.sql().sql("update auto_signup_settings set enabled = false").update();

        assertThat(answer.json().has("password")).isFalse();
    }

    @Test
    void refusesToAddUsersWhereItShould() {
        assertError(addUser("{\"email\":\"x@example.com\"}", "Bearer " + UNKNOWN_KEY), 401);
        assertError(addUser("{\"email\":\"x@example.com\"}", key), 401);
        assertError(addUser("{\"email\":\"x@example.com\"}", "Bearer " + key + " x"), 401);
        assertError(gateway.post("/api/v1/admin/users", "{}"), 401);
        assertError(addUser("{}", "Bearer " + key), 400);
        assertError(addUser("{\"email\":\"not an address\"}", "Bearer " + key), 400);
        assertError(addUser("{\"email\":\"x@example.com\",\"role\":\"owner\"}", "Bearer " + key), 400);
        assertError(addUser("nope", "Bearer " + key), 400);
        assertError(addUser("{\"email\":\"x@example.com\",\"team_slug\":\"missing\"}", "Bearer " + key), 404);
    }

    @Test
    void refusesMembersAndAdministratorsOfOtherTeams() {
        Members members = new Members(gateway);
        String plainMember = members.add("plain@example.com", "default-team", "member");
        gateway.sql()
                .sql("insert into team (name, slug) values ('Third', 'third')")
                .update();
        String otherAdmin = members.add("other-admin@example.com", "third", "admin");

        assertError(addUser("{\"email\":\"y@example.com\"}", "Bearer " + plainMember), 403);
        assertError(addUser("{\"email\":\"y@example.com\"}", "Bearer " + otherAdmin), 403);
        assertThat(addUser("{\"email\":\"y@example.com\",\"team_slug\":\"third\"}", "Bearer " + otherAdmin)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void tellsReadinessAndMetricsOnThePrivatePortOnly() {
        assertThat(gateway.send(HttpRequest.newBuilder(gateway.opsUri("/actuator/health/readiness")))
                        .text("status"))
                .isEqualTo("UP");
        assertThat(gateway.send(HttpRequest.newBuilder(gateway.opsUri("/actuator/health/liveness")))
                        .text("status"))
                .isEqualTo("UP");
        assertThat(gateway.send(HttpRequest.newBuilder(gateway.opsUri("/actuator/prometheus")))
                        .body())
                .contains("portr_admin_rate_limited_total");
        assertThat(gateway.get("/actuator/prometheus").status()).isEqualTo(302);
    }

    private static Answer addUser(String body, String authorization) {
        return gateway.post("/api/v1/admin/users", body, "Authorization", authorization);
    }

    private static String status(String id) {
        return gateway.sql()
                .sql("select status from connection where id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }
}
