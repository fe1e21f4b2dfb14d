package io.portrgateway.admin.search;

/** A search that took longer than it may, and was given up. Carries no stack trace, because it is an answer and not a bug. */
public final class SearchTooSlow extends RuntimeException {

    SearchTooSlow() {
        super("This search takes too long. Narrow it, for example with since:1h or tunnel:name.", null, false, false);
    }

    /** What to tell the person. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
