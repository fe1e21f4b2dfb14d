package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.FakeGitHub.Failure;
import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.team.FirstAdministrator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Who may make an account by signing in with GitHub: the rules, their page, their API. */
@Timeout(120)
class SignUpIT {

    private static final String API = "/api/v1/auto-signup";
    private static final String PAGE = "/instance/sign-up";

    private static FakeGitHub github;
    private static Gateway gateway;
    private static Browser admin;
    private static long team;
    private static long platform;

    @BeforeAll
    static void start() {
        github = new FakeGitHub();
        gateway = Gateway.start(github.settings());
        admin = new Browser(gateway);
        admin.signIn(gateway.bean(FirstAdministrator.class)
                .entry(Optional.empty())
                .orElseThrow()
                .signInUrl());
        gateway.sql()
                .sql("insert into team (name, slug) values ('Platform', 'platform')")
                .update();
        team = teamId("default-team");
        platform = teamId("platform");
    }

    @AfterAll
    static void stop() {
        admin.close();
        gateway.close();
        github.close();
    }

    @BeforeEach
    void reset() {
        patch("{\"auto_signup_enabled\": false, \"auto_signup_domains\": [], \"auto_signup_github\": []}");
    }

    private static long teamId(String slug) {
        return gateway.sql()
                .sql("select id from team where slug = :slug")
                .param("slug", slug)
                .query(Long.class)
                .single();
    }

    private static Answer patch(String json) {
        return admin.send("PATCH", API, "application/json", json);
    }

