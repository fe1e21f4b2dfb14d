package io.portrgateway.admin.search;

/** A query that makes no sense; its message names the wrong word and says what is expected. Carries no stack trace. */
public final class QueryProblem extends RuntimeException {

    QueryProblem(String word, String expected) {
        super(
                "“" + (word.length() > 80 ? word.substring(0, 80) + "…" : word) + "”: expected " + expected,
                null,
                false,
                false);
    }

    /** What to tell the person. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
