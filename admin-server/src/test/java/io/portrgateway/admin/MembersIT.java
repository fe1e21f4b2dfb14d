package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.secret.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is in a team, and who may change that; over the pages and over the API. */
@Timeout(180)
class MembersIT {

    private static final String HOME = "default-team";
    private static final String ROOT = "admin@localhost";

    private static Gateway gateway;
    private static Members members;
    private static Browser superuser;
    private static Browser admin;
    private static Browser member;
    private static int counter;

    /** Somebody fresh for each test. */
    private String email;

    private String key;
    private long id;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_SIGN_IN_RATE_PER_ADDRESS", "0");
        members = new Members(gateway);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        members.add("admin@example.com", HOME, "admin");
        members.add("member@example.com", HOME, "member");
        members.add(ROOT, "other", "admin");
        superuser = Browser.signedIn(gateway, ROOT);
        admin = Browser.signedIn(gateway, "admin@example.com");
        member = Browser.signedIn(gateway, "member@example.com");
    }

    @AfterAll
    static void stop() {
        superuser.close();
        admin.close();
        member.close();
        gateway.close();
    }

    @BeforeEach
    void add() {
        email = "person" + ++counter + "@example.com";
        key = members.add(email, HOME, "member");
        id = members.id(key);
    }

    private static Answer submit(Browser browser, long id, String action, String... fields) {
        return browser.submit(
                browser.open("/" + HOME + "/members"), "/" + HOME + "/members/" + id + "/" + action, fields);
    }

    private static <T> T one(Class<T> type, String sql, Object... parameters) {
        return gateway.sql().sql(sql).params(List.of(parameters)).query(type).single();
    }

    private static long rootId() {
        return one(
                Long.class,
                "select m.id from membership m join app_user u on u.id = m.user_id join team t on t.id = m.team_id"
                        + " where u.email = ? and t.slug = ?",
                ROOT,
                HOME);
    }

    private String role() {
        return one(String.class, "select role from membership where id = ?", id);
    }

    private boolean isMember() {
        return one(Boolean.class, "select exists (select from membership where id = ?)", id);
    }

    private static int audited(String action, String subject) {
        return one(Integer.class, "select count(*) from audit_event where action = ? and subject = ?", action, subject);
    }

    private void open(String name) {
        gateway.sql()
                .sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at)
                        select :id, 'http', :name, 'active', id, team_id, now() from membership where id = :membership
                        """)
                .param("id", "01ARZ3NDEKTSV4RRFFQ69" + String.format("%05d", counter))
                .param("name", name)
                .param("membership", id)
                .update();
    }

    @Test
    void showsRolesAndLiveTunnelsToEveryMemberAndActionsToAdmins() {
        open("roster" + counter);

        String seen = member.open("/" + HOME + "/members?q=" + email).body();
        String managed = admin.open("/" + HOME + "/members?q=" + email).body();

        assertThat(seen).contains(email).contains("status good").doesNotContain("Manage " + email);
        assertThat(managed).contains("Manage " + email);
        assertThat(member.open("/" + HOME + "/members/" + id).status()).isEqualTo(403);
        assertThat(member.open("/" + HOME + "/members/invite").status()).isEqualTo(403);
    }

    @Test
    void findsMembersByPartOfTheirAddressOrName() {
        gateway.sql()
                .sql("update app_user set first_name = 'Zoë', last_name = 'Żółć' where email = :email")
                .param("email", email)
                .update();

        assertThat(admin.open("/" + HOME + "/members?q=ZO%C3%8B").body())
                .contains(email)
                .doesNotContain("member@example.com");
        assertThat(admin.open("/" + HOME + "/members?q=100%25").body()).contains("Nobody found");
    }

    @Test
    void readsAPageOfManyMembersInAFewStatements() {
        gateway.sql()
                .sql("insert into team (name, slug) values ('Many', 'many')")
                .update();
        members.add(ROOT, "many", "admin");
        gateway.sql().sql("""
                        with made as (
                            insert into app_user (email) select 'many' || n || '@example.com' from generate_series(1, 500) n
                            returning id)
                        insert into membership (user_id, team_id, secret_key_hash, secret_key_encrypted)
                        select made.id, team.id, sha256(('many' || made.id)::bytea), 'x' from made, team where slug = 'many'
                        """).update();
        superuser.open("/many/members");

        int statements = Statements.during(
                () -> assertThat(superuser.open("/many/members").body()).contains("1–50 of 501 members"));
        int api = Statements.during(() -> assertThat(superuser
                        .api("GET", "/team/users?page_size=100", "many", "")
                        .json()
                        .path("data")
                        .size())
                .isEqualTo(100));

        assertThat(statements).isPositive().isLessThan(20);
        assertThat(api).isPositive().isLessThan(20);
    }

    @Test
    void listsMembersInTheShapeOfTheApiNewestFirst() {
        Answer list = member.api("GET", "/team/users/?page=1&page_size=1", HOME, "");

        assertThat(list.json().path("count").asInt()).isGreaterThan(3);
        var row = list.json().path("data").get(0);
        assertThat(row.propertyNames()).containsExactly("id", "user", "role", "created_at");
        assertThat(row.path("user").path("email").asString()).isEqualTo(email);
        assertThat(row.path("created_at").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(member.api("GET", "/team/users?page=99999&page_size=0", HOME, "")
                        .json()
                        .path("data")
                        .isArray())
                .isTrue();
        assertThat(member.api("GET", "/team/users?page=x&page_size=999", HOME, "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void changesRolesAndWritesItDown() {
        assertThat(submit(admin, id, "role", "role", "admin").body()).contains("is an admin of this team now");
        assertThat(role()).isEqualTo("admin");
        assertThat(submit(admin, id, "role", "role", "member").status()).isEqualTo(200);
        assertThat(role()).isEqualTo("member");
        assertThat(audited("member.role_changed", email)).isEqualTo(2);
        assertThat(submit(admin, id, "role", "role", "owner").status()).isEqualTo(400);
    }

    @Test
    void keepsChangesFromMembers() {
        for (String action : new String[] {"role", "superuser", "rotate-key", "reset-password", "remove"}) {
            assertThat(submit(member, id, action, "role", "admin", "superuser", "true")
                            .status())
                    .as(action)
                    .isEqualTo(403);
        }
        assertThat(member.api("DELETE", "/team/users/" + id, HOME, "").status()).isEqualTo(403);
        assertThat(member.api("POST", "/team/add", HOME, "{\"email\":\"x@example.com\"}")
                        .status())
                .isEqualTo(403);
        assertThat(role()).isEqualTo("member");
    }

    @Test
    void keepsOneTeamsAdminsAwayFromAnotherTeamsMembers() {
        members.add("foreigner@example.com", "other", "admin");
        try (Browser foreigner = Browser.signedIn(gateway, "foreigner@example.com")) {
            Answer page = foreigner.open("/other/members");

            for (String action : new String[] {"role", "rotate-key", "remove"}) {
                assertThat(foreigner
                                .submit(page, "/other/members/" + id + "/" + action, "role", "admin")
                                .status())
                        .isEqualTo(404);
                assertThat(foreigner
                                .submit(page, "/" + HOME + "/members/" + id + "/" + action, "role", "admin")
                                .status())
                        .isEqualTo(404);
            }
            assertThat(foreigner.api("DELETE", "/team/users/" + id, "other", "").status())
                    .isEqualTo(404);
            assertThat(foreigner.api("DELETE", "/team/users/" + id, HOME, "").status())
                    .isEqualTo(403);
            assertThat(foreigner.open("/other/members").body()).doesNotContain(email);
        }
        assertThat(isMember()).isTrue();
        assertThat(role()).isEqualTo("member");
    }

    @Test
    void leavesSuperusersToSuperusers() {
        long root = rootId();

        for (String action : new String[] {"role", "rotate-key", "remove"}) {
            Answer refused = submit(admin, root, action, "role", "member");
            assertThat(refused.status()).as(action).isEqualTo(403);
        }
        assertThat(admin.open("/" + HOME + "/members/" + root).body())
                .contains("only a superuser may change them")
                .doesNotContain("Remove member");
        assertThat(submit(admin, id, "superuser", "superuser", "true").status()).isEqualTo(403);
        assertThat(submit(admin, id, "reset-password").status()).isEqualTo(403);
        assertThat(admin.api("POST", "/team/users/" + id + "/reset-password", HOME, "")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void makesAndUnmakesSuperusersButNeverTheLast() {
        assertThat(submit(superuser, id, "superuser", "superuser", "true").body())
                .contains("is a superuser now");
        assertThat(submit(superuser, id, "superuser", "superuser", "false").body())
                .contains("is no longer a superuser");
        Answer last = submit(superuser, rootId(), "superuser", "superuser", "false");

        assertThat(last.status()).isEqualTo(409);
        assertThat(last.body()).contains("is the last superuser");
        assertThat(audited("superuser.granted", email)).isEqualTo(1);
        assertThat(audited("superuser.revoked", email)).isEqualTo(1);
    }

    @Test
    void keepsTheLastAdminOfATeam() {
        gateway.sql()
                .sql("insert into team (name, slug) values ('Lonely', 'lonely')")
                .update();
        long only = members.id(members.add(email, "lonely", "admin"));
        try (Browser lonely = Browser.signedIn(gateway, email)) {
            Answer page = lonely.open("/lonely/members");

            Answer demoted = lonely.submit(page, "/lonely/members/" + only + "/role", "role", "member");
            Answer removed = lonely.submit(page, "/lonely/members/" + only + "/remove");

            assertThat(demoted.status()).isEqualTo(409);
            assertThat(demoted.body()).contains("is the last admin of this team");
            assertThat(removed.status()).isEqualTo(409);
            assertThat(lonely.api("DELETE", "/team/users/" + only, "lonely", "").status())
                    .isEqualTo(409);
        }
    }

    @Test
    void neverLosesTheLastAdminWhenTwoRemoveEachOther() throws Exception {
        for (int round = 0; round < 5; round++) {
            String slug = "duel" + round;
            gateway.sql()
                    .sql("insert into team (name, slug) values (:slug, :slug)")
                    .param("slug", slug)
                    .update();
            String one = "one" + round + "@example.com";
            String two = "two" + round + "@example.com";
            long oneId = members.id(members.add(one, slug, "admin"));
            long twoId = members.id(members.add(two, slug, "admin"));
            // also elsewhere, so that the loser's account stays
            members.add(one, HOME, "member");
            members.add(two, HOME, "member");
            try (Browser first = Browser.signedIn(gateway, one);
                    Browser second = Browser.signedIn(gateway, two)) {

                List<Integer> statuses = atOnce(
                        () -> first.api("DELETE", "/team/users/" + twoId, slug, ""),
                        () -> second.api("DELETE", "/team/users/" + oneId, slug, ""));

                assertThat(statuses).containsOnlyOnce(200);
                assertThat(one(
                                Integer.class,
                                "select count(*) from membership m join team t on t.id = m.team_id"
                                        + " where t.slug = ? and m.role = 'admin'",
                                slug))
                        .isEqualTo(1);
            }
        }
    }

    private static List<Integer> atOnce(Callable<Answer> first, Callable<Answer> second) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (Future<Answer> answer : threads.invokeAll(List.of(first, second))) {
                statuses.add(answer.get().status());
            }
        }
        return statuses;
    }

    @Test
    void saysWhatARemovalTakesAlongAndDoesIt() {
        open("cut" + counter);
        gateway.sql()
                .sql("insert into reserved_subdomain (subdomain, membership_id) values (:name, :id)")
                .param("name", "kept" + counter)
                .param("id", id)
                .update();

        Answer page = admin.open("/" + HOME + "/members/" + id);
        Answer removed = submit(admin, id, "remove");

        assertThat(page.body())
                .contains("1 live tunnel is cut")
                .contains("kept" + counter)
                .contains("the account is deleted");
        assertThat(removed.body()).contains(email + " is removed from Default Team");
        assertThat(isMember()).isFalse();
        assertThat(one(
                        Boolean.class,
                        "select exists (select from reserved_subdomain where subdomain = ?)",
                        "kept" + counter))
                .isFalse();
        assertThat(one(Boolean.class, "select exists (select from app_user where email = ?)", email))
                .as("a user without another team is deleted")
                .isFalse();
        assertThat(audited("member.removed", email)).isEqualTo(1);
        assertThat(gateway.post("/api/v1/config/download", "{\"secret_key\":\"" + key + "\"}")
                        .status())
                .isEqualTo(401);
        assertThat(submit(admin, id, "remove").status()).isEqualTo(404);
    }

    @Test
    void takesASuperusersRightsInRunningSessionsToo() {
        submit(superuser, id, "superuser", "superuser", "true");
        try (Browser promoted = Browser.signedIn(gateway, email)) {
            assertThat(promoted.open("/instance/teams").status()).isEqualTo(200);

            submit(superuser, id, "superuser", "superuser", "false");

            assertThat(promoted.open("/instance/teams").status()).isEqualTo(403);
        }
    }

    @Test
    void endsTheSessionsOfADeletedAccount() {
        try (Browser removed = Browser.signedIn(gateway, email)) {
            assertThat(removed.open("/" + HOME + "/members").status()).isEqualTo(200);

            admin.api("DELETE", "/team/users/" + id, HOME, "");

            assertThat(removed.open("/account/ssh-keys").response().uri().getPath())
                    .isEqualTo("/sign-in");
            assertThat(removed.api("GET", "/team/users", HOME, "").status()).isEqualTo(401);
        }
    }

    @Test
    void keepsTheAccountOfWhoHasAnotherTeamOrIsASuperuser() {
        members.add(email, "other", "member");
        String second = "second" + counter + "@example.com";
        long secondId = members.id(members.add(second, HOME, "member"));
        gateway.sql()
                .sql("update app_user set is_superuser = true where email = :email")
                .param("email", second)
                .update();

        assertThat(superuser.api("DELETE", "/team/users/" + id, HOME, "").text("status"))
                .isEqualTo("ok");
        assertThat(superuser.api("DELETE", "/team/users/" + secondId, HOME, "").status())
                .isEqualTo(200);

        assertThat(one(Integer.class, "select count(*) from app_user where email in (?, ?)", email, second))
                .isEqualTo(2);
        gateway.sql()
                .sql("update app_user set is_superuser = false where email = :email")
                .param("email", second)
                .update();
    }

    @Test
    void addsNewUsersWithAPasswordShownOnce() {
        Answer added = admin.api(
                "POST", "/team/add", HOME, "{\"email\":\" New" + counter + "@Example.com \",\"role\":\"admin\"}");

        assertThat(added.status()).isEqualTo(200);
        assertThat(added.text("password")).matches("[0-9a-f]{16}");
        assertThat(added.json().path("team_user").path("user").path("email").asString())
                .isEqualTo("new" + counter + "@example.com");
        assertThat(added.json().path("team_user").path("role").asString()).isEqualTo("admin");
        assertThat(added.json().path("team").path("slug").asString()).isEqualTo(HOME);
        assertThat(one(
                        String.class,
                        "select password_hash from app_user where email = ?",
                        "new" + counter + "@example.com"))
                .startsWith("$argon2id$");
    }

    @Test
    void addsKnownUsersWithoutTouchingTheirPassword() {
        Answer added = superuser.api("POST", "/team/add", "other", "{\"email\":\"" + email + "\",\"role\":\"member\"}");
        Answer again = superuser.api("POST", "/team/add", "other", "{\"email\":\"" + email + "\",\"role\":\"member\"}");

        assertThat(added.status()).isEqualTo(200);
        assertThat(added.json().has("password")).isFalse();
        assertThat(again.status()).isEqualTo(409);
    }

    @Test
    void givesNoPasswordWhereUsersSignUpThemselves() {
        gateway.sql().sql("update auto_signup_settings set enabled = true").update();
        try {
            Answer added = admin.api("POST", "/team/add", HOME, "{\"email\":\"auto" + counter + "@example.com\"}");

            assertThat(added.status()).isEqualTo(200);
            assertThat(added.json().has("password")).isFalse();
        } finally {
            gateway.sql().sql("update auto_signup_settings set enabled = false").update();
        }
    }

    @Test
    void letsOnlySuperusersAddSuperusers() {
        String body = "{\"email\":\"boss" + counter + "@example.com\",\"role\":\"member\",\"set_superuser\":true}";

        assertThat(admin.api("POST", "/team/add", HOME, body).status()).isEqualTo(403);
        assertThat(one(
                        Boolean.class,
                        "select exists (select from app_user where email = ?)",
                        "boss" + counter + "@example.com"))
                .isFalse();
        Answer added = superuser.api("POST", "/team/add", HOME, body);

        assertThat(added.json()
                        .path("team_user")
                        .path("user")
                        .path("is_superuser")
                        .asBoolean())
                .isTrue();
        gateway.sql()
                .sql("update app_user set is_superuser = false where email <> :root")
                .param("root", ROOT)
                .update();
    }

    @Test
    void refusesWhatIsNoAddressOrRole() {
        assertThat(admin.api("POST", "/team/add", HOME, "{\"email\":\"nobody\"}")
                        .text("error"))
                .contains("email");
        assertThat(admin.api("POST", "/team/add", HOME, "{\"email\":\"a@example.com\",\"role\":\"king\"}")
                        .text("error"))
                .contains("role");
        assertThat(admin.api("POST", "/team/add", HOME, "[]").status()).isEqualTo(400);
    }

    @Test
    void resetsAPasswordAndEndsTheSessions() {
        try (Browser locked = Browser.signedIn(gateway, email)) {
            Answer reset = superuser.api("POST", "/team/users/" + id + "/reset-password", HOME, "");

            assertThat(reset.text("password")).matches("[0-9a-f]{16}");
            assertThat(locked.api("GET", "/team/users", HOME, "").status()).isEqualTo(401);
        }
        Answer page = submit(superuser, id, "reset-password");

        assertThat(page.body())
                .contains("It is shown only now")
                .containsPattern("id=\"new-password\"[^>]*>[0-9a-f]{16}<");
        assertThat(admin.open("/" + HOME + "/members/" + id).body()).doesNotContain("new-password");
        assertThat(audited("password.reset", email)).isEqualTo(2);
    }

    @Test
    void showsOnesOwnKeyOnlyInTheAnswerToTheQuestion() {
        try (Browser own = Browser.signedIn(gateway, email)) {
            Answer page = own.open("/" + HOME + "/secret-key");
            Answer shown = own.submit(page, "/" + HOME + "/secret-key/show");

            assertThat(page.body()).doesNotContain(key);
            assertThat(shown.body()).contains(key).contains("portr auth set --token " + key);
            assertThat(shown.header("Cache-Control").orElseThrow()).contains("no-store");
            assertThat(own.open("/" + HOME + "/secret-key").body()).doesNotContain(key);
            assertThat(own.submit(page, "/other/secret-key/show").status()).isEqualTo(404);
        }
        assertThat(audited("secret_key.revealed", email)).isEqualTo(1);
    }

    @Test
    void replacesOnesOwnKeyAfterSayingHowManyTunnelsAreCut() {
        open("rotated" + counter);
        try (Browser own = Browser.signedIn(gateway, email)) {
            Answer page = own.open("/" + HOME + "/secret-key");
            assertThat(page.body()).contains("Your 1 live tunnel is cut at once");

            Answer rotated = own.submit(page, "/" + HOME + "/secret-key/rotate");

            assertThat(rotated.body()).contains("This is your new key").doesNotContain(key);
            Answer again = own.api("PATCH", "/user/me/rotate-secret-key", HOME, "");
            assertThat(again.text("secret_key")).matches("portr_[0-9a-f]{42}");
            assertThat(one(Integer.class, "select key_version from membership where id = ?", id))
                    .isEqualTo(3);
            assertThat(one(byte[].class, "select secret_key_hash from membership where id = ?", id))
                    .isEqualTo(Tokens.sha256(again.text("secret_key")));
            assertThat(own.submit(page, "/" + HOME + "/secret-key/show").body()).contains(again.text("secret_key"));
        }
        assertThat(audited("secret_key.rotated", email)).isEqualTo(2);
    }

    @Test
    void replacesAnotherMembersKeyUnseen() {
        Answer page = submit(admin, id, "rotate-key");

        assertThat(page.body()).contains("The key of " + email + " is replaced").doesNotContain("portr_");
        assertThat(gateway.post("/api/v1/config/download", "{\"secret_key\":\"" + key + "\"}")
                        .status())
                .isEqualTo(401);
        assertThat(one(Integer.class, "select key_version from membership where id = ?", id))
                .isEqualTo(2);
    }

    @Test
    void neverWritesAKeyOrPasswordIntoTheAuditTrail() {
        try (Browser own = Browser.signedIn(gateway, email)) {
            own.api("PATCH", "/user/me/rotate-secret-key", HOME, "");
        }
        admin.api("POST", "/team/add", HOME, "{\"email\":\"quiet" + counter + "@example.com\"}");

        assertThat(
                        one(
                                Integer.class,
                                "select count(*) from audit_event where subject || detail::text ~ 'portr_[0-9a-f]{42}|[0-9a-f]{16}'"))
                .isZero();
    }
}
