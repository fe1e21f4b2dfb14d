package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.Gateway.Answer;
import io.portrgateway.admin.exchange.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an open list and who waits by the API are told, from either of two replicas on one database; and the API beside it. */
@Timeout(180)
class RequestsLiveIT {

    private static final String LIVE = "/default-team/requests/live";

    private static Gateway one;
    private static Gateway two;
    private static RoundRobin both;
    private static Recorded recorded;
    private static Browser browser;
    private static Callers.Caller caller;
    private static ApiShapes shapes;
    private static long ann;
    private static long bob;

    private final List<EventStream> opened = new ArrayList<>();

    @BeforeAll
    static void start() {
        EmbeddedDatabase database = EmbeddedDatabase.create();
        one = replica(database);
        two = replica(database);
        both = new RoundRobin();
        both.over(one, two);
        recorded = new Recorded(one);
        Members members = new Members(one);
        ann = members.id(members.add("ann@example.com", "default-team", "member"));
        bob = members.id(members.add("bob@example.com", "default-team", "member"));
        Callers callers = new Callers(one);
        browser = callers.signedIn("ann@example.com");
        caller = callers.of("ann@example.com", "default-team");
        shapes = new ApiShapes(one);
    }

    private static Gateway replica(EmbeddedDatabase database) {
        return Gateway.start(database, "PORTR_SIGN_IN_RATE_PER_ADDRESS", "0", "PORTR_LIVE_HEARTBEAT", "300ms");
    }

    @AfterAll
    static void stop() {
        browser.close();
        both.close();
        one.close();
        two.close();
    }

    @AfterEach
    void leave() {
        opened.forEach(EventStream::close);
    }

    private EventStream watch(Gateway gateway, String query, String... headers) {
        return watch(gateway.uri(LIVE + query), headers);
    }

