package io.portrgateway.admin.har;

/**
 * A file that is no HAR, or not one that we take. Carries no stack trace, because it is an answer to a person and not a bug; its
 * message says where, what is there, and what was expected.
 */
final class HarProblem extends RuntimeException {

    HarProblem(String message) {
        super(message, null, false, false);
    }

    /** About one field of one entry; entries count from 1. */
    static HarProblem of(int entry, String field, String what) {
        return new HarProblem("Entry " + entry + ", " + field + ": " + what);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
