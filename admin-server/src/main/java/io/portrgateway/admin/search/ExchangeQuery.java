package io.portrgateway.admin.search;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What exchanges are asked for, such as {@code status:5xx method:POST path:/hook "invoice 7"}: terms that all have to hold.
 * Immutable. docs/search.md has the language.
 */
public final class ExchangeQuery {

    /** A longer text is no query. */
    public static final int MAX_CHARS = 1_000;

    static final int MAX_TERMS = 32;

    /** Every exchange. */
    public static final ExchangeQuery ALL = new ExchangeQuery(List.of());

    private final List<Term> terms;

    ExchangeQuery(List<Term> terms) {
        this.terms = List.copyOf(terms);
    }

    /**
     * One condition.
     *
     * @param text as the canonical form spells it, without the sign
     */
    record Term(boolean negated, String text, Filter filter) {

        String signed() {
            return (negated ? "-" : "") + text;
        }
    }

    /** Reads a query; {@link QueryProblem} says which word is wrong, and what is expected. The empty text asks for all. */
    public static ExchangeQuery parse(String text) {
        return new QueryParser(text).parse();
    }

    /** The same query in its plainest spelling: for addresses, and for parsing again. */
    public String text() {
        return terms.stream().map(Term::signed).collect(Collectors.joining(" "));
    }

    /** Whether it asks for every exchange. */
    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /** Whether one of its terms is exactly this one, in its plainest spelling. */
    public boolean has(String term) {
        return terms.stream().anyMatch(one -> one.signed().equals(term));
    }

    /** The same query with one more term, or without it where it has it. */
    public ExchangeQuery toggled(String term) {
        if (has(term)) {
            return new ExchangeQuery(
                    terms.stream().filter(one -> !one.signed().equals(term)).toList());
        }
        return parse((text() + " " + term).strip());
    }

    List<Term> terms() {
        return terms;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExchangeQuery query && query.text().equals(text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
