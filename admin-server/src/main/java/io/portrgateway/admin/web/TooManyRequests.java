package io.portrgateway.admin.web;

import java.time.Duration;

/** A call beyond its limit: answered 429 with {@code Retry-After}. */
public final class TooManyRequests extends RuntimeException {

    private final Duration retryAfter;

    /** The caller may try again after this time. */
    public TooManyRequests(Duration retryAfter) {
        super("too many requests", null, false, false);
        this.retryAfter = retryAfter;
    }

    /** Whole seconds, at least one, as the header wants them. */
    long retryAfterSeconds() {
        return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
}
