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

    /** As the database and paths name it. */
    public String text() {
        return column;
    }
}
