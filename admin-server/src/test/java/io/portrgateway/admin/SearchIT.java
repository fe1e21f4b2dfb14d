package io.portrgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.search.ExchangeQuery;
import io.portrgateway.admin.search.ExchangeSearch;
import io.portrgateway.admin.search.QueryProblem;
import io.portrgateway.admin.search.SearchInside;
import io.portrgateway.admin.team.Member;
import io.portrgateway.admin.team.Teams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What each key finds, for whom, and by which plan. */
class SearchIT {

    private static Gateway gateway;
    private static ExchangeSearch search;
    private static Recorded recorded;
    private static Member ann;
    private static Member bob;
    private static Member eve;
    private static Member filler;

    /** Names of the exchanges by their ids, and back. */
    private static final Map<String, String> NAMES = new LinkedHashMap<>();

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        search = gateway.bean(ExchangeSearch.class);
        recorded = new Recorded(gateway);
        gateway.sql()
                .sql("insert into team (name, slug) values ('Search', 'search'), ('Other', 'other')")
                .update();
        ann = member("ann@example.com", "search");
        bob = member("bob@example.com", "search");
        eve = member("eve@example.com", "other");
        long id = ann.membershipId();
        name(
                "hook",
                recorded.of(id, "shop", "POST", "/hook/invoice?a=1%202", 200)
                        .requestHeaders("Content-Type", "application/json", "X-Trace", "Zulu tango")
                        .request("{\"note\":\"Invoice 7 paid\"}")
                        .ago(Duration.ofHours(3)));
        name(
                "slow",
                recorded.of(id, "shop", "GET", "/report", 404)
                        .with("duration_micros", 2_500_000L)
                        .with("visitor_address", "203.0.113.77")
                        .ago(Duration.ofHours(2)));
        name(
                "big",
                recorded.of(bob.membershipId(), "blog", "PUT", "/upload/a_b", 503)
                        .with("response_bytes", 5_000_000L)
                        .with("visitor_address", "2001:db8:0:0:0:0:0:7")
                        .responseHeaders("X-Reason", "invoice 9")
                        .ago(Duration.ofMinutes(90)));
        name(
                "failed",
                recorded.of(id, "shop", "DELETE", "/hook", 0)
                        .with("outcome", "upstreamClosed")
                        .ago(Duration.ofMinutes(80)));
        name(
                "open",
                recorded.of(id, "feed", "GET", "/events", 200)
                        .with("outcome", "open")
                        .with("connection_id", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
                        .ago(Duration.ofMinutes(70)));
        name("socket", recorded.of(id, "feed", "GET", "/socket", 101).ago(Duration.ofMinutes(60)));
        name(
                "replay",
                recorded.of(id, "shop", "POST", "/hook/invoice", 500)
                        .with("replay_of", "01ARZ3NDEKTSV4RRFFQ69G5FAW")
                        .response("ünïcode Größe")
                        .ago(Duration.ofMinutes(5)));
        name(
                "secret",
                recorded.of(bob.membershipId(), "quiet", "GET", "/whisper", 200).ago(Duration.ofMinutes(4)));
        gateway.sql()
                .sql("insert into tunnel_capture (membership_id, subdomain, private) values (?, 'quiet', true)")
                .param(bob.membershipId())
                .update();
    }

    private static void name(String name, Recorded.Draft draft) {
        NAMES.put(draft.add(), name);
    }