    private EventStream watch(URI uri, String... headers) {
        try {
            EventStream stream = new EventStream(uri, browser, headers);
            opened.add(stream);
            if (stream.status == 200) {
                stream.await(": watching");
            }
            return stream;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static Recorded.Draft request(String target, int status) {
        return recorded.of(ann, "shop", "POST", target, status);
    }

    @Test
    void tellsBothReplicasOfANewRequestSoon() {
        EventStream first = watch(one, "");
        EventStream second = watch(two, "");
        request("/warm-up", 200).add();
        first.await("/warm-up");
        second.await("/warm-up");

        long began = System.nanoTime();
        String id = request("/hook?now", 201).add();
        first.await("r-" + id);
        second.await("r-" + id);
        long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();

        System.out.println("rows sent by both replicas within " + millis + " ms, insert included");
        assertThat(millis).isLessThan(3_000);
        assertThat(first.text()).contains("event: rows").contains("href=\"/default-team/requests/" + id + "\"");
        assertThat(first.lines.stream().filter(line -> line.contains("r-" + id)))
                .hasSize(1);
    }

    @Test
    void sendsOnlyWhatTheQueryAsksFor() {
        EventStream stream = watch(one, "?q=status%3A5xx+path%3A%2Fasked");
        request("/asked-not", 200).add();
        request("/other", 500).add();
        String id = request("/asked", 503).add();

        stream.await("r-" + id);

        assertThat(stream.lines.stream().filter(line -> line.contains("<tr"))).hasSize(1);
        assertThat(browser.open(LIVE + "?q=status%3Anone%3A").status()).isEqualTo(400);
    }

    @Test
    void hidesPrivateTunnelsOfOthers() {
        one.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'diary', true)")
                .param(bob)
                .update();
        EventStream stream = watch(one, "");
        String hidden = recorded.of(bob, "diary", "GET", "/secret", 200).add();
        String shown = recorded.of(bob, "blog", "GET", "/public", 200).add();

        stream.await("r-" + shown);

        assertThat(stream.text()).doesNotContain("r-" + hidden);
        assertThat(caller.get("/api/v1/requests/" + hidden).status()).isEqualTo(404);
        assertThat(caller.get("/api/v1/requests/" + hidden + "/frames").status())
                .isEqualTo(404);
        assertThat(caller.get("/api/v1/requests/" + hidden + "/body/toUpstream").status())
                .isEqualTo(404);
        assertThat(caller.get("/api/v1/requests").body()).contains(shown).doesNotContain(hidden);
        assertThat(browser.open("/default-team/requests").body())
                .contains(shown)
                .doesNotContain(hidden);
    }

    @Test
    void sendsWhatWasMissedToWhoComesBackAtTheOtherReplica() {
        EventStream before = watch(one, "");
        String seen = request("/seen", 200).add();
        before.await("r-" + seen);
        before.close();
        List<String> missed = List.of(
                request("/missed-1", 200).add(), request("/missed-2", 200).add());

        EventStream after = watch(two, "?after=0", "Last-Event-ID", before.lastId());

        after.await("r-" + missed.getFirst()).await("r-" + missed.getLast());
        assertThat(after.text()).doesNotContain("r-" + seen);
    }

    @Test
    void movesThePlaceOfWhoSeesNothingOfWhatComes() {
        EventStream stream = watch(one, "?q=path%3A%2Fnever");
        String id = request("/noise", 200).add();
        String seq = one.sql()
                .sql("select seq::text from exchange where id = ?")
                .param(id)
                .query(String.class)
                .single();

        stream.await("id: " + seq);

        assertThat(stream.text()).doesNotContain("<tr");
    }

    @Test
    void asksToLoadTheListWhenTooMuchWasMissed() {
        String id = request("/many", 200).add();
        long seq = one.sql()
                .sql("select seq from exchange where id = ?")
                .param(id)
                .query(Long.class)
                .single();
        for (int i = 0; i < 310; i += 31) {
            copy(id, 31);
        }

        EventStream stream = watch(one, "?after=" + seq);

        stream.await("event: reload");
        assertThat(stream.text()).doesNotContain("<tr");
    }

    private static void copy(String id, int count) {
        one.sql().sql("""
                        insert into exchange (id, started_at, team_id, membership_id, connection_id, node, hostname,
                            visitor_address, scheme, http_version, method, target, status, outcome)
                        select substr(e.id, 1, 20) || lpad(nextval('exchange_seq')::text, 6, '0'), e.started_at, e.team_id,
                            e.membership_id, e.connection_id, e.node, e.hostname, e.visitor_address, e.scheme,
                            e.http_version, e.method, e.target, e.status, e.outcome
                        from exchange e, generate_series(1, :count) where e.id = :id
                        """).param("id", id).param("count", count).update();
    }

    @Test
    void seesWhatNobodyToldItOf() {
        EventStream stream = watch(one, "?q=path%3A%2Fquiet");
        String id = request("/quiet", 200).add();
        stream.await("r-" + id);
        int before = stream.lines.size();

        // as behind a pooler that keeps notifications back
        copy(id, 1);

        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> stream.lines.subList(before, stream.lines.size()).stream()
                        .anyMatch(line -> line.contains("<tr")));
    }

    @Test
    void sendsAStreamThatEndsOnceMore() {
        EventStream stream = watch(both(""));
        String id = request("/events", 200).with("outcome", "open").add();
        stream.await("r-" + id).await(">open<");
        one.sql()
                .sql(
                        "update exchange set outcome = 'completed', seq = nextval('exchange_seq'), duration_micros = 7000000"
                                + " where id = ?")
                .param(id)
                .update();
        one.sql()
                .sql("select pg_notify('portr_exchange', team_id::text) from exchange where id = ?")
                .param(id)
                .query()
                .listOfRows();

        stream.await("7.00 s");

        assertThat(stream.lines.stream().filter(line -> line.contains("r-" + id)))
                .hasSize(2);
    }

    private static URI both(String query) {
        return URI.create(both.url() + LIVE + query);
    }

    @Test
    void boundsTheStreamsOfASession() {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            statuses.add(watch(two, "").status);
        }

