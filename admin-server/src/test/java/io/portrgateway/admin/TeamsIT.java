package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What superusers do with teams. */
@Timeout(120)
class TeamsIT {

    private static final String HOME = "default-team";

    private static Gateway gateway;
    private static Members members;
    private static Browser superuser;
    private static Browser admin;

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

    private static Answer create(String name) {
        return superuser.submit(superuser.open("/instance/teams"), "/instance/teams", "name", name);
    }

    private static boolean exists(String slug) {
        return gateway.sql()
                .sql("select exists (select from team where slug = :slug)")
                .param("slug", slug)
                .query(Boolean.class)
                .single();
    }

    private static int audited(String action, String subject) {
        return gateway.sql()
                .sql("select count(*) from audit_event where action = :action and subject = :subject")
                .param("action", action)
                .param("subject", subject)
                .query(Integer.class)
                .single();
    }

    @ParameterizedTest
    @CsvSource({"Payments & Billing, payments-billing", "Größe Süd, grosse-sud", "'  R2/D2 -- lab ', r2-d2-lab"})
    void makesTheAddressFromTheName(String name, String slug) {
        Answer page = create(name);

        assertThat(page.response().uri().getPath()).isEqualTo("/" + slug + "/members");
        assertThat(page.body()).contains("Invite its first members");
        assertThat(audited("team.created", name.strip())).isEqualTo(1);
    }

    @Test
    void makesTheCreatorTheFirstAdmin() {
        create("Founders");

        assertThat(gateway.sql().sql("""
                                select m.role from membership m join team t on t.id = m.team_id
                                join app_user u on u.id = m.user_id
                                where t.slug = 'founders' and u.email = 'admin@localhost'
                                """).query(String.class).single()).isEqualTo("admin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Api", "sign in", "Instance", "DESIGN"})
    void refusesNamesWhoseAddressIsTheDashboardsOwn(String name) {
        Answer page = create(name);

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("belongs to the dashboard itself").contains("value=\"" + name + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "!!!", "日本"})
    void refusesNamesWithoutALetter(String name) {
        assertThat(create(name).status()).isEqualTo(400);
    }

    @Test
    void refusesNamesThatAreTooLong() {
        assertThat(create("x".repeat(101)).body()).contains("too long");
        assertThat(create("y".repeat(100)).response().uri().getPath()).isEqualTo("/" + "y".repeat(63) + "/members");
    }

    @Test
    void saysWhetherNameOrAddressIsTaken() {
        create("Twice");

        assertThat(create("Twice").status()).isEqualTo(409);
        assertThat(create("Twice").body()).contains("There is a team of this name already");
        assertThat(create("twice!").body()).contains("has the address /twice already");
    }