    private static Member member(String email, String team) {
        new Members(gateway).add(email, team, "member");
        long user = gateway.sql()
                .sql("select id from app_user where email = ?")
                .param(email)
                .query(Long.class)
                .single();
        return gateway.bean(Teams.class).member(user, team).orElseThrow();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|replay socket open failed big slow hook",
                "invoice|replay big hook",
                "INVO|replay big hook",
                "\"invoice 7\"|hook",
                "\"Invoice 7 pa\"|hook",
                "\"7 invoice\"|``",
                "\"1 2\"|hook",
                "\"x-reason: invoice\"|big",
                "größe|replay",
                "\"ünïcode Größe\"|replay",
                "-invoice|socket open failed slow",
                "-\"invoice 7\"|replay socket open failed big slow",
                "method:post|replay hook",
                "method:PUT,DELETE|failed big",
                "-method:GET|replay failed big hook",
                "status:404|slow",
                "status:5xx|replay big",
                "status:400-499|slow",
                "status:404,5xx|replay big slow",
                "status:>=500|replay big",
                "status:<200|socket",
                "status:none|failed",
                "-status:2xx|replay socket failed big slow",
                "path:/hook|replay failed hook",
                "path:hook/|replay hook",
                "path:/HOOK|``",
                "path:*voice*|replay hook",
                "path:/h*voice|replay",
                "path:*a_b|big",
                "path:*a%b|``",
                "host:shop|replay failed slow hook",
                "host:blog.tunnels.example|big",
                "tunnel:feed|socket open",
                "tunnel:01ARZ3NDEKTSV4RRFFQ69G5FAV|open",
                "-tunnel:01ARZ3NDEKTSV4RRFFQ69G5FAV -host:shop|socket big",
                "member:me|replay socket open failed slow hook",
                "member:bob|big",
                "member:nobody|``",
                "-member:bob@example.com host:blog|``",
                "from:203.0.113.77|slow",
                "from:203.0.113.0/24|slow",
                "from:203.0.112.0/20|slow",
                "from:2001:db8::/32|big",
                "from:2001:db8::7|big",
                "from:0.0.0.0/0|replay socket open failed slow hook",
                "duration:>500ms|slow",
                "duration:>2.5s|``",
                "duration:<=15ms path:/hook|replay failed hook",
                "size:>1MiB|big",
                "size:<1|socket open failed slow",
                "since:10m|replay",
                "before:1h|socket open failed big slow hook",
                "after:2h before:75m|failed big",
                "after:2000-01-01 host:blog|big",
                "before:2000-01-01|``",
                "is:failed|failed",
                "is:open|open",
                "is:replay|replay",
                "is:websocket|socket",
                "-is:failed -is:open method:GET|socket slow",
                "outcome:upstreamclosed|failed",
                "header:x-trace|hook",
                "header:X-Trace=tango|hook",
                "header:x-trace=\"zulu t\"|hook",
                "header:x-trace=ango|``",
                "header:x-reason=invoice|big",
                "-header:x-trace path:/hook|replay failed",
                "status:5xx method:POST path:/hook invoice|replay",
                "whisper|``",
                "id:01ARZ3NDEKTSV4RRFFQ69G5FAV|``",
            })
    void findsWhatIsAskedFor(String query, String names) {
        assertThat(String.join(" ", found(ann, query))).isEqualTo(names);
        // the index alone, without those that are found among the newest
        if (SearchInside.hasIndex(search, ann, query)) {
            SearchInside.Sql sql = SearchInside.indexed(search, ann, query, 100);
            List<String> ids = gateway.bean(JdbcClient.class)
                    .sql(sql.text())
                    .params(sql.parameters())
                    .query((row, number) -> NAMES.get(row.getString("id")))
                    .list();
            assertThat(String.join(" ", ids)).as("by the index").isEqualTo(names);
            SearchInside.Sql up = SearchInside.indexedUp(search, ann, query, 100);
            List<String> reversed = gateway.bean(JdbcClient.class)
                    .sql(up.text())
                    .params(up.parameters())
                    .query((row, number) -> NAMES.get(row.getString("id")))
                    .list()
                    .reversed();
            assertThat(reversed).as("by the index, upwards").isEqualTo(ids);
        }
    }

    @Test
    void findsOneByItsId() {
        String id = NAMES.keySet().iterator().next();

        assertThat(found(ann, "id:" + id)).containsExactly("hook");
        assertThat(found(eve, "id:" + id)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "invoice", "status:5xx", "path:/", "-method:GET", "member:ann", "from:0.0.0.0/0", "size:>=0"
            })
    void hidesOtherTeamsAndPrivateTunnels(String query) {
        String secret = "secret";

        assertThat(found(eve, query)).isEmpty();
        assertThat(found(ann, query)).doesNotContain(secret);
        assertThat(search.after(eve, ExchangeQuery.parse(query), 0, 100)).isEmpty();
        assertThat(names(search.after(ann, ExchangeQuery.parse(query), 0, 100))).doesNotContain(secret);
        assertThat(found(bob, "whisper")).containsExactly(secret);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "' or 1=1 --",
                "'); drop table exchange; --x",
                "\"a:* | !b & 'c' \\\\ \"",
                "path:/a'b\\c:*",
                "path:*%_\\*",
                "x\u0000y",
                "\ud800 \udc00lone",
                "<script>alert(1)</script>",
                "path:/:name :team",
                "a?b ?|c ??",
                "member:%'_",
                "member:*",
                "header:x-a='\"<>",
                "\ud83d\ude00 \u00e9t\u00e9",
                "from:::ffff:1.2.3.4",
                "from:::/0",
                "since:999999w",
                "after:0001-01-01",
                "duration:>999999999999h",
                "size:>=999999999999.5b",
                "is:failed is:open is:replay",
            })
    void isNotBrokenByHostileQueries(String text) {
        ExchangeQuery query;
        try {
            query = ExchangeQuery.parse(text);
        } catch (QueryProblem said) {
            return;
        }

        assertThat(search.page(ann, query, null, 10).exchanges())
                .allSatisfy(exchange -> assertThat(exchange.teamId()).isEqualTo(ann.teamId()));
        assertThat(search.after(ann, query, 0, 10)).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void pagesByCursor() {
        List<String> all = new ArrayList<>();
        Long cursor = null;
        do {
            ExchangeSearch.Page page = search.page(ann, ExchangeQuery.parse("-host:blog"), cursor, 2);
            assertThat(page.exchanges()).hasSizeBetween(1, 2);
            all.addAll(names(page.exchanges()));
            cursor = page.next();
        } while (cursor != null);

        assertThat(all).containsExactly("replay", "socket", "open", "failed", "slow", "hook");
        List<Exchange> each = new ArrayList<>();
        assertThat(search.each(ann, ExchangeQuery.ALL, 3, each::add)).isEqualTo(3);
        assertThat(names(each)).containsExactly("replay", "socket", "open");
    }

    @Test
    void saysWhatCameAfter() {
        List<Exchange> all = search.after(ann, ExchangeQuery.ALL, 0, 100);

        assertThat(names(all)).containsExactly("hook", "slow", "big", "failed", "open", "socket", "replay");
        assertThat(names(search.after(
                        ann, ExchangeQuery.parse("path:/hook"), all.getFirst().seq(), 100)))
                .containsExactly("failed", "replay");
        // far back, so that the index is asked; what moves the end is not to be seen
        fill();
        recorded.of(bob.membershipId(), "quiet", "GET", "/later", 200).add();
        assertThat(names(search.after(
                        ann, ExchangeQuery.parse("path:/hook"), all.getFirst().seq(), 1)))
                .containsExactly("failed");
        assertThat(search.newest(ann)).isGreaterThanOrEqualTo(all.getLast().seq());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rareword", "status:418", "path:/never", "from:198.51.100.9", "is:replay", "host:gone"})
    void looksUpWhatIsRareByTheIndex(String query) {
        fill();

        String plan = plan(SearchInside.indexed(search, filler, query, 51));

        assertThat(plan)
                .contains("Bitmap Index Scan")
                .contains("exchange_terms")
                .doesNotContainPattern(READS_ALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"rareword nothing\"", "\"common hook\"", "-\"common hook\" status:418"})
    void readsNoBodiesButThoseOfCandidates(String query) {
        fill();

        assertThat(plan(SearchInside.indexed(search, filler, query, 51)))
                .contains("exchange_body_")
                .doesNotContainPattern("Seq Scan on exchange_body\\w+ \\w+  \\(cost=[0-9.]+ rows=(?!1 )");
    }

    @Test
    void looksUpTheCandidatesOfARarePhraseByTheIndex() {
        fill();

        assertThat(plan(SearchInside.indexed(search, filler, "\"rareword nothing\"", 51)))
                .contains("exchange_terms")
                .doesNotContainPattern(READS_ALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "common", "method:GET"})
    void readsWhatIsFrequentInItsOrder(String query) {
        fill();
        SearchInside.Sql sql = query.isEmpty()
                ? SearchInside.ordered(search, filler, query, null, 51)
                : SearchInside.recent(search, filler, query, 51);

        assertThat(plan(sql))
                .contains("team_id_seq")
                .doesNotContainPattern(READS_ALL)
                .doesNotContain("->  Sort");
    }

    /** Reads a table from its beginning to its end, but for those that are empty. */
    private static final String READS_ALL = "Seq Scan on exchange\\w+ \\w+  \\(cost=[0-9.]+ rows=(?!1 )";

    private static boolean filled;

    private static synchronized void fill() {
        if (filled) {
            return;
        }
        filled = true;
        gateway.sql()
                .sql("insert into team (name, slug) values ('Filled', 'filled')")
                .update();
        filler = member("filler@example.com", "filled");
        gateway.sql()
                .sql("""
                        insert into exchange (id, started_at, team_id, membership_id, connection_id, node, hostname,
                            visitor_address, scheme, http_version, method, target, status, outcome, words)
                        select 'F' || i, now() - interval '1 second' * (i % 3600), :team, :member, 'none', 'node',
                            'shop.tunnels.example', '192.0.2.' || i % 250, 'https', '1.1',
                            case when i % 3 = 0 then 'POST' else 'GET' end, '/hook/' || i, 200, 'completed',
                            array_to_tsvector(array['common', 'hook', 'w' || i])
                        from generate_series(1, 20000) i
                        """)
                .param("team", filler.teamId())
                .param("member", filler.membershipId())
                .update();
        gateway.sql().sql("""
                        insert into exchange_body (exchange_id, started_at, team_id, direction, total_bytes, truncated, content)
                        select id, started_at, team_id, 'toUpstream', 8, false, convert_to(target, 'UTF8') from exchange
                        where team_id = ?
                        """).param(filler.teamId()).update();
        gateway.sql().sql("analyze exchange").update();
        gateway.sql().sql("analyze exchange_body").update();
    }

    private static String plan(SearchInside.Sql sql) {
        return gateway
                .sql()
                .sql("explain " + sql.text())
                .params(sql.parameters())
                .query((row, number) -> row.getString(1))
                .list()
                .stream()
                .collect(Collectors.joining("\n"));
    }

    private static List<String> found(Member reader, String query) {
        return names(search.page(reader, ExchangeQuery.parse(query), null, 100).exchanges());
    }

    private static List<String> names(List<Exchange> exchanges) {
        Function<Exchange, String> name = exchange -> String.valueOf(NAMES.get(exchange.id()));
        return exchanges.stream().map(name).toList();
    }
}
