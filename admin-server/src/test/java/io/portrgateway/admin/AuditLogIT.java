package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Callers.Caller;
import io.portrgateway.admin.Gateway.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Reading the audit trail: filters, pages, exports, and how fast with many events. */
@Timeout(180)
class AuditLogIT {

    /** {@code -Daudit.rows=1000000} measures with a million; the plans are the same. */
    private static final int ROWS = Integer.getInteger("audit.rows", 60_000);

    private static Gateway gateway;
    private static Callers callers;
    private static Caller admin;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_ADDRESS", "0",
                "PORTR_API_RATE_PER_KEY", "0");
        callers = new Callers(gateway);
        new Members(gateway).add("member@example.com", "default-team", "member");
        gateway.sql()
                .sql("insert into team (name, slug) values ('Other', 'other')")
                .update();
        gateway.sql().sql("""
                        insert into audit_event (occurred_at, actor_label, action, team_id, subject, detail, address)
                        select timestamptz '2026-01-01' + make_interval(mins => i / 4),
                               case when i % 1000 = 7 then 'rare@example.com' else 'user' || i % 50 || '@example.com' end,
                               case when i % 5000 = 9 then 'test.rare' else 'test.kind_' || chr(97 + i % 7) end,
                               case i % 3 when 0 then null else (select id from team where slug = case i % 3 when 1
                                   then 'default-team' else 'other' end) end,
                               'subject-' || i, jsonb_build_object('number', i::text), '192.0.2.' || i % 200
                        from generate_series(1, :rows) i
                        """).param("rows", ROWS).update();
        gateway.sql().sql("analyze audit_event").update();
        admin = callers.of("admin@localhost", "default-team");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static List<JsonNode> events(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return StreamSupport.stream(answer.json().path("data").spliterator(), false)
                .toList();
    }

    private static List<JsonNode> all(String path) {
        List<JsonNode> all = new ArrayList<>();
        String next = "";
        do {
            Answer page = admin.get(path + "&limit=500" + next);
            all.addAll(events(page));
            next = page.json().path("next").isNull() ? "" : "&after=" + page.text("next");
        } while (!next.isEmpty());
        return all;
    }

    @Test
    void pagesThroughEverythingOnceNewestFirst() {
        List<JsonNode> all = all("/api/v1/instance/audit?action=test.kind_a&to=2026-01-07");

        List<Long> ids = all.stream().map(event -> event.path("id").asLong()).toList();
        assertThat(new HashSet<>(ids)).hasSize(ids.size());
        assertThat(ids).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(ids.size())
                .isEqualTo(gateway.sql()
                        .sql(
                                "select count(*) from audit_event where action = 'test.kind_a' and occurred_at < '2026-01-08Z'")
                        .query(Integer.class)
                        .single());
    }

    @Test
    void filtersByActorActionTimeAndWords() {
        assertThat(all("/api/v1/instance/audit?actor=Rare@Example.com"))
                .hasSize(ROWS / 1000)
                .allSatisfy(event -> assertThat(event.path("actor").asString()).isEqualTo("rare@example.com"));
        assertThat(all("/api/v1/instance/audit?action=test.rare")).hasSize(ROWS / 5000);
        assertThat(all("/api/v1/instance/audit?team=Other&to=2026-01-02"))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.path("team").asString()).isEqualTo("other"));
        assertThat(events(admin.get("/api/v1/audit?team=other")))
                .as("one team's events, whatever is asked for")
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.path("team").asString()).isEqualTo("default-team"));
        assertThat(all("/api/v1/instance/audit?from=2026-01-02&to=2026-01-02&action=test.kind_b"))
                .isNotEmpty()
                .allSatisfy(event ->
                        assertThat(event.path("occurred_at").asString()).startsWith("2026-01-02T"));
        List<JsonNode> found = all("/api/v1/instance/audit?q=Subject-4711%20192.0.2");
        assertThat(found.stream().map(event -> event.path("subject").asString()))
                .contains("subject-4711")
                .allMatch(subject -> subject.startsWith("subject-4711"));
        assertThat(all("/api/v1/instance/audit?q=%27%20%26%20%7C%20%21%3A%2A%28"))
                .isNotEmpty();
        assertThat(all("/api/v1/instance/audit?q=nothing-has-this-word")).isEmpty();
    }

    @Test
    void showsATeamItsOwnEventsOnly() {
        List<JsonNode> own = all("/api/v1/audit?to=2026-01-03");

        assertThat(own)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.path("team").asString()).isEqualTo("default-team"));
        Caller member = callers.of("member@example.com", "default-team");
        assertThat(member.get("/api/v1/audit").status()).isEqualTo(403);
        assertThat(member.get("/api/v1/instance/audit").status()).isEqualTo(403);
        assertThat(member.get("/api/v1/audit/export").status()).isEqualTo(403);
    }

    @Test
    void namesTheParameterThatCannotBeRead() {
        assertThat(admin.get("/api/v1/audit?from=yesterday").status()).isEqualTo(400);
        assertThat(admin.get("/api/v1/audit?from=yesterday").text("error")).startsWith("from: ");
        assertThat(admin.get("/api/v1/audit?after=x").status()).isEqualTo(400);
        assertThat(admin.get("/api/v1/audit/export?format=xls").status()).isEqualTo(400);
    }

    @Test
    void exportsTheFilteredEventsInBothFormatsAndWritesThatDown() {
        Answer csv = admin.get("/api/v1/instance/audit/export?actor=rare@example.com");
        Answer lines = admin.get("/api/v1/instance/audit/export?format=jsonl&actor=rare@example.com");

        assertThat(csv.header("Content-Type").orElse("")).startsWith("text/csv");
        assertThat(csv.header("Content-Disposition").orElse(""))
                .contains("audit-instance-")
                .contains(".csv");
        List<String> rows = csv.body().lines().toList();
        assertThat(rows.getFirst()).isEqualTo("time,actor,action,team,subject,detail,address");
        assertThat(rows).hasSize(ROWS / 1000 + 1);
        assertThat(rows.get(1)).matches("\"2026[^\"]*Z\",\"rare@example.com\",.*");
        assertThat(lines.body().lines())
                .hasSize(ROWS / 1000)
                .allSatisfy(line -> assertThat(
                                Gateway.JSON.readTree(line).path("actor").asString())
                        .isEqualTo("rare@example.com"));
        assertThat(gateway.sql()
                        .sql("select detail ->> 'actor' from audit_event where action = 'audit.exported'")
                        .query(String.class)
                        .list())
                .contains("rare@example.com");
    }

    @Test
    void exportsMoreThanOnePiece() {
        Answer lines = admin.get("/api/v1/audit/export?format=jsonl&to=2026-01-05");

        assertThat(lines.body().lines().count()).isGreaterThan(3_000);
    }

    @Test
    void readsEveryPageThroughAnIndex() {
        String team = "team_id = (select id from team where slug = 'default-team')";
        List<String> filters = List.of(
                "true",
                team,
                "actor_label = 'user3@example.com'",
                "action = 'test.kind_c'",
                team + " and actor_label = 'user3@example.com'",
                team + " and action = 'test.kind_c'",
                "action = 'test.nothing'",
                "words @@ to_tsquery('simple', '4711:*')",
                team + " and (occurred_at, id) < ('2026-01-05', 20000)");
        for (String filter : filters) {
            String plan = gateway
                    .sql()
                    .sql("explain select id from audit_event where " + filter
                            + " order by occurred_at desc, id desc limit 51")
                    .query(String.class)
                    .list()
                    .stream()
                    .collect(Collectors.joining("\n"));
            assertThat(plan).as(filter).contains("Index").doesNotContain("Seq Scan on audit_event");
        }
    }

    @Test
    void answersPagesQuicklyWithManyEvents() {
        List<String> paths = List.of(
                "/api/v1/instance/audit",
                "/api/v1/audit?action=test.kind_c",
                "/api/v1/instance/audit?actor=user3@example.com",
                "/api/v1/instance/audit?q=subject-4711",
                "/api/v1/instance/audit?q=example",
                "/api/v1/audit?q=192.0.2.77&action=test.kind_d",
                "/api/v1/instance/audit?to=2026-01-02");
        for (String path : paths) {
            admin.get(path);
            long started = System.nanoTime();
            Answer answer = admin.get(path);
            long millis = (System.nanoTime() - started) / 1_000_000;
            System.out.println("audit page " + path + " rows=" + ROWS + " millis=" + millis);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(millis).as(path).isLessThan(1_000);
        }
    }

    @Test
    void showsFilterableePagesToThoseWhoMaySeeThem() {
        try (Browser browser = callers.signedIn("admin@localhost")) {
            Answer instance = browser.open("/instance/audit?q=subject-4711");
            assertThat(instance.status()).as(instance.body()).isEqualTo(200);
            assertThat(instance.body()).contains("subject-4711").contains("Test kind");

            Answer team = browser.open("/default-team/audit?to=2026-01-03");
            assertThat(team.body()).contains("Older");
            String older =
                    team.body().replaceFirst("(?s).*href=\"(/default-team/audit\\?[^\"]*before=[^\"]*)\".*", "$1");
            Answer second = browser.open(older.replace("&amp;", "&"));
            assertThat(second.body()).contains("Newer").isNotEqualTo(team.body());

            assertThat(browser.open("/default-team/audit?from=x").body()).contains("expected a date");
            assertThat(browser.open("/default-team/audit/export?format=csv&to=2026-01-02")
                            .body())
                    .startsWith("time,");
        }
        try (Browser browser = callers.signedIn("member@example.com")) {
            assertThat(browser.open("/default-team/audit").status()).isEqualTo(403);
            assertThat(browser.open("/instance/audit").status()).isEqualTo(403);
        }
    }
}
