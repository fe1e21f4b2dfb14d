package io.portrgateway.admin.search;

import static java.util.stream.Collectors.joining;

import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.Exchanges;
import io.portrgateway.admin.search.ExchangeQuery.Term;
import io.portrgateway.admin.search.Filter.Cost;
import io.portrgateway.admin.search.Filter.Values;
import io.portrgateway.admin.team.Member;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Finds the exchanges that a member may see and a query asks for. What is frequent is found among the newest exchanges, what
 * is rare by the index; both are tried in this order, because no estimate of the database is good enough to choose. Thread-safe.
 */
@Service
public final class ExchangeSearch {

    /** Among so many exchanges what is frequent shows itself. */
    private static final int WINDOW = 1_000;

    /** Who finds so many there finds the rest not far away. */
    private static final int FREQUENT_ENOUGH = 3;

    /** A term that more than one in so many exchanges fit is frequent. */
    private static final int FREQUENT_SHARE = 10;

    /** So many of the newest that fit otherwise are looked into for a phrase or a header. */
    private static final int CANDIDATES = 2_000;

    private static final int PIECE = 500;
    private static final int MATCHING_MEMBERS = 1_000;
    private static final String TIME_LIMIT = "8s";

    /** V16 has the same; the index is used only where this is spelled alike. */
    private static final String TERMS =
            "exchange_terms(e.words, e.team_id, e.membership_id, e.hostname, e.visitor_address, e.method, e.target, e.status,"
                    + " e.outcome, e.replay_of, e.duration_micros, e.request_bytes, e.response_bytes)";

    private final JdbcClient database;
    private final TransactionTemplate transaction;
    private final InstantSource clock;

    ExchangeSearch(JdbcClient database, PlatformTransactionManager transactions, InstantSource clock) {
        this.database = database;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setReadOnly(true);
        this.clock = clock;
    }

    /**
     * A part of what was found, newest first. Immutable.
     *
     * @param next the cursor of the next page; null when this is the last one
     */
    public record Page(List<Exchange> exchanges, @Nullable Long next) {

        public Page {
            exchanges = List.copyOf(exchanges);
        }
    }

    /** In which direction a list goes on. */
    enum Way {
        OLDER("desc", "<"),
        NEWER("asc", ">");

        private final String order;
        private final String beyond;

        Way(String order, String beyond) {
            this.order = order;
            this.beyond = beyond;
        }
    }

    /** Where a part of the list begins; without a seq at the end that the direction comes from. */
    record Place(@Nullable Long seq, Way way) {

        private String condition() {
            return seq == null ? "" : " and e.seq " + way.beyond + " :seq";
        }

        private Map<String, Object> parameters() {
            return seq == null ? Map.of() : Map.of("seq", seq);
        }

        private Map<String, Object> parameters(int limit) {
            return seq == null ? Map.of("limit", limit) : Map.of("limit", limit, "seq", seq);
        }
    }

    /** A statement of a search, for tests of its plan. */
    record Statement(String sql, Map<String, Object> parameters) {}

    /**
     * A page of at most {@code size}, newest first; {@link SearchTooSlow} when it cannot be found in time.
     *
     * @param cursor {@link Page#next} of the page before, or null for the first page
     */
    public Page page(Member reader, ExchangeQuery query, @Nullable Long cursor, int size) {
        List<Exchange> found = limited(() -> find(reader, query, new Place(cursor, Way.OLDER), size + 1));
        boolean more = found.size() > size;
        List<Exchange> shown = more ? found.subList(0, size) : found;
        return new Page(shown, more ? shown.getLast().seq() : null);
    }

    /**
     * Gives the newest so many to the reader, newest first, and answers how many there were. They are read in pieces, so that
     * a slow reader holds no connection to the database meanwhile.
     */
    public long each(Member reader, ExchangeQuery query, long limit, Consumer<Exchange> consumer) {
        long count = 0;
        @Nullable Long cursor = null;
        do {
            Page page = page(reader, query, cursor, Math.toIntExact(Math.min(PIECE, limit - count)));
            page.exchanges().forEach(consumer);
            count += page.exchanges().size();
            cursor = page.next();
        } while (cursor != null && count < limit);
        return count;
    }

    /** At most so many that came, or ended, after this one, oldest first: for lists that are open, and for who waits. */
    public List<Exchange> after(Member reader, ExchangeQuery query, long seq, int limit) {
        return limited(() -> newest(reader) - seq <= WINDOW
                ? rows(ordered(reader, query, new Place(seq, Way.NEWER), limit))
                : find(reader, query, new Place(seq, Way.NEWER), limit));
    }

