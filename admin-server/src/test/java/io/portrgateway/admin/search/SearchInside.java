package io.portrgateway.admin.search;

import io.portrgateway.admin.team.Member;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The statements of a search, for tests that look at their plans. */
public final class SearchInside {

    private SearchInside() {}

    public record Sql(String text, Map<String, Object> parameters) {}

    /** By the index. */
    public static Sql indexed(ExchangeSearch search, Member reader, String query, int limit) {
        return sql(
                search.indexed(reader, ExchangeQuery.parse(query), null, limit).orElseThrow());
    }

    /** Whether the index can help. */
    public static boolean hasIndex(ExchangeSearch search, Member reader, String query) {
        return search.indexed(reader, ExchangeQuery.parse(query), null, 1).isPresent();
    }

    /** Among the newest. */
    public static Sql recent(ExchangeSearch search, Member reader, String query, int limit) {
        return sql(search.recent(reader, ExchangeQuery.parse(query), null, limit));
    }

    /** One after the other. */
    public static Sql ordered(ExchangeSearch search, Member reader, String query, @Nullable Long cursor, int limit) {
        return sql(search.ordered(reader, ExchangeQuery.parse(query), cursor, limit));
    }

    private static Sql sql(ExchangeSearch.Statement statement) {
        return new Sql(statement.sql(), statement.parameters());
    }
}
