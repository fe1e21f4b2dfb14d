package io.portrgateway.admin.exchange;

/** Which way bytes went. */
public enum Direction {
    /** The request's. */
    TO_UPSTREAM("toUpstream"),
    /** The answer's. */
    TO_VISITOR("toVisitor");

    private final String column;

    Direction(String column) {
        this.column = column;
    }

    /** The direction that the database and paths call so. */
    public static Direction of(String text) {
        return text.equals(TO_UPSTREAM.column) ? TO_UPSTREAM : TO_VISITOR;
    }

    /** As the database and paths name it. */
    public String text() {
        return column;
    }
}