        assertThat(statuses).contains(200, 503);
    }

    @Test
    void listsAndShowsByTheApi() {
        String id = request("/api-list?x=\u00fc", 202)
                .requestHeaders("Content-Type", "text/html\u00e9", "X-Name", "Zo\u00eb")
                .request("<script>alert(1)</script>")
                .body(Direction.TO_VISITOR, new byte[] {0, 1, (byte) 255}, 10)
                .frame(Direction.TO_VISITOR, "text", "hello")
                .frame(Direction.TO_UPSTREAM, "binary", "\u0000x")
                .add();
        request("/api-list/2", 500).add();

        Answer list = shapes.check("GET", "/api/v1/requests", caller.get("/api/v1/requests?q=path:/api-list&limit=1"));
        assertThat(list.json().path("data").size()).isEqualTo(1);
        Answer next = shapes.check(
                "GET",
                "/api/v1/requests",
                caller.get("/api/v1/requests?q=path:/api-list&cursor="
                        + list.json().path("next").asLong()));
        assertThat(next.json().path("data").path(0).path("id").asString()).isEqualTo(id);
        assertThat(next.json().path("next").isNull()).isTrue();
        Answer full = shapes.check("GET", "/api/v1/requests/{id}", caller.get("/api/v1/requests/" + id));
        assertThat(full.json().at("/content/request_headers/1/value").asString())
                .isEqualTo("Zo\u00eb");
        assertThat(full.json().at("/content/response_body/truncated").asBoolean())
                .isTrue();
        Answer frames = shapes.check(
                "GET", "/api/v1/requests/{id}/frames", caller.get("/api/v1/requests/" + id + "/frames?limit=1"));
        assertThat(frames.json().path("next").asInt()).isEqualTo(1);
        Answer rest = caller.get("/api/v1/requests/" + id + "/frames?after=1");
        assertThat(rest.json().at("/data/0/base64").asString()).isEqualTo("AHg=");

        Answer body = caller.get("/api/v1/requests/" + id + "/body/toUpstream");
        assertThat(body.body()).isEqualTo("<script>alert(1)</script>");
        assertThat(body.header("Content-Type")).contains("application/octet-stream");
        assertThat(body.header("Content-Disposition").orElse("")).startsWith("attachment");
        assertThat(body.headers("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(body.headers("Content-Security-Policy")).anyMatch(policy -> policy.contains("sandbox"));
        assertThat(body.header("X-Recorded-Content-Type").orElse("")).startsWith("text/html");
        assertThat(caller.get("/api/v1/requests/" + id + "/body/tovisitor").header("X-Recorded-Truncated"))
                .contains("true");

        assertThat(caller.get("/api/v1/requests?q=colour:red").text("error")).contains("colour:red");
        assertThat(caller.get("/api/v1/requests?cursor=x").status()).isEqualTo(400);
        assertThat(caller.get("/api/v1/requests/" + id + "/body/sideways").status())
                .isEqualTo(400);
        assertThat(caller.get("/api/v1/requests/01ARZ3NDEKTSV4RRFFQ69G5FAV").status())
                .isEqualTo(404);
        assertThat(browser.open("/api/v1/requests", "X-Team-Slug", "default-team")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void opensABodyWithALineInTheAuditLogWhereTheTeamAsksForIt() {
        String id = request("/audited", 200).request("x").add();
        caller.get("/api/v1/requests/" + id + "/body/toUpstream");
        one.sql()
                .sql(
                        "insert into team_capture (team_id, audit_bodies) select team_id, true from membership where id = ?")
                .param(ann)
                .update();
        caller.get("/api/v1/requests/" + id + "/body/toUpstream");
        one.sql().sql("delete from team_capture").update();

        assertThat(one.sql()
                        .sql("select count(*) from audit_event where action = 'request.body_opened' and subject = ?")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void waitsForTheNextThatFits() {
        request("/wait/before", 200).add();
        long latest =
                caller.get("/api/v1/requests?limit=1").json().path("latest").asLong();
        Callers.Caller other = new Callers.Caller(two, caller.token(), "default-team");
        CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(
                () -> other.get("/api/v1/requests/wait?q=path:/wait+status:5xx&timeout=15&after=" + latest));
        request("/wait/other", 200).add();
        String id = request("/wait/this", 502).add();

        Answer answer = waiting.join();

        shapes.check("GET", "/api/v1/requests/wait", answer);
        assertThat(answer.text("id")).isEqualTo(id);
        // what came before the call is not lost
        assertThat(caller.get("/api/v1/requests/wait?q=path:/wait&after=" + latest)
                        .text("target"))
                .isEqualTo("/wait/other");
        Answer none = caller.get("/api/v1/requests/wait?q=path:/wait&timeout=0");
        assertThat(none.status()).isEqualTo(204);
        assertThat(caller.get("/api/v1/requests/wait?timeout=soon").status()).isEqualTo(400);
        assertThat(caller.get("/api/v1/requests/wait?q=is:x").status()).isEqualTo(400);
    }
}
