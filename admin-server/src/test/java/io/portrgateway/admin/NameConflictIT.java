package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.portrgateway.admin.Gateway.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets a name, and who is told what, when several want it. */
@Timeout(120)
class NameConflictIT {

    private static Gateway gateway;
    private static Members members;
    private static String ann;
    private static String bob;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("PORTR_API_RATE_PER_ADDRESS", "0", "PORTR_API_RATE_PER_KEY", "0");
        members = new Members(gateway);
        ann = members.add("ann@example.com", "default-team", "member");
        bob = members.add("bob@example.com", "default-team", "member");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Answer create(String key, String subdomain) {
        return gateway.post(
                "/api/v1/connections/",
                "{\"connection_type\":\"http\",\"secret_key\":\"%s\",\"subdomain\":\"%s\"}".formatted(key, subdomain));
    }

    private static void activate(String id, String name, String key, String node, String expiresIn) {
        gateway.sql()
                .sql("update connection set status = 'active', started_at = now() where id = :id")
                .param("id", id)
                .update();
        gateway.sql()
                .sql("""
                        insert into lease (name, connection_id, membership_id, node, epoch, expires_at)
                        values ('http:' || :name, :id, :membership, :node, 1, now() + cast(:expires as interval))
                        """)
                .param("name", name)
                .param("id", id)
                .param("membership", members.id(key))
                .param("node", node)
                .param("expires", expiresIn)
                .update();
    }

    private static void assertRefused(Answer answer, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.text("message")).isEqualTo(answer.text("error")).isNotBlank();
    }

    @Test
    void refusesNameReservedByAnotherMember() {
        gateway.sql()
                .sql("insert into reserved_subdomain (subdomain, membership_id) values ('kept', :id)")
                .param("id", members.id(ann))
                .update();

        assertRefused(create(bob, "kept"), "reserved_subdomain");
        assertThat(create(ann, "Kept").status()).isEqualTo(200);
    }

    @Test
    void reusesOwnPendingRow() {
        String first = create(ann, "again").text("connection_id");

        assertThat(create(ann, "again").text("connection_id")).isEqualTo(first);
    }

    @Test
    void refusesNameAnotherMemberIsAboutToUse() {
        create(ann, "pending");

        assertRefused(create(bob, "pending"), "subdomain_in_use");
    }

    @Test
    void givesNameAwayWhenAnotherMemberNeverCame() {
        String first = create(ann, "stale").text("connection_id");
        gateway.sql()
                .sql("update connection set updated_at = now() - interval '6 minutes' where id = :id")
                .param("id", first)
                .update();

        assertThat(create(bob, "stale").text("connection_id")).isNotBlank().isNotEqualTo(first);
    }

    @Test
    void removesRowsThatNobodyClaimed() {
        String unclaimed = create(ann, "unclaimed").text("connection_id");
        String fresh = create(ann, "fresh").text("connection_id");
        gateway.sql()
                .sql("update connection set updated_at = now() - interval '6 minutes' where id = :id")
                .param("id", unclaimed)
                .update();

        await().atMost(Duration.ofSeconds(40)).until(() -> !exists(unclaimed));
        assertThat(exists(fresh)).isTrue();
    }

    private static boolean exists(String id) {
        return gateway.sql()
                .sql("select exists (select from connection where id = :id)")
                .param("id", id)
                .query(Boolean.class)
                .single();
    }

    @Test
    void refusesNameThatAnotherMemberServes() {
        activate(create(ann, "served").text("connection_id"), "served", ann, "node-1", "30 seconds");

        assertRefused(create(bob, "served"), "subdomain_in_use");
    }

    @Test
    void givesOwnerANewRowBesideTheirLiveTunnel() {
        String live = create(ann, "mine").text("connection_id");
        activate(live, "mine", ann, "node-1", "30 seconds");

        assertThat(create(ann, "mine").text("connection_id")).isNotBlank().isNotEqualTo(live);
    }

    @Test
    void tellsHowLongALostNameIsHeld() {
        activate(create(ann, "held").text("connection_id"), "held", ann, null, "25 seconds");

        Answer answer = create(bob, "held");

        assertRefused(answer, "subdomain_in_use");
        assertThat(answer.text("message")).containsPattern("another \\d+ s");
        assertThat(create(ann, "held").status()).isEqualTo(200);
    }

    @Test
    void treatsActiveRowWithExpiredLeaseAsDead() {
        activate(create(ann, "dead").text("connection_id"), "dead", ann, null, "-1 seconds");

        assertThat(create(bob, "dead").status()).isEqualTo(200);
    }

    @Test
    void hasOneWinnerAmongManyMembersAtOnce() throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            keys.add(members.add("racer" + i + "@example.com", "default-team", "member"));
        }

        List<Answer> answers = allAtOnce(keys.stream()
                .map(key -> (Callable<Answer>) () -> create(key, "race"))
                .toList());

        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() != 200))
                .allSatisfy(answer -> assertRefused(answer, "subdomain_in_use"));
    }

    @Test
    void givesOneMemberTheSameIdHoweverOftenTheyAskAtOnce() throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            calls.add(() -> create(ann, "self-race"));
        }

        List<Answer> answers = allAtOnce(calls);

        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.status()).as(answer.body()).isEqualTo(200));
        assertThat(answers.stream().map(answer -> answer.text("connection_id")).collect(Collectors.toSet()))
                .hasSize(1);
    }

    private static List<Answer> allAtOnce(List<Callable<Answer>> calls) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> future : threads.invokeAll(calls)) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