    private static void rules(String domains, String organizations) {
        Answer answer = patch("{\"auto_signup_enabled\": true, \"auto_signup_domains\": [" + domains
                + "], \"auto_signup_github\": [" + organizations + "]}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private static String domain(String domain, long teamId, String role) {
        return "{\"domain\": \"" + domain + "\", \"team_id\": " + teamId + ", \"role\": \"" + role + "\"}";
    }

    private static String organization(String name, long teamId, String role) {
        return "{\"organization\": \"" + name + "\", \"team_id\": " + teamId + ", \"role\": \"" + role + "\"}";
    }

    private static String gitHubTeam(String name, String slug, long teamId) {
        return "{\"organization\": \"" + name + "\", \"github_team\": \"" + slug + "\", \"team_id\": " + teamId + "}";
    }

    private static String outcome() {
        try (GitHubVisitor visitor = new GitHubVisitor()) {
            Answer callback = visitor.signIn(gateway);
            String location = callback.header("Location").orElse("");
            return location.equals("/") ? "signed in" : GitHubVisitor.code(callback);
        }
    }

    /** {@code slug:role} of each membership; {@code superuser} in front for one. */
    private static List<String> memberships(String email) {
        return gateway.sql().sql("""
                        select case when u.is_superuser then 'superuser ' else '' end || t.slug || ':' || m.role
                        from app_user u join membership m on m.user_id = u.id join team t on t.id = m.team_id
                        where u.email = :email order by t.slug
                        """).param("email", email).query(String.class).list();
    }

    @Test
    void letsInByExactlyTheDomain() {
        rules(domain("@Example.COM.", team, "member"), "");

        github.arrives("d1").email("d1@sub.example.com", true, true);
        assertThat(outcome()).isEqualTo("auto-signup-domain-denied");
        github.arrives("d2").email("d2@notexample.com", true, true);
        assertThat(outcome()).isEqualTo("auto-signup-domain-denied");
        github.arrives("d3").email("d3@example.com", true, true);
        assertThat(outcome()).isEqualTo("signed in");

        assertThat(memberships("d3@example.com")).containsExactly("default-team:member");
        assertThat(github.lastScope).isEqualTo("user:email");
        assertThat(gateway.sql()
                        .sql("select action from audit_event where actor_label = 'd3@example.com' order by id")
                        .query(String.class)
                        .list())
                .containsExactly("github.linked", "user.signed_up", "member.added", "user.signed_in");
    }

    @Test
    void letsInByOrganizationAndAsksToReadThemOnlyThen() {
        rules("", organization("Acme", team, "member"));

        github.arrives("o1").email("o1@home.example", true, true).in("other");
        assertThat(outcome()).isEqualTo("auto-signup-denied");
        github.arrives("o2")
                .email("o2@home.example", true, true)
                .in(IntStream.range(0, 100).mapToObj(i -> "org" + i).toArray(String[]::new))
                .in("ACME");
        assertThat(outcome()).isEqualTo("signed in");

        assertThat(github.lastScope.split("[ ,]")).containsExactlyInAnyOrder("user:email", "read:org");
        assertThat(memberships("o2@home.example")).containsExactly("default-team:member");
    }

    @Test
    void letsInByTeamMembersWhoAcceptedAndNobodyWhenGitHubKeepsItToItself() {
        rules("", gitHubTeam("acme", "sre", platform));

        github.arrives("t1").email("t1@home.example", true, true).in("acme").inTeam("acme/dev", "active");
        assertThat(outcome()).isEqualTo("auto-signup-denied");
        github.arrives("t2").email("t2@home.example", true, true).in("acme").inTeam("acme/sre", "pending");
        assertThat(outcome()).isEqualTo("auto-signup-denied");
        github.arrives("t3").email("t3@home.example", true, true).in("acme").inTeam("acme/sre", "active");
        github.fail(Failure.ORGANIZATIONS_403);
        assertThat(outcome()).isEqualTo("auto-signup-denied");
        github.fail(Failure.NONE);
        assertThat(outcome()).isEqualTo("signed in");

        assertThat(memberships("t3@home.example")).containsExactly("platform:member");
    }

    @Test
    void givesEachFittingRulesTeamTheGreaterRoleAndNeverASuperuser() {
        rules(
                domain("both.example", team, "member"),
                organization("acme", team, "admin") + "," + gitHubTeam("acme", "sre", platform));

        github.arrives("b1").email("b1@both.example", true, true).in("acme").inTeam("acme/sre", "active");
        assertThat(outcome()).isEqualTo("signed in");

        assertThat(memberships("b1@both.example")).containsExactly("default-team:admin", "platform:member");
    }

    @Test
    void makesNobodyWhileTheSwitchIsOff() {
        patch("{\"auto_signup_domains\": [" + domain("example.org", team, "member") + "]}");

        github.arrives("s1").email("s1@example.org", true, true);

        assertThat(outcome()).isEqualTo("auto-signup-disabled");
    }

    @Test
    void answersInTheShapeOfTheOriginalAndReplacesTheWholeList() {
        rules(domain("one.example", team, "admin"), organization("acme", team, "member"));

        Answer answer = patch("{\"auto_signup_enabled\": true, \"auto_signup_domains\": ["
                + "{\"domain\": \"one.example\", \"team_id\": " + team + "},"
                + "{\"domain\": \"two.example\", \"team_id\": " + platform + "}]}");

        JsonNode json = answer.json();
        assertThat(json.path("github_auth_enabled").asBoolean()).isTrue();
        assertThat(json.path("auto_signup_enabled").asBoolean()).isTrue();
        JsonNode domains = json.path("auto_signup_domains");
        assertThat(domains.size()).isEqualTo(2);
        assertThat(domains.get(0).path("id").asLong()).isPositive();
        assertThat(domains.get(0).path("domain").asString()).isEqualTo("one.example");
        assertThat(domains.get(0).path("role").asString()).as("kept").isEqualTo("admin");
        assertThat(domains.get(1).path("team").path("slug").asString()).isEqualTo("platform");
        assertThat(json.path("auto_signup_github").size())
                .as("not named, so kept")
                .isEqualTo(1);
        assertThat(admin.open(API + "/").json()).isEqualTo(json);
        assertThat(patch("{\"auto_signup_enabled\": false, \"auto_signup_domains\": []}")
                        .json()
                        .path("auto_signup_domains")
                        .isArray())
                .isTrue();
    }

    @Test
    void refusesWhatMakesNoSenseAndChangesNothing() {
        for (String wrong : new String[] {
            "{\"auto_signup_enabled\": true}",
            "{\"auto_signup_enabled\": \"yes\"}",
            "{\"auto_signup_domains\": {}}",
            "{\"auto_signup_domains\": [1]}",
            "{\"auto_signup_domains\": [{\"domain\": \"a.example\"}]}",
            "{\"auto_signup_domains\": [" + domain("a.example", 999_999, "member") + "]}",
            "{\"auto_signup_domains\": [" + domain("a.example", team, "superuser") + "]}",
            "{\"auto_signup_domains\": [" + domain("not a domain", team, "member") + "]}",
            "{\"auto_signup_domains\": [" + domain("a.example", team, "member") + ","
                    + domain("A.example", platform, "member") + "]}",
            "{\"auto_signup_github\": [" + organization("no/slash", team, "member") + "]}",
            "{\"auto_signup_github\": [" + gitHubTeam("acme", "no space", team) + "]}"
        }) {
            Answer answer = patch(wrong);
            assertThat(answer.status()).as(wrong).isEqualTo(400);
            assertThat(answer.text("error")).isEqualTo(answer.text("message")).isNotEmpty();
        }
        assertThat(admin.open(API).json().path("auto_signup_domains").size()).isZero();
    }

    @Test
    void isForSuperusersOnly() {
        new Members(gateway).add("plain@example.net", "default-team", "admin");
        try (Browser plain = new Browser(gateway)) {
            plain.signIn(gateway.bean(FirstAdministrator.class)
                    .entry(Optional.of("plain@example.net"))
                    .orElseThrow()
                    .signInUrl());
            assertThat(plain.open(API).status()).isEqualTo(403);
            assertThat(plain.open(PAGE).status()).isEqualTo(403);
            assertThat(plain.send("PATCH", API, "application/json", "{}").status())
                    .isEqualTo(403);
        }
        assertThat(gateway.get(API).status()).isEqualTo(401);
    }

    @Test
    void addsRulesTurnsOnAndRemovesThemOnThePageWithoutAScript() {
        assertThat(admin.open(PAGE).body()).contains("No rule yet").contains("disabled");

        Answer wrong = add("kind", "domain", "domain", "not a domain", "teamId", "" + team, "role", "member");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.body()).contains("is not a domain").contains("value=\"not a domain\"");
        Answer added = add("kind", "domain", "domain", "@Page.Example", "teamId", "" + team, "role", "admin");
        assertThat(added.body()).contains("Rule added.").contains("@page.example");
        Answer second = add(
                "kind", "github", "organization", "Acme", "githubTeam", "sre", "teamId", "" + platform, "role", "x");
        assertThat(second.body()).contains("acme/sre").contains("Platform");

        Answer on = admin.submit(admin.open(PAGE), PAGE + "/switch", "on", "true");
        assertThat(on.body()).contains("People may sign up").contains("Turn sign-up off");
        assertThat(remove("domain").body()).contains("Rule removed. Accounts made by it stay.");
        assertThat(remove("github").body()).contains("the last one").contains("No rule yet");
        assertThat(admin.open(API).json().path("auto_signup_enabled").asBoolean())
                .isFalse();
        assertThat(gateway.sql()
                        .sql("select count(*) from audit_event where action = 'sign_up.changed'"
                                + " and detail ->> 'github' = 'acme/sre → platform as member'")
                        .query(Long.class)
                        .single())
                .isPositive();
    }

    private static Answer add(String... fields) {
        return admin.submit(admin.open(PAGE), PAGE + "/rules", fields);
    }

    private static Answer remove(String kind) {
        JsonNode rules = admin.open(API).json().path("auto_signup_" + (kind.equals("github") ? kind : "domains"));
        return admin.submit(
                admin.open(PAGE),
                PAGE + "/rules/remove",
                "kind",
                kind,
                "id",
                rules.get(0).path("id").asString());
    }
}
