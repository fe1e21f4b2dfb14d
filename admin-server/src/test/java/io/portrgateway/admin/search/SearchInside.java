package io.portrgateway.admin.search;

import io.portrgateway.admin.search.ExchangeSearch.Place;
import io.portrgateway.admin.search.ExchangeSearch.Way;
import io.portrgateway.admin.team.Member;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The statements of a search, for tests that look at their plans. */
public final class SearchInside {

    private static final Place NEWEST = new Place(null, Way.OLDER);

    private SearchInside() {}

    /** By the index, from the oldest on. */
    public static Sql indexedUp(ExchangeSearch search, Member reader, String query, int limit) {
        return sql(search.indexed(reader, ExchangeQuery.parse(query), new Place(0L, Way.NEWER), limit, Set.of())
                .orElseThrow());
    }

    public record Sql(String text, Map<String, Object> parameters) {}

    /** By the index. */
    public static Sql indexed(ExchangeSearch search, Member reader, String query, int limit) {
        return sql(search.indexed(reader, ExchangeQuery.parse(query), NEWEST, limit, Set.of())
                .orElseThrow());
    }

    /** Whether the index can help. */
    public static boolean hasIndex(ExchangeSearch search, Member reader, String query) {
        return search.indexed(reader, ExchangeQuery.parse(query), NEWEST, 1, Set.of())
                .isPresent();
    }

    /** Among the newest. */
    public static Sql recent(ExchangeSearch search, Member reader, String query, int limit) {
        return sql(search.nearest(reader, ExchangeQuery.parse(query), NEWEST, limit, 1_000));
    }

    /** One after the other. */
    public static Sql ordered(ExchangeSearch search, Member reader, String query, @Nullable Long cursor, int limit) {
        return sql(search.ordered(reader, ExchangeQuery.parse(query), new Place(cursor, Way.OLDER), limit));
    }

    private static Sql sql(ExchangeSearch.Statement statement) {
        return new Sql(statement.sql(), statement.parameters());
    }
}
