package io.portrgateway.admin.search;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Terms that look for text. They find words by {@code exchange.words}, which tunnel-server makes: lower case, runs of letters
 * and digits, cut to {@value #WORD_CHARS} characters. What is more than one word is looked at once more as a whole.
 */
final class TextFilters {

    static final int WORD_CHARS = 64;

    /** How far into a body a phrase is looked for; not less than what tunnel-server takes words from. */
    private static final int BODY_BYTES = 64 * 1024;

    private static final Pattern GAP = Pattern.compile("[^\\p{L}\\p{N}]+");

    private TextFilters() {}

    /** The words of a text as the tables have them; {@link QueryProblem} when there is none. */
    static List<String> words(String raw, String text) {
        List<String> words = new ArrayList<>();
        for (String run : GAP.split(text.toLowerCase(Locale.ROOT))) {
            if (!run.isEmpty()) {
                int end = run.offsetByCodePoints(0, Math.min(WORD_CHARS, run.codePointCount(0, run.length())));
                words.add(run.substring(0, end));
            }
        }
        if (words.isEmpty()) {
            throw new QueryProblem(raw, "letters or digits to search for");
        }
        return words;
    }

    /** All of the words, the last one from its beginning. */
    static String all(List<String> words) {
        List<String> lexemes = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            lexemes.add(Filter.lexeme(word, i == words.size() - 1 || word.length() >= WORD_CHARS));
        }
        return String.join(" & ", lexemes);
    }

    /** A word, or a phrase, in path, headers or bodies. */
    record Text(List<String> words, String phrase) implements Filter {

        Text {
            words = List.copyOf(words);
        }

        @Override
        public String condition(Values values) {
            String found = "e.words @@ cast(" + values.add(all(words)) + " as tsquery)";
            if (!isPhrase()) {
                return found;
            }
            String lower = phrase.toLowerCase(Locale.ROOT);
            String text = values.add(lower);
            // not "exists" for the bodies: the database might choose to look into all of them first
            String latin = values.add(new String(lower.getBytes(UTF_8), ISO_8859_1));
            return "(" + found + """
                     and (position(%1$s in lower(e.target)) > 0
                        or position(%1$s in lower(replace(replace(e.target, '%%20', ' '), '+', ' '))) > 0
                        or exists (select from jsonb_array_elements(e.request_headers || e.response_headers) h
                            where position(%2$s in lower((h ->> 0) || ': ' || (h ->> 1))) > 0)
                        or coalesce((select bool_or(position(encode(convert_to(%1$s, 'UTF8'), 'escape')
                                in lower(encode(substring(b.content for %3$d), 'escape'))) > 0)
                            from exchange_body b
                            where b.started_at = e.started_at and b.exchange_id = e.id), false)))
                    """.formatted(text, latin, BODY_BYTES);
        }

        @Override
        public Optional<String> indexed(Values values) {
            return Optional.of(all(words));
        }

        @Override
        public Cost cost() {
            return isPhrase() ? Cost.CONTENT : Cost.ROW;
        }

        private boolean isPhrase() {
            return words.size() > 1 || !words.getFirst().equals(phrase.toLowerCase(Locale.ROOT));
        }
    }

    /** A header or trailer of this name, either way, in which the value is found from the beginning of a word. */
    record Header(String name, String value, List<String> words) implements Filter {

        Header {
            words = List.copyOf(words);
        }

        @Override
        public String condition(Values values) {
            String latin = new String(value.toLowerCase(Locale.ROOT).getBytes(UTF_8), ISO_8859_1);
            return "(e.words @@ cast(" + values.add(all(words)) + " as tsquery)"
                    + " and exists (select from jsonb_array_elements(e.request_headers || e.response_headers"
                    + " || e.request_trailers || e.response_trailers) h where lower(h ->> 0) = " + values.add(name)
                    + (value.isEmpty() ? "" : " and position(" + values.add(latin) + " in lower(h ->> 1)) > 0") + "))";
        }

        @Override
        public Optional<String> indexed(Values values) {
            return Optional.of(all(words));
        }

        @Override
        public Cost cost() {
            return Cost.CONTENT;
        }
    }
}
