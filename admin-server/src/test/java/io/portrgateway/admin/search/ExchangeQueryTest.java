package io.portrgateway.admin.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portrgateway.admin.search.Filter.Values;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The language of the search. */
class ExchangeQueryTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "``|``",
                "  status:404   invoice |status:404 invoice",
                "STATUS:5xx|status:5xx",
                "\"invoice 7\"|\"invoice 7\"",
                "\u201cinvoice 7\u201d|\"invoice 7\"",
                "-\"a b\" -method:GET|-\"a b\" -method:GET",
                "path:\"/a b\"|path:\"/a b\"",
                "\"say \\\"hi\\\"\"|\"say \\\"hi\\\"\"",
                "\"status:404\"|\"status:404\"",
                "a a a|a",
                "ann@example.com|ann@example.com",
                "since:1h before:5m|since:1h before:5m",
                "after:2026-01-31T14:30:00+02:00|after:2026-01-31T14:30:00+02:00",
                "from:2001:db8::/32|from:2001:db8::/32",
                "header:content-type=json|header:content-type=json",
            },
            delimiter = '|')
    void spellsEveryQueryInOneWay(String text, String canonical) {
        ExchangeQuery query = ExchangeQuery.parse(text);

        assertThat(query.text()).isEqualTo(canonical);
        assertThat(ExchangeQuery.parse(query.text())).isEqualTo(query);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "colour:red|“colour:red”: expected method, status",
                "http://example.com|“http://example.com”: expected method",
                "status:|“status:”: expected a status",
                "status:600x|“status:600x”: expected a status",
                "status:499-400|“status:499-400”: expected a status",
                "method:G{T|“method:G{T”: expected a method",
                "a \"b c|“\"b c”: expected a quotation mark at the end",
                "---|“---”: expected letters or digits",
                "from:example.com|“from:example.com”: expected an address",
                "from:203.0.113.0/99|“from:203.0.113.0/99”: expected an address",
                "from:fe80::1%eth0|“from:fe80::1%eth0”: expected an address",
                "duration:fast|“duration:fast”: expected a time",
                "duration:>500|“duration:>500”: expected a time",
                "size:>99999999999999|“size:>99999999999999”: expected a size",
                "after:2026-13-01|“after:2026-13-01”: expected a time in UTC",
                "after:+999999999-01-01|“after:+999999999-01-01”: expected a time",
                "since:yesterday|“since:yesterday”: expected how long ago",
                "is:broken|“is:broken”: expected failed, open, replay or websocket",
                "id:7|“id:7”: expected the id of a request",
                "header:=x|“header:=x”: expected a header's name",
                "-status:x|“-status:x”: expected a status",
                "host:a'b|“host:a'b”: expected a host",
            })
    void namesTheWrongWordAndWhatIsExpected(String text, String message) {
        assertThatThrownBy(() -> ExchangeQuery.parse(text))
                .isInstanceOf(QueryProblem.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void boundsQueries() {
        assertThatThrownBy(() -> ExchangeQuery.parse("a".repeat(ExchangeQuery.MAX_CHARS + 1)))
                .hasMessageContaining("at most 1000 characters");
        String many =
                String.join(" ", IntStream.range(0, 33).mapToObj(i -> "w" + i).toList());
        assertThatThrownBy(() -> ExchangeQuery.parse(many)).hasMessageContaining("at most 32 words");
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
                "outcome:completed path:/:name",
                "a?b ?|c ??",
                "member:%'_",
                "header:x-a='\"<>",
                "\ud83d\ude00 \u00e9t\u00e9",
            })
    void keepsValuesOutOfTheStatement(String text) {
        ExchangeQuery query;
        try {
            query = ExchangeQuery.parse(text);
        } catch (QueryProblem said) {
            return;
        }
        for (ExchangeQuery.Term term : query.terms()) {
            String plain = term.filter().condition(new Values(Instant.EPOCH, who -> new Long[] {1L}));

            assertThat(plain.replaceAll(":v\\d+", "")).doesNotContain("drop", "1=1", "script", "\u0000", "name", "%_");
        }
    }

    @Test
    void putsTermsInAndTakesThemOut() {
        ExchangeQuery query = ExchangeQuery.parse("path:/hook");

        ExchangeQuery more = query.toggled("status:5xx");

        assertThat(more.text()).isEqualTo("path:/hook status:5xx");
        assertThat(more.has("status:5xx")).isTrue();
        assertThat(more.toggled("status:5xx")).isEqualTo(query);
    }
}
