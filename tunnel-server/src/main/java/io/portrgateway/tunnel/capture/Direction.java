package io.portrgateway.tunnel.capture;

/** Which way bytes went. */
public enum Direction {
    TO_UPSTREAM("toUpstream"),
    TO_VISITOR("toVisitor");

    private final String column;

    Direction(String column) {
        this.column = column;
    }

    /** What the {@code direction} columns say. */
    public String columnValue() {
        return column;
    }
}
