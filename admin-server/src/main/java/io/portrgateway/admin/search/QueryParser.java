package io.portrgateway.admin.search;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.portrgateway.admin.search.ExchangeQuery.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a query into its terms. Confined to one thread. */
final class QueryParser {

    private static final Pattern KEY = Pattern.compile("([A-Za-z]+):(.*)", Pattern.DOTALL);
    private static final Pattern CURLY_QUOTES = Pattern.compile("[\u201c\u201d\u201e]");
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");
    private static final Pattern NEEDS_QUOTES = Pattern.compile("[\\s\"\\\\]");

    private final String text;
    private int at;

    QueryParser(String text) {
        if (text.length() > ExchangeQuery.MAX_CHARS) {
            throw new QueryProblem(text.substring(0, 20) + "…", "at most " + ExchangeQuery.MAX_CHARS + " characters");
        }
        // through the bytes, so that half a character pair becomes a question mark; telephones type curly quotes
        String whole = new String(text.getBytes(UTF_8), UTF_8);
        this.text = CURLY_QUOTES
                .matcher(CONTROLS.matcher(whole).replaceAll(" "))
                .replaceAll("\"")
                .strip();
    }

    /**
     * A word as it stands between blanks.
     *
     * @param value without quotation marks and key
     * @param quoted whether it began with a quotation mark: text, whatever it looks like
     */
    private record Word(String raw, boolean negated, String value, boolean quoted) {}

    ExchangeQuery parse() {
        List<Term> terms = new ArrayList<>();
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
                continue;
            }
            Term term = term(word());
            if (!terms.contains(term)) {
                terms.add(term);
            }
            if (terms.size() > ExchangeQuery.MAX_TERMS) {
                throw new QueryProblem(term.signed(), "at most " + ExchangeQuery.MAX_TERMS + " words in a query");
            }
        }
        return new ExchangeQuery(terms);
    }

    private Word word() {
        int start = at;
        boolean negated =
                text.charAt(at) == '-' && at + 1 < text.length() && !Character.isWhitespace(text.charAt(at + 1));
        if (negated) {
            at++;
        }
        boolean quoted = text.charAt(at) == '"';
        StringBuilder value = new StringBuilder();
        boolean inQuotes = false;
        while (at < text.length()) {
            char next = text.charAt(at);
            if (!inQuotes && Character.isWhitespace(next)) {
                break;
            }
            at++;
            if (next == '"') {
                inQuotes = !inQuotes;
                if (!inQuotes && quoted) {
                    break;
                }
            } else if (next == '\\' && inQuotes && at < text.length()) {
                value.append(text.charAt(at++));
            } else {
                value.append(next);
            }
        }
        String raw = text.substring(start, at);
        if (inQuotes) {
            throw new QueryProblem(raw, "a quotation mark at the end");
        }
        return new Word(raw, negated, value.toString(), quoted);
    }

    private static Term term(Word word) {
        Matcher keyed = KEY.matcher(word.value());
        if (word.quoted() || !keyed.matches()) {
            return new Term(
                    word.negated(),
                    word.quoted() ? quote(word.value()) : word.value(),
                    new TextFilters.Text(TextFilters.words(word.raw(), word.value()), word.value()));
        }
        String key = keyed.group(1).toLowerCase(Locale.ROOT);
        String value = keyed.group(2).strip();
        Filter filter = Keys.filter(key, value, word.raw());
        return new Term(
                word.negated(), key + ":" + (NEEDS_QUOTES.matcher(value).find() ? quote(value) : value), filter);
    }

    private static String quote(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
