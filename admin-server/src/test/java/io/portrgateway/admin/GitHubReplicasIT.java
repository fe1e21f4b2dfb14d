package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Two replicas behind a round robin, and a gateway where nobody is administrator yet. One after the other: first the wrong
 * people, then the one whom the operator named.
 */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GitHubReplicasIT {

    private static FakeGitHub github;
    private static RoundRobin front;
    private static Gateway one;
    private static Gateway two;
    private static FakeGitHub.Person octocat;

    @BeforeAll
    static void start() {
        github = new FakeGitHub();
        front = new RoundRobin();
        EmbeddedDatabase database = EmbeddedDatabase.create();
        String[] settings = github.settings(
                "PORTR_SERVER_URL",
                front.url(),
                "PORTR_ADMIN_BOOTSTRAP_EMAIL",
                "",
                "PORTR_ADMIN_BOOTSTRAP_GITHUB",
                "OctoCat",
                "PORTR_ADMIN_GITHUB_TIMEOUT",
                "5s");
        one = Gateway.start(database, settings);
        two = Gateway.start(database, settings);
        front.over(one, two);
        octocat = github.arrives("octocat").email("octo@example.com", true, true);
    }

    @AfterAll
    static void stop() {
        front.close();
        one.close();
        two.close();
        github.close();
    }

    private static Map<String, Object> count() {
        return one.sql()
                .sql("select count(*) as users, count(*) filter (where is_superuser) as superusers from app_user")
                .query()
                .singleRow();
    }

    @Test
    @Order(1)
    void makesNobodyAdministratorWhoComesFirst() {
        github.arrives("first-visitor").email("first@example.com", true, true);

        try (GitHubVisitor visitor = new GitHubVisitor()) {
            assertThat(visitor.refusal(one)).isEqualTo("auto-signup-disabled");
        }

        assertThat(count()).containsEntry("users", 0L);
    }

    @Test
    @Order(2)
    void signsTheNamedAdministratorInThroughTheBrowserWithEachRequestOnAnotherReplica() {
        github.person = octocat;
        Screen screen = new Screen(one);
        screen.driver().executeCdpCommand("Network.clearBrowserCookies", Map.of());
        screen.driver().get(front.url() + "/");
        screen.waitFor("Continue with GitHub").check("github-sign-in");

        screen.click("Continue with GitHub");
        screen.waitFor("octo@example.com");

        assertThat(screen.path()).isEqualTo("/default-team/overview");
        assertThat(screen.driver().getCurrentUrl()).startsWith(front.url());
        assertThat(count()).containsEntry("users", 1L).containsEntry("superusers", 1L);
        assertThat(one.sql()
                        .sql("select m.role from membership m join app_user u on u.id = m.user_id"
                                + " where u.email = 'octo@example.com'")
                        .query(String.class)
                        .list())
                .containsExactly("admin");

        screen.driver().get(front.url() + "/instance/sign-up");
        screen.waitFor("No rule yet").check("instance-sign-up-empty");
        screen.type("#domain", "example.com").click("Add domain");
        screen.waitFor("Rule added.");
        screen.type("#organization", "acme")
                .type("#github-team", "platform-team")
                .click("Add organisation");
        screen.waitFor("acme/platform-team");
        screen.click("Turn sign-up on");
        screen.waitFor("People may sign up by the rules below.").check("instance-sign-up");
        screen.click("Remove the rule for @example.com");
        screen.waitFor("Remove the rule for @example.com?").check("instance-sign-up-remove");
    }

    @Test
    @Order(3)
    void saysInTheBrowserWhatWentWrong() {
        github.person = octocat;
        github.fail(FakeGitHub.Failure.DENIED);
        Screen screen = new Screen(one);
        screen.driver().executeCdpCommand("Network.clearBrowserCookies", Map.of());
        screen.driver().get(front.url() + "/sign-in");

        screen.click("Continue with GitHub");

        screen.waitFor("press Authorize").check("github-denied");
        github.fail(FakeGitHub.Failure.NONE);
    }

    @Test
    @Order(4)
    void finishesOnOneReplicaWhatBeganOnTheOther() {
        github.person = octocat;
        try (GitHubVisitor visitor = new GitHubVisitor()) {
            String callback = visitor.allow(visitor.start(one, "/"));

            Answer answer = visitor.open(two, callback);

            assertThat(answer.header("Location")).contains("/");
            assertThat(visitor.open(one, "/default-team/overview").status()).isEqualTo(200);
            assertThat(visitor.open(two, "/default-team/overview").status()).isEqualTo(200);
        }
    }

    @Test
    @Order(5)
    void ignoresTheSettingOnceThereIsASuperuser() {
        octocat.login = "octocat-retired";
        github.arrives("octocat").email("taker@elsewhere.example", true, true);

        try (GitHubVisitor visitor = new GitHubVisitor()) {
            assertThat(visitor.refusal(two)).startsWith("auto-signup-");
        }

        assertThat(count()).containsEntry("superusers", 1L);
    }
}
