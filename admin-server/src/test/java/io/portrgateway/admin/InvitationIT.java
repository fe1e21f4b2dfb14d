package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How somebody new gets into a team without a mail: a link, handed over by the inviter, that works once. */
@Timeout(180)
class InvitationIT {

    private static final String HOME = "default-team";
    private static final String MEMBERS = "/" + HOME + "/members";
    private static final String JOIN = "/account/join";
    private static final String PASSWORD = "correct horse battery";
    private static final Pattern LINK = Pattern.compile("http://localhost:8000" + JOIN + "\\?token=([0-9a-f]{64})");

    private static Gateway gateway;
    private static Members members;
    private static Browser superuser;
    private static Browser admin;
    private static int counter;

    private String email;
    private Browser newcomer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        members = new Members(gateway);
        members.add("admin@example.com", HOME, "admin");
        superuser = Browser.signedIn(gateway, "admin@localhost");
        admin = Browser.signedIn(gateway, "admin@example.com");
    }

    @AfterAll
    static void stop() {
        superuser.close();
        admin.close();
        gateway.close();
    }

    @BeforeEach
    void openBrowser() {
        email = "new" + ++counter + "@example.com";
        newcomer = new Browser(gateway);
    }

    @AfterEach
    void closeBrowser() {
        newcomer.close();
    }

    private static Answer invite(Browser by, String email, String role, String... more) {
        String[] fields = {"email", email, "role", role};
        String[] all = new String[fields.length + more.length];
        System.arraycopy(fields, 0, all, 0, fields.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return by.submit(by.open(MEMBERS), MEMBERS + "/invite", all);
    }

    private static String token(Answer page) {
        Matcher link = LINK.matcher(page.body());
        assertThat(link.find()).as("a link in: " + page.body()).isTrue();
        return link.group(1);
    }

    private Answer open(String token) {
        return newcomer.open(JOIN + "?token=" + token);
    }

    private Answer accept(String token, String password) {
        return newcomer.submit(newcomer.open("/sign-in?token=x"), JOIN, "token", token, "password", password);
    }

    private static <T> T one(Class<T> type, String sql, Object... parameters) {
        return gateway.sql().sql(sql).params(List.of(parameters)).query(type).single();
    }

    private static boolean hasAccount(String email) {
        return one(Boolean.class, "select exists (select from app_user where email = ?)", email);
    }

    private static long pending(String email) {
        return one(
                Long.class,
                "select id from team_invitation where email = ? and accepted_at is null and revoked_at is null",
                email);
    }

    @Test
    void letsSomebodyNewChooseAPasswordAndIn() {
        Answer invited = invite(admin, " " + email.toUpperCase(java.util.Locale.ROOT) + " ", "admin");
        String token = token(invited);
        assertThat(hasAccount(email))
                .as("nothing is made before the link is used")
                .isFalse();
        assertThat(admin.open(MEMBERS).body()).contains(email).doesNotContain(token);

        Answer offer = open(token);
        Answer joined = accept(token, PASSWORD);

        assertThat(offer.body())
                .contains("Join Default Team")
                .contains("admin@example.com")
                .contains(email);
        assertThat(joined.response().uri().getPath()).isEqualTo("/" + HOME + "/overview");
        assertThat(one(
                        String.class,
                        "select m.role from membership m join app_user u on u.id = m.user_id where u.email = ?",
                        email))
                .isEqualTo("admin");
        assertThat(one(String.class, "select password_hash from app_user where email = ?", email))
                .startsWith("$argon2id$");
        assertThat(one(
                        Integer.class,
                        "select count(*) from audit_event where actor_label = ? and action = 'invitation.accepted'",
                        email))
                .isEqualTo(1);
        try (Browser later = new Browser(gateway)) {
            Answer signedIn = later.submit(
                    later.open("/sign-in?token=x"), "/sign-in/password", "email", email, "password", PASSWORD);
            assertThat(signedIn.response().uri().getPath()).isEqualTo("/" + HOME + "/overview");
        }
    }

    @Test
    void worksOnce() {
        String token = token(invite(admin, email, "member"));
        accept(token, PASSWORD);

        try (Browser second = new Browser(gateway)) {
            Answer again = second.submit(second.open("/sign-in?token=x"), JOIN, "token", token, "password", PASSWORD);

            assertThat(again.status()).isEqualTo(404);
            assertThat(again.body()).contains("no longer good");
            assertThat(second.open("/").response().uri().getPath()).isEqualTo("/sign-in");
        }
    }

    @Test
    void makesOneAccountHoweverOftenTheButtonIsPressedAtOnce() throws Exception {
        String token = token(invite(admin, email, "member"));
        try (Browser other = new Browser(gateway);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Answer mine = newcomer.open("/sign-in?token=x");
            Answer theirs = other.open("/sign-in?token=x");

            var both = threads.invokeAll(List.<java.util.concurrent.Callable<Answer>>of(
                    () -> newcomer.submit(mine, JOIN, "token", token, "password", PASSWORD),
                    () -> other.submit(theirs, JOIN, "token", token, "password", "another password")));

            assertThat(List.of(both.get(0).get().status(), both.get(1).get().status()))
                    .containsExactlyInAnyOrder(200, 404);
        }
    }

    @Test
    void refusesUnknownExpiredAndRevokedLinks() {
        assertThat(open("0".repeat(64)).status()).isEqualTo(404);
        assertThat(newcomer.open(JOIN).status()).isEqualTo(404);

        String expired = token(invite(admin, email, "member"));
        gateway.sql()
                .sql("update team_invitation set expires_at = now() - interval '1 second' where email = :email")
                .param("email", email)
                .update();
        assertThat(open(expired).body()).contains("no longer good");
        assertThat(accept(expired, PASSWORD).status()).isEqualTo(404);
        assertThat(admin.open(MEMBERS).body()).contains("expired");

        String revoked = token(invite(admin, email, "member"));
        assertThat(open(revoked).status()).isEqualTo(200);
        Answer page = admin.submit(admin.open(MEMBERS), MEMBERS + "/invitations/" + pending(email) + "/revoke");
        assertThat(page.body()).contains("its link no longer works");
        assertThat(accept(revoked, PASSWORD).status()).isEqualTo(404);
        assertThat(hasAccount(email)).isFalse();
    }

    @Test
    void replacesAnEarlierLink() {
        String first = token(invite(admin, email, "member"));
        String second = token(invite(admin, email, "admin"));

        assertThat(open(first).status()).isEqualTo(404);
        assertThat(open(second).status()).isEqualTo(200);
    }

    @Test
    void storesOnlyTheHash() {
        String token = token(invite(admin, email, "member"));

        assertThat(one(
                        Integer.class,
                        "select count(*) from team_invitation where token_hash = sha256(cast(? as bytea))",
                        token))
                .isEqualTo(1);
        assertThat(one(
                        Integer.class,
                        "select count(*) from audit_event where subject || detail::text like '%' || ? || '%'",
                        token))
                .isZero();
    }

    @Test
    void endsWithTheRightsOfTheInviter() {
        String inviter = "inviter" + counter + "@example.com";
        long id = members.id(members.add(inviter, HOME, "admin"));
        String token;
        try (Browser by = Browser.signedIn(gateway, inviter)) {
            token = token(invite(by, email, "admin"));
        }
        assertThat(open(token).status()).isEqualTo(200);

        admin.submit(admin.open(MEMBERS), MEMBERS + "/" + id + "/role", "role", "member");

        assertThat(open(token).status()).isEqualTo(404);
        assertThat(accept(token, PASSWORD).status()).isEqualTo(404);
    }

    @Test
    void addsKnownPeopleAtOnce() {
        gateway.sql()
                .sql("insert into app_user (email) values (:email)")
                .param("email", email)
                .update();

        Answer page = invite(admin, email, "member");
        Answer again = invite(admin, email, "member");

        assertThat(page.body()).contains("has an account here and is a member of Default Team now");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.body()).contains("is already a member").contains("value=\"" + email + "\"");
    }

    @Test
    void neverOpensAnAccountThatIsThereAlready() {
        String token = token(invite(admin, email, "member"));
        gateway.sql()
                .sql("insert into app_user (email) values (:email)")
                .param("email", email)
                .update();

        Answer refused = accept(token, PASSWORD);

        assertThat(refused.body()).contains("has an account here already").contains("Sign in to join");
        assertThat(one(Boolean.class, "select password_hash is null from app_user where email = ?", email))
                .isTrue();
        try (Browser owner = Browser.signedIn(gateway, email)) {
            Answer offer = owner.open(JOIN + "?token=" + token);
            Answer joined = owner.submit(offer, JOIN + "/now", "token", token);
            assertThat(joined.response().uri().getPath()).isEqualTo("/" + HOME + "/overview");
        }
    }

    @Test
    void keepsALinkFromSomebodyElseWhoIsSignedIn() {
        String token = token(invite(admin, email, "member"));
        String other = "other" + counter + "@example.com";
        members.add(other, HOME, "member");
        try (Browser stranger = Browser.signedIn(gateway, other)) {
            Answer page = stranger.open(JOIN + "?token=" + token);
            stranger.submit(page, JOIN + "/now", "token", token);
            stranger.submit(page, JOIN, "token", token, "password", PASSWORD);

            assertThat(page.body()).contains("the invitation is for somebody else");
        }
        assertThat(hasAccount(email)).isFalse();
        assertThat(open(token).status()).isEqualTo(200);
    }

    @Test
    void asksForAPasswordThatIsLongEnoughWithoutUsingTheLinkUp() {
        String token = token(invite(admin, email, "member"));

        Answer page = accept(token, "short");

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("Use at least 8 characters").doesNotContain("value=\"short\"");
        assertThat(accept(token, PASSWORD).response().uri().getPath()).isEqualTo("/" + HOME + "/overview");
    }

    @Test
    void letsOnlySuperusersInviteSuperusers() {
        assertThat(invite(admin, email, "member", "superuser", "true").status()).isEqualTo(403);

        String token = token(invite(superuser, email, "member", "superuser", "true"));
        assertThat(open(token).body()).contains("superuser of the gateway");
        accept(token, PASSWORD);

        assertThat(newcomer.open("/instance/teams").status()).isEqualTo(200);
    }

    @Test
    void saysBesideTheFieldWhatIsWrong() {
        Answer nobody = invite(admin, "nobody", "member");
        Answer role = invite(admin, email, "king");

        assertThat(nobody.status()).isEqualTo(400);
        assertThat(nobody.body()).contains("Enter an e-mail address").contains("value=\"nobody\"");
        assertThat(role.status()).isEqualTo(400);
    }

    @Test
    void leavesInvitationsToTheirTeam() {
        gateway.sql()
                .sql("insert into team (name, slug) values ('Elsewhere' || :n, 'elsewhere' || :n)")
                .param("n", Integer.toString(counter))
                .update();
        members.add("far" + counter + "@example.com", "elsewhere" + counter, "admin");
        String token = token(invite(admin, email, "member"));
        String foreign = "/elsewhere" + counter + "/members";
        try (Browser far = Browser.signedIn(gateway, "far" + counter + "@example.com")) {
            Answer page = far.open(foreign);

            Answer refused = far.submit(page, foreign + "/invitations/" + pending(email) + "/revoke");

            assertThat(page.body()).doesNotContain(email);
            assertThat(refused.body()).contains("had been used or revoked before");
        }
        assertThat(open(token).status()).isEqualTo(200);
    }

    @Test
    void usesTheLifetimeOfTheSetting() {
        invite(admin, email, "member");

        assertThat(one(
                        Boolean.class,
                        "select expires_at between now() + interval '6 days 23 hours' and now() + interval '7 days'"
                                + " from team_invitation where email = ?",
                        email))
                .isTrue();
    }
}