    /** The newest exchange of the team, also of those the member may not see; 0 when there is none. */
    public long newest(Member reader) {
        return database.sql("select seq from exchange where team_id = ? order by seq desc limit 1")
                .param(reader.teamId())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /** Of these exchanges, those of which not all was kept. */
    public List<String> truncated(List<Exchange> exchanges) {
        return exchanges.isEmpty()
                ? List.of()
                : database.sql("""
                                select distinct b.exchange_id
                                from unnest(cast(:ids as text[]), cast(:times as timestamptz[])) k (id, at)
                                join exchange_body b on b.started_at = k.at and b.exchange_id = k.id
                                where b.truncated
                                """)
                        .param("ids", exchanges.stream().map(Exchange::id).toArray(String[]::new))
                        .param(
                                "times",
                                exchanges.stream()
                                        .map(exchange -> exchange.startedAt().toString())
                                        .toArray(String[]::new))
                        .query((row, number) -> row.getString(1))
                        .list();
    }

    private List<Exchange> find(Member reader, ExchangeQuery query, Place place, int limit) {
        if (indexed(reader, query, place, limit, Set.of()).isEmpty()) {
            return rows(ordered(reader, query, place, limit));
        }
        List<Exchange> near = rows(nearest(reader, query, place, limit, WINDOW));
        if (near.size() < limit && near.size() >= FREQUENT_ENOUGH) {
            // by what was found, twice as many as should do
            near = rows(nearest(reader, query, place, limit, 2 * WINDOW * limit / near.size()));
        }
        return near.size() == limit
                ? near
                : indexed(reader, query, place, limit, frequent(reader, query, place))
                        .map(this::rows)
                        .orElse(near);
    }

    /**
     * Terms that so many exchanges fit that the index is better asked for the others alone: it would gather all of them first.
     * None when there are no others.
     */
    private Set<Term> frequent(Member reader, ExchangeQuery query, Place place) {
        Values values = values(reader);
        List<Term> counted = query.terms().stream()
                .filter(term -> !term.negated()
                        && term.filter().cost() == Cost.ROW
                        && term.filter().indexed(values).isPresent())
                .toList();
        if (counted.size() < 2) {
            return Set.of();
        }
        String counts = counted.stream()
                .map(term -> "count(*) filter (where " + term.filter().condition(values) + ")")
                .collect(joining(", "));
        Statement statement = statement(
                "select count(*), " + counts + " from (" + window(query, values, place, WINDOW) + ") e",
                reader,
                values,
                place.parameters());
        Set<Term> frequent = new HashSet<>();
        database.sql(statement.sql()).params(statement.parameters()).query(row -> {
            for (int i = 0; i < counted.size(); i++) {
                if (row.getLong(i + 2) * FREQUENT_SHARE > row.getLong(1)) {
                    frequent.add(counted.get(i));
                }
            }
        });
        return frequent.size() == counted.size() ? Set.of() : frequent;
    }

    private static String window(ExchangeQuery query, Values values, Place place, int size) {
        return "select " + Exchanges.COLUMNS + ", e.words from exchange e where " + Exchanges.VISIBLE
                + place.condition() + where(query, values, term -> term.filter().cost() == Cost.RANGE)
                + " order by e.seq " + place.way().order + " limit " + size;
    }

    /** One after the other, by their order. */
    Statement ordered(Member reader, ExchangeQuery query, Place place, int limit) {
        Values values = values(reader);
        return statement(
                "select " + Exchanges.COLUMNS + " from exchange e where " + Exchanges.VISIBLE + place.condition()
                        + where(query, values, term -> true) + " order by e.seq " + place.way().order
                        + " limit :limit",
                reader,
                values,
                place.parameters(limit));
    }

    /** Those among the first so many of all from the place on. */
    Statement nearest(Member reader, ExchangeQuery query, Place place, int limit, int window) {
        Values values = values(reader);
        return statement(
                "select " + Exchanges.COLUMNS + " from (" + window(query, values, place, window) + ") e where true"
                        + where(query, values, term -> term.filter().cost() != Cost.RANGE)
                        + " order by e.seq " + place.way().order + " limit :limit",
                reader,
                values,
                place.parameters(limit));
    }

    /**
     * Those that the index has; nothing when it can not help. The order is spelled so that no other index serves it, but for
     * the candidates of a phrase: they may be most of all.
     *
     * @param left terms that are not looked up, and only looked at
     */
    Optional<Statement> indexed(Member reader, ExchangeQuery query, Place place, int limit, Set<Term> left) {
        Values values = values(reader);
        List<String> terms = new ArrayList<>();
        for (Term term : query.terms()) {
            if (!term.negated() && !left.contains(term)) {
                term.filter().indexed(values).ifPresent(terms::add);
            }
        }
        if (terms.isEmpty() || query.terms().stream().anyMatch(ExchangeSearch::hasOwnIndex)) {
            return Optional.empty();
        }
        terms.add(Filter.lexeme("t:" + reader.teamId(), false));
        boolean plain = query.terms().stream().allMatch(term -> term.filter().cost() != Cost.CONTENT);
        String inner = "select " + Exchanges.COLUMNS + ", e.words from exchange e where " + Exchanges.VISIBLE
                + place.condition() + " and " + TERMS + " @@ cast(" + values.add(String.join(" & ", terms))
                + " as tsquery)"
                + where(
                        query,
                        values,
                        term -> term.filter().cost() != Cost.CONTENT && (left.contains(term) || !isInTerms(term)))
                + " order by e.seq" + (plain ? " + 0 " : " ") + place.way().order + " limit ";
        return Optional.of(statement(
                plain
                        ? inner + ":limit"
                        : "select " + Exchanges.COLUMNS + " from (" + inner + CANDIDATES + ") e where true"
                                + where(query, values, term -> term.filter().cost() == Cost.CONTENT)
                                + " order by e.seq " + place.way().order + " limit :limit",
                reader,
                values,
                place.parameters(limit)));
    }

    /** Whether what the index says is all that the term asks. */
    private static boolean isInTerms(Term term) {
        return !term.negated()
                && term.filter() instanceof TextFilters.Text
                && term.filter().cost() == Cost.ROW;
    }

    private static boolean hasOwnIndex(Term term) {
        return !term.negated()
                && (term.filter() instanceof ColumnFilters.Id || term.filter() instanceof ColumnFilters.Connection);
    }

    private static String where(ExchangeQuery query, Values values, Predicate<Term> which) {
        return query.terms().stream()
                .filter(which)
                .map(term -> {
                    String condition = term.filter().condition(values);
                    return term.negated() ? " and not coalesce(" + condition + ", false)" : " and " + condition;
                })
                .collect(joining());
    }

    private Values values(Member reader) {
        Map<String, Long[]> known = new HashMap<>();
        return new Values(clock.instant(), who -> known.computeIfAbsent(who, text -> members(reader, text)));
    }

    private Long[] members(Member reader, String who) {
        if (who.equals("me")) {
            return new Long[] {reader.membershipId()};
        }
        return database.sql("""
                        select m.id from membership m join app_user u on u.id = m.user_id
                        where m.team_id = :team and starts_with(lower(u.email), :who) limit :limit
                        """)
                .param("team", reader.teamId())
                .param("who", who)
                .param("limit", MATCHING_MEMBERS)
                .query(Long.class)
                .list()
                .toArray(Long[]::new);
    }

    private static Statement statement(String sql, Member reader, Values values, Map<String, Object> more) {
        Map<String, Object> parameters = new HashMap<>(values.byName());
        parameters.putAll(more);
        parameters.put("team", reader.teamId());
        parameters.put("me", reader.membershipId());
        return new Statement(sql, parameters);
    }

    private List<Exchange> rows(Statement statement) {
        return database.sql(statement.sql())
                .params(statement.parameters())
                .query((row, number) -> Exchanges.row(row))
                .list();
    }

    /** With a limit of time, and planned for these values: a plan for any value would be wrong for most. */
    private List<Exchange> limited(Supplier<List<Exchange>> search) {
        try {
            @Nullable
            List<Exchange> found = transaction.execute(status -> {
                database.sql("""
                                select set_config('statement_timeout', ?, true),
                                    set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)
                                """).param(TIME_LIMIT).query().listOfRows();
                return search.get();
            });
            return found == null ? List.of() : found;
        } catch (DataAccessException failure) {
            if (failure.getRootCause() instanceof SQLException cause && "57014".equals(cause.getSQLState())) {
                throw new SearchTooSlow();
            }
            throw failure;
        }
    }
}