    @Test
    void letsOneOfManyWhoAskAtOnceWin() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                answers.add(threads.submit(() -> superuser.api("POST", "/team/", HOME, "{\"name\":\"Raced\"}")));
            }
            for (Future<Answer> answer : answers) {
                statuses.add(answer.get().status());
            }
        }

        assertThat(statuses).containsOnly(200, 409).containsOnlyOnce(200);
    }

    @Test
    void listsTeamsByNameInTheApi() {
        superuser.api("POST", "/team", HOME, "{\"name\":\"Zebra\"}");
        superuser.api("POST", "/team", HOME, "{\"name\":\"aardvark\"}");

        Answer list = superuser.api("GET", "/team/", HOME, "");

        List<String> names = new ArrayList<>();
        list.json().forEach(team -> names.add(team.path("name").asString()));
        assertThat(names).isSortedAccordingTo(String.CASE_INSENSITIVE_ORDER).contains("Zebra", "aardvark");
        assertThat(list.json().get(0).propertyNames()).containsExactly("id", "name", "slug");
    }

    @Test
    void answersTheApiWithTheTeamOrAReason() {
        Answer made = superuser.api("POST", "/team/", HOME, "{\"name\":\"By API\"}");
        Answer again = superuser.api("POST", "/team/", HOME, "{\"name\":\"By API\"}");
        Answer empty = superuser.api("POST", "/team/", HOME, "{}");

        assertThat(made.status()).isEqualTo(200);
        assertThat(made.text("slug")).isEqualTo("by-api");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text("error")).isEqualTo(again.text("message")).contains("already");
        assertThat(empty.status()).isEqualTo(400);
    }

    @Test
    void keepsEverybodyElseOut() {
        assertThat(admin.open("/instance/teams").status()).isEqualTo(403);
        assertThat(admin.open("/instance/teams/" + HOME).status()).isEqualTo(403);
        assertThat(admin.api("GET", "/team", HOME, "").status()).isEqualTo(403);
        assertThat(admin.api("POST", "/team", HOME, "{\"name\":\"Mine\"}").status())
                .isEqualTo(403);
        Answer own = admin.open("/" + HOME + "/members");
        assertThat(admin.submit(own, "/instance/teams", "name", "Mine").status())
                .isEqualTo(403);
        assertThat(admin.submit(own, "/instance/teams/" + HOME + "/rename", "name", "Mine")
                        .status())
                .isEqualTo(403);
        assertThat(admin.submit(own, "/instance/teams/" + HOME + "/delete", "confirmation", HOME)
                        .status())
                .isEqualTo(403);
        assertThat(exists("mine")).isFalse();
        assertThat(exists(HOME)).isTrue();
    }

    @Test
    void renamesAndKeepsTheAddress() {
        create("Before");
        create("Occupied");

        Answer renamed = superuser.submit(
                superuser.open("/instance/teams/before"), "/instance/teams/before/rename", "name", "After");
        Answer taken = superuser.submit(renamed, "/instance/teams/before/rename", "name", "Occupied");
        Answer empty = superuser.submit(renamed, "/instance/teams/before/rename", "name", " ");

        assertThat(renamed.body()).contains("The team is called After now");
        assertThat(superuser.open("/before/members").body()).contains("After");
        assertThat(taken.status()).isEqualTo(409);
        assertThat(empty.status()).isEqualTo(400);
        assertThat(audited("team.renamed", "After")).isEqualTo(1);
        assertThat(superuser.open("/instance/teams/after").status()).isEqualTo(404);
    }

    @Test
    void deletesOnlyWithTheAddressTypedAndSaysWhatIsLost() {
        create("Doomed");
        String key = members.add("last@example.com", "doomed", "member");
        long id = members.id(key);
        gateway.sql()
                .sql("insert into reserved_subdomain (subdomain, membership_id) values ('doomed-name', :id)")
                .param("id", id)
                .update();
        gateway.sql().sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at)
                        select '01ARZ3NDEKTSV4RRFFQ69G5FAA', 'http', 'doomed-name', 'active', id, team_id, now()
                        from membership where id = :id
                        """).param("id", id).update();

        Answer page = superuser.open("/instance/teams/doomed");
        Answer slip = superuser.submit(page, "/instance/teams/doomed/delete", "confirmation", "domed");

        assertThat(page.body())
                .contains("1 live tunnel is cut")
                .contains("2 members lose")
                .contains("1 reserved name becomes");
        assertThat(slip.status()).isEqualTo(400);
        assertThat(slip.body()).contains("Type doomed to confirm");
        assertThat(exists("doomed")).isTrue();

        Answer deleted = superuser.submit(page, "/instance/teams/doomed/delete", "confirmation", "doomed");

        assertThat(deleted.body()).contains("Team Doomed is deleted");
        assertThat(exists("doomed")).isFalse();
        assertThat(gateway.sql()
                        .sql("select count(*) from membership where id = :id")
                        .param("id", id)
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(gateway.sql()
                        .sql("select exists (select from app_user where email = 'last@example.com')")
                        .query(Boolean.class)
                        .single())
                .as("the account stays")
                .isTrue();
        assertThat(audited("team.deleted", "Doomed")).isEqualTo(1);
        assertThat(superuser.open("/doomed/members").status()).isEqualTo(404);
    }
}
