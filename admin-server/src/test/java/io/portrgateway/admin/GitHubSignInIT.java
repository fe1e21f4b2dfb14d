package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.FakeGitHub.Failure;
import io.portrgateway.admin.FakeGitHub.Person;
import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.account.Accounts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Signing in with GitHub: who is whom, every way it can fail, and what must not be left behind. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class GitHubSignInIT {

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";

    private static FakeGitHub github;
    private static Gateway gateway;
    private GitHubVisitor visitor;

    @BeforeAll
    static void start() {
        github = new FakeGitHub();
        gateway = Gateway.start(github.settings());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        github.close();
    }

    @BeforeEach
    void openBrowser() {
        visitor = new GitHubVisitor();
    }

    @AfterEach
    void closeBrowser() {
        visitor.close();
    }

    private static void member(String email) {
        new Members(gateway).add(email, "default-team", "member");
    }

    private static Map<String, Object> link(String email) {
        return gateway.sql()
                .sql("select g.github_id, g.login, g.avatar_url from github_account g"
                        + " join app_user u on u.id = g.user_id where u.email = :email")
                .param("email", email)
                .query()
                .singleRow();
    }

    private static long count(String sql) {
        return gateway.sql().sql(sql).query(Long.class).single();
    }

    private static void assertSignedIn(Answer callback, GitHubVisitor visitor) {
        assertThat(callback.status()).isEqualTo(302);
        assertThat(callback.header("Location")).contains("/");
        assertThat(visitor.open(gateway, "/default-team/overview").status()).isEqualTo(200);
    }

    @Test
    void signsInAndLinksTheUserWhoseAddressGitHubVerified() {
        member("ann@example.com");
        Person ann = github.arrives("ann-codes").email("Ann@Example.com", true, true);

        assertSignedIn(visitor.signIn(gateway), visitor);

        assertThat(link("ann@example.com"))
                .containsEntry("github_id", ann.id)
                .containsEntry("login", "ann-codes")
                .containsEntry("avatar_url", "https://avatars.example/" + ann.id);
        assertThat(gateway.sql()
                        .sql("select action from audit_event where actor_label = 'ann@example.com' order by id")
                        .query(String.class)
                        .list())
                .containsExactly("github.linked", "user.signed_in");
        assertThat(github.lastScope).isEqualTo("user:email");
    }

    @ParameterizedTest
    @CsvSource({
        // shown, verified and primary: which address counts
        "b1@example.com, a1@example.com:v b1@example.com:v c1@example.com:vp, b1@example.com",
        "b2@example.com, a2@example.com:v b2@example.com:- c2@example.com:vp, c2@example.com",
        "'', a3@example.com:v c3@example.com:p, a3@example.com",
        "'', 7+x@users.noreply.127.0.0.1:vp a4@example.com:v, a4@example.com"
    })
    void takesThePublicAddressIfVerifiedElseThePrimaryElseAnyVerifiedOne(String shown, String emails, String expected) {
        Person person = github.arrives("picker-" + expected.substring(0, 2));
        person.publicEmail = shown.isEmpty() ? null : shown;
        for (String email : emails.split(" ")) {
            String address = email.substring(0, email.lastIndexOf(':'));
            String flags = email.substring(email.lastIndexOf(':'));
            person.email(address, flags.contains("v"), flags.contains("p"));
            if (!address.contains("noreply")) {
                member(address);
            }
        }

        assertSignedIn(visitor.signIn(gateway), visitor);

        assertThat(link(expected)).containsEntry("github_id", person.id);
    }

    @Test
    void letsInvitedPeopleInByTheirVerifiedAddressAlone() {
        gateway.sql().sql("""
                        insert into team_invitation (token_hash, team_id, email, role, invited_by, expires_at)
                        select sha256('any'), t.id, 'invited@example.com', 'admin', u.id, now() + interval '1 day'
                        from team t, app_user u where t.slug = 'default-team' and u.is_superuser
                        """).update();
        github.arrives("impostor").email("invited@example.com", false, true).email("impostor@example.com", true, false);
        try (GitHubVisitor impostor = new GitHubVisitor()) {
            assertThat(impostor.refusal(gateway)).isEqualTo("auto-signup-disabled");
        }

        github.arrives("invited").email("invited@example.com", true, true);
        assertSignedIn(visitor.signIn(gateway), visitor);

        assertThat(count("select count(*) from membership m join app_user u on u.id = m.user_id"
                        + " where u.email = 'invited@example.com' and m.role = 'admin'"))
                .isEqualTo(1);
        assertThat(count("select count(*) from team_invitation where email = 'invited@example.com'"
                        + " and accepted_at is not null"))
                .isEqualTo(1);
        assertThat(count("select count(*) from app_user where email = 'impostor@example.com'"))
                .isZero();
    }

    @Test
    void knowsALinkedAccountByItsNumberAndFollowsItsLoginName() {
        member("cara@example.com");
        Person cara = github.arrives("cara-old").email("cara@example.com", true, true);
        visitor.signIn(gateway);
        cara.login = "cara-new";
        cara.emails.clear();
        github.requests.clear();

        try (GitHubVisitor later = new GitHubVisitor()) {
            assertSignedIn(later.signIn(gateway), later);
        }

        assertThat(link("cara@example.com")).containsEntry("login", "cara-new");
        assertThat(github.requests).doesNotContain("GET /api/v3/user/emails").contains("GET /api/v3/user");
        assertThat(count("select count(*) from audit_event where action = 'github.login_changed'"))
                .isEqualTo(1);
    }

    @Test
    void neverGivesALinkedUserToAnotherGitHubAccount() {
        member("dora@example.com");
        Person dora = github.arrives("dora").email("dora@example.com", true, true);
        visitor.signIn(gateway);
        github.arrives("dora-too").email("dora@example.com", true, true);

        try (GitHubVisitor other = new GitHubVisitor()) {
            assertThat(other.refusal(gateway)).isEqualTo("github-account-linked");
            assertThat(other.open(gateway, "/default-team/overview").status()).isEqualTo(302);
        }

        assertThat(link("dora@example.com")).containsEntry("github_id", dora.id);
    }

    @Test
    void endsAPasswordThatAnotherOneMadeOnceItsOwnerComesByGitHub() {
        gateway.bean(Accounts.class).addWithGivenPassword("given@example.com", "known to the inviter");
        gateway.bean(Accounts.class).add("own@example.com", Optional.of("chosen by the owner"));
        gateway.sql()
                .sql("insert into membership (user_id, team_id, secret_key_hash, secret_key_encrypted)"
                        + " select u.id, t.id, sha256(u.email::bytea), '\\x00' from app_user u, team t"
                        + " where u.email in ('given@example.com', 'own@example.com') and t.slug = 'default-team'")
                .update();
        assertThat(passwordSignIn("given@example.com", "known to the inviter")).isEqualTo(200);

        github.arrives("given-codes").email("given@example.com", true, true);
        assertSignedIn(visitor.signIn(gateway), visitor);
        github.arrives("own-codes").email("own@example.com", true, true);
        assertSignedIn(visitor.signIn(gateway), visitor);

        assertThat(passwordSignIn("given@example.com", "known to the inviter")).isEqualTo(400);
        assertThat(passwordSignIn("own@example.com", "chosen by the owner")).isEqualTo(200);
    }

    private static int passwordSignIn(String email, String password) {
        return gateway.post("/api/v1/auth/login", "{\"email\": \"" + email + "\", \"password\": \"" + password + "\"}")
                .status();
    }

    @Test
    void makesNoUserWithoutARule() {
        github.arrives("stranger").email("stranger@example.com", true, true);

        assertThat(visitor.refusal(gateway)).isEqualTo("auto-signup-disabled");

        assertThat(count("select count(*) from app_user where email = 'stranger@example.com'"))
                .isZero();
        assertThat(gateway.sql()
                        .sql("select detail ->> 'reason' from audit_event"
                                + " where action = 'user.sign_in_failed' and actor_label = 'stranger'")
                        .query(String.class)
                        .list())
                .containsExactly("auto-signup-disabled");
    }

    @ParameterizedTest
    @CsvSource({
        "DENIED, github-denied",
        "WRONG_CALLBACK, github-misconfigured",
        "TOKEN_REFUSED, github-misconfigured",
        "TOKEN_ERROR_500, github-unreachable",
        "TOKEN_STALLS, github-unreachable",
        "USER_401, user-fetch-failed",
        "USER_500, github-unreachable",
        "USER_NOT_JSON, user-fetch-failed",
        "USER_TOO_LARGE, github-unreachable",
        "USER_BODY_STALLS, github-unreachable",
        "EMAILS_404, private-email",
        "EMAILS_500, github-unreachable"
    })
    void saysForEachFailureWhatItIs(Failure failure, String code) {
        github.arrives("unlucky-" + failure).email("unlucky@example.com", true, true);
        github.fail(failure);
        long before = System.nanoTime();

        assertThat(visitor.refusal(gateway)).isEqualTo(code);

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        Answer page = visitor.open(gateway, "/sign-in?code=" + code);
        assertThat(page.body()).contains("role=\"alert\"").doesNotContain("Signing in did not work. Try again.");
    }

    @Test
    void tellsPrivateFromUnverifiedAddresses() {
        github.arrives("private");
        assertThat(visitor.refusal(gateway)).isEqualTo("private-email");
        github.arrives("unverified").shows("uma@example.com").email("uma@example.com", false, true);
        assertThat(visitor.refusal(gateway)).isEqualTo("email-verification-failed");
    }

    @Test
    void hasAPlainSentenceForEveryCode() {
        for (String code : List.of(
                "github-disabled",
                "github-denied",
                "github-unreachable",
                "github-misconfigured",
                "github-account-linked",
                "invalid-session",
                "invalid-state",
                "no-code",
                "token-exchange-failed",
                "user-fetch-failed",
                "private-email",
                "email-verification-failed",
                "auto-signup-disabled",
                "auto-signup-domain-denied",
                "auto-signup-denied",
                "database-error",
                "too-many-attempts")) {
            assertThat(visitor.open(gateway, "/sign-in?code=" + code).body())
                    .as(code)
                    .contains("role=\"alert\"")
                    .doesNotContain("Signing in did not work. Try again.")
                    .contains("Continue with GitHub");
        }
    }

    @Test
    void refusesAnswersThatThisBrowserDidNotAskFor() {
        member("eve@example.com");
        github.arrives("eve").email("eve@example.com", true, true);
        String callback = visitor.allow(visitor.start(gateway, "/"));

        try (GitHubVisitor victim = new GitHubVisitor()) {
            assertThat(GitHubVisitor.code(victim.open(gateway, callback))).isEqualTo("invalid-session");
            victim.start(gateway, "/");
            assertThat(GitHubVisitor.code(victim.open(gateway, callback))).isEqualTo("invalid-state");
            assertThat(victim.open(gateway, "/default-team/overview").status()).isEqualTo(302);
        }
        assertThat(GitHubVisitor.code(visitor.open(gateway, callback.replaceAll("state=[^&]+", "state=wrong"))))
                .isEqualTo("invalid-state");
        assertThat(GitHubVisitor.code(visitor.open(gateway, GitHubVisitor.START + "/callback?code=x")))
                .isEqualTo("no-code");
        assertSignedIn(visitor.open(gateway, callback), visitor);
    }

    @Test
    void takesAnAnswerOnce() {
        github.arrives("finn");
        String callback = visitor.allow(visitor.start(gateway, "/"));

        assertThat(GitHubVisitor.code(visitor.open(gateway, callback))).isEqualTo("private-email");
        assertThat(GitHubVisitor.code(visitor.open(gateway, callback))).isEqualTo("invalid-state");
    }

    @Test
    void refusesACodeThatGitHubTookBefore() {
        github.arrives("gus");
        String first = visitor.allow(visitor.start(gateway, "/"));
        visitor.open(gateway, first);
        String second = visitor.allow(visitor.start(gateway, "/"));
        String usedCode = first.replaceAll(".*code=([^&]+).*", "$1");

        assertThat(GitHubVisitor.code(visitor.open(gateway, second.replaceAll("code=[^&]+", "code=" + usedCode))))
                .isEqualTo("token-exchange-failed");
    }

    @Test
    void letsTwoTabsSignInSideBySide() {
        member("hal@example.com");
        github.arrives("hal").email("hal@example.com", true, true);
        String one = visitor.allow(visitor.start(gateway, "/"));
        visitor.start(gateway, "/");

        assertSignedIn(visitor.open(gateway, one), visitor);
    }

    @ParameterizedTest
    @CsvSource({
        "/default-team/overview?x=1, /default-team/overview?x=1",
        "//evil.example, /",
        "/\\evil.example, /",
        "https://evil.example, /"
    })
    void goesOnToAPageOfOursAndToNothingElse(String next, String expected) {
        String email = "ida" + Math.abs(next.hashCode()) + "@example.com";
        member(email);
        github.arrives("ida" + next.hashCode()).email(email, true, true);

        Answer callback = visitor.open(gateway, visitor.allow(visitor.start(gateway, next)));

        assertThat(callback.header("Location")).contains(expected);
    }

    @Test
    void leavesNoTokenAndNoCodeBehind(CapturedOutput output) {
        member("jo@example.com");
        github.arrives("jo").email("jo@example.com", true, true);
        visitor.signIn(gateway);
        github.arrives("nobody");
        visitor.refusal(gateway);

        assertThat(github.secrets).isNotEmpty();
        for (String secret : github.secrets) {
            assertThat(output.getAll()).doesNotContain(secret);
            assertThat(count("select count(*) from web_session_attributes" + " where position('" + secret
                            + "'::bytea in attribute_bytes) > 0"))
                    .isZero();
            assertThat(count("select count(*) from audit_event e where e::text like '%" + secret + "%'"))
                    .isZero();
            assertThat(count("select count(*) from github_account g where g::text like '%" + secret + "%'"))
                    .isZero();
        }
        assertThat(output.getAll()).contains("github_sign_in_failed").doesNotContain(FakeGitHub.CLIENT_SECRET);
    }

    @Test
    void importsTheKeysOfTheAccountEvenWhenItsOldLoginIsAnothersNow() {
        member("kim@example.com");
        Person kim = github.arrives("kim").email("kim@example.com", true, true);
        kim.keys.add(KEY);
        visitor.signIn(gateway);
        kim.login = "kim-renamed";
        github.arrives("kim").keys.add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGF0dGFja2VyLWF0dGFja2VyLWF0dGFja2VyLWE=");

        assertThat(visitor.open(gateway, "/account/ssh-keys").body()).contains("Import from GitHub");
        assertThat(visitor.press(gateway, "/account/ssh-keys", "/account/ssh-keys/import")
                        .status())
                .isEqualTo(302);

        Answer page = visitor.open(gateway, "/account/ssh-keys");
        assertThat(page.body()).contains("1 key imported from GitHub").contains("From GitHub");
        assertThat(gateway.sql()
                        .sql("select k.fingerprint from ssh_public_key k join app_user u on u.id = k.user_id"
                                + " where u.email = 'kim@example.com'")
                        .query(String.class)
                        .list())
                .hasSize(1);
        visitor.press(gateway, "/account/ssh-keys", "/account/ssh-keys/import");
        assertThat(visitor.open(gateway, "/account/ssh-keys").body()).contains("1 is registered already");
    }

    @Test
    void unlinksTheAccountOfWhoeverHasAPassword() {
        member("lee@example.com");
        github.arrives("lee").email("lee@example.com", true, true);
        visitor.signIn(gateway);

        visitor.press(gateway, "/account", "/account/github/unlink");
        assertThat(visitor.open(gateway, "/account").body())
                .contains("GitHub is your only way to sign in")
                .contains("lee");
        gateway.sql()
                .sql("update app_user set password_hash = 'x' where email = 'lee@example.com'")
                .update();
        assertThat(visitor.open(gateway, "/account").body()).contains("Unlink GitHub");
        visitor.press(gateway, "/account", "/account/github/unlink");

        assertThat(visitor.open(gateway, "/account").body())
                .contains("Your GitHub account is unlinked.")
                .doesNotContain("Unlink GitHub");
        assertThat(count("select count(*) from audit_event where action = 'github.unlinked' and subject = 'lee'"))
                .isEqualTo(1);
    }
}
