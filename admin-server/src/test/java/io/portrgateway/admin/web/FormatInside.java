package io.portrgateway.admin.web;

import java.time.Instant;

/** The format of pages, without a server. */
public final class FormatInside {

    private FormatInside() {}

    public static Format format() {
        return new Format(() -> Instant.EPOCH);
    }
}
