package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Callers.Caller;
import io.portrgateway.admin.Gateway.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names kept for one member: API, page, races. */
@Timeout(120)
class SubdomainIT {

    private static final String PATH = "/api/v1/reserved-subdomains";

    private static Gateway gateway;
    private static Members members;
    private static Callers callers;
    private static int next;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_KEY", "0");
        members = new Members(gateway);
        callers = new Callers(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** A member whom no other test knows. */
    private record Person(String email, String key, Caller caller) {

        static Person fresh() {
            String email = "person" + ++next + "@example.com";
            String key = members.add(email, "default-team", "member");
            return new Person(email, key, callers.of(email, "default-team"));
        }

        Answer reserve(String name) {
            return caller.call("POST", PATH, "{\"subdomain\":\"" + name + "\"}");
        }
    }

    private static void assertRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.text("message")).isNotBlank().isEqualTo(answer.text("error"));
    }

    private static void connection(Person person, String name, String status) {
        String id = ("0000000000000000000000000" + ++next).replaceFirst(".*(.{26})$", "$1");
        gateway.sql()
                .sql("""
                        insert into connection (id, type, subdomain, status, membership_id, team_id, started_at)
                        select :id, 'http', :name, :status, m.id, m.team_id, now() from membership m where m.id = :member
                        """)
                .param("id", id)
                .param("name", name)
                .param("status", status)
                .param("member", members.id(person.key()))
                .update();
        if (status.equals("active")) {
            gateway.sql()
                    .sql("""
                            insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                            values ('http:' || :name, :id, :member, 'node', 1, now() + interval '1 minute')
                            """)
                    .param("name", name)
                    .param("id", id)
                    .param("member", members.id(person.key()))
                    .update();
        }
    }

    @Test
    void reservesListsAndReleasesWithTheStatusesOfTheProtocol() {
        Person ann = Person.fresh();
        assertThat(ann.caller().get(PATH).json().path("data").isEmpty()).isTrue();

        Answer reserved = ann.reserve("  My-App-1 ");
        assertThat(reserved.status()).as(reserved.body()).isEqualTo(201);
        assertThat(reserved.text("subdomain")).isEqualTo("my-app-1");
        assertThat(reserved.text("claim_status")).isEqualTo("idle");
        assertThat(reserved.text("created_at")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

        Answer list = ann.caller().get(PATH + "/");
        assertThat(list.json().path("count").asInt()).isEqualTo(1);
        assertThat(list.json().path("limit").asInt()).isEqualTo(3);
        assertThat(list.text("base_domain")).isEqualTo("localhost:8001");
        assertThat(list.json().path("data").path(0).path("subdomain").asString())
                .isEqualTo("my-app-1");

        Answer released = ann.caller().call("DELETE", PATH + "/My-App-1", "");
        assertThat(released.status()).isEqualTo(204);
        assertThat(released.body()).isEmpty();
        assertRefused(ann.caller().call("DELETE", PATH + "/my-app-1", ""), 404, "reservation_not_found");
        assertThat(gateway.sql()
                        .sql("select action from audit_event where subject = 'my-app-1' order by id")
                        .query(String.class)
                        .list())
                .containsExactly("subdomain.reserved", "subdomain.released");
    }

    @Test
    void refusesWhatIsNoName() {
        Person ann = Person.fresh();

        assertRefused(ann.caller().call("POST", PATH, "not json"), 400, "invalid_input");
        for (String name : new String[] {"", "-a", "a-", "a.b", "a b", "ä", "a".repeat(64), "a_b"}) {
            assertRefused(ann.reserve(name), 400, "invalid_subdomain");
        }
        assertThat(ann.reserve("a".repeat(63)).status()).isEqualTo(201);
    }

    @Test
    void givesANameToOneMemberWhateverItsCase() {
        Person ann = Person.fresh();
        Person ben = Person.fresh();
        assertThat(ann.reserve("taken").status()).isEqualTo(201);

        assertRefused(ben.reserve("TAKEN"), 409, "already_reserved");
        assertRefused(ann.reserve("Taken"), 409, "already_reserved");
        assertRefused(ben.caller().call("DELETE", PATH + "/taken", ""), 404, "reservation_not_found");
    }

    @Test
    void stopsAtTheLimitOfTheMember() {
        Person ann = Person.fresh();
        for (String name : new String[] {"one", "two", "three"}) {
            assertThat(ann.reserve("limit-" + name).status()).isEqualTo(201);
        }

        assertRefused(ann.reserve("limit-four"), 409, "reservation_limit_reached");
        assertThat(ann.caller().call("DELETE", PATH + "/limit-one", "").status())
                .isEqualTo(204);
        assertThat(ann.reserve("limit-four").status()).isEqualTo(201);
    }

    @Test
    void leavesANameToWhoeverUsesItNow() {
        Person ann = Person.fresh();
        Person ben = Person.fresh();
        connection(ann, "in-use", "active");
        connection(ann, "coming", "reserved");

        assertRefused(ben.reserve("in-use"), 409, "subdomain_unavailable");
        assertRefused(ben.reserve("coming"), 409, "subdomain_unavailable");
        Answer own = ann.reserve("in-use");
        assertThat(own.status()).isEqualTo(201);
        assertThat(own.text("claim_status")).isEqualTo("active");
        assertThat(ann.reserve("coming").text("claim_status")).isEqualTo("starting");
        assertThat(ann.caller().call("DELETE", PATH + "/in-use", "").status()).isEqualTo(204);
        assertThat(gateway.sql()
                        .sql("select status from connection where subdomain = 'in-use'")
                        .query(String.class)
                        .single())
                .isEqualTo("active");
    }

    @Test
    void hasOneWinnerHoweverManyAskAtOnce() throws Exception {
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            people.add(Person.fresh());
        }

        List<Answer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = people.stream()
                    .map(person -> (Callable<Answer>) () -> person.reserve("race"))
                    .toList();
            for (Future<Answer> future : threads.invokeAll(calls)) {
                answers.add(future.get());
            }
        }

        assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() != 201))
                .allSatisfy(answer -> assertRefused(answer, 409, "already_reserved"));
    }

    @Test
    void letsOnlyOneOfAReservationAndAForeignTunnelWin() throws Exception {
        Person ann = Person.fresh();
        Person ben = Person.fresh();
        for (int round = 0; round < 10; round++) {
            String name = "versus-" + round;
            Answer reserved;
            Answer created;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Answer> reserving = threads.submit(() -> ann.reserve(name));
                Future<Answer> creating = threads.submit(() -> gateway.post(
                        "/api/v1/connections",
                        "{\"connection_type\":\"http\",\"secret_key\":\"%s\",\"subdomain\":\"%s\"}"
                                .formatted(ben.key(), name)));
                reserved = reserving.get();
                created = creating.get();
            }

            assertThat(reserved.status() == 201 ^ created.status() == 200)
                    .as(reserved.body() + created.body())
                    .isTrue();
            ann.caller().call("DELETE", PATH + "/" + name, "");
        }
    }

    @Test
    void showsThePageWithWhoHoldsWhatAndTakesFormsWithoutAScript() {
        Person ann = Person.fresh();
        Person ben = Person.fresh();
        ben.reserve("bens-name");
        try (Browser browser = callers.signedIn(ann.email())) {
            Answer page = browser.open("/default-team/subdomains");
            assertThat(page.status()).as(page.body()).isEqualTo(200);
            assertThat(page.body())
                    .contains("0 of 3 names used")
                    .contains("bens-name")
                    .contains(ben.email());

            Answer refused = browser.submit(page, "/default-team/subdomains", "subdomain", "Bens-Name");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body()).contains("reserved by another member").contains("value=\"Bens-Name\"");

            Answer reserved = browser.submit(page, "/default-team/subdomains", "subdomain", "Anns-Name");
            assertThat(reserved.body())
                    .contains("anns-name.localhost:8001 is yours now")
                    .contains("1 of 3 names used");

            Answer foreign = browser.submit(page, "/default-team/subdomains/bens-name/release");
            assertThat(foreign.body()).contains("You do not hold this name");
            Answer released = browser.submit(page, "/default-team/subdomains/anns-name/release");
            assertThat(released.body()).contains("anns-name is free again").contains("0 of 3 names used");
        }
        assertThat(ben.caller().get(PATH).json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void takesNoNewNamesWhenTheLimitIsZero() {
        try (Gateway closed = Gateway.start(gateway.database, "PORTR_RESERVED_SUBDOMAIN_LIMIT", "0")) {
            Person ann = Person.fresh();
            ann.reserve("kept-name");
            Caller there = new Caller(closed, ann.caller().token(), "default-team");

            assertRefused(there.call("POST", PATH, "{\"subdomain\":\"new-name\"}"), 409, "reservation_limit_reached");
            assertThat(there.get(PATH)
                            .json()
                            .path("data")
                            .path(0)
                            .path("subdomain")
                            .asString())
                    .isEqualTo("kept-name");
            assertThat(there.get(PATH).json().path("limit").asInt()).isZero();
        }
    }
}
