package io.portrgateway.tunnel.http;

import org.jspecify.annotations.Nullable;

/** An answer the gateway gives by itself. Immutable. */
final class EdgeAnswer {

    /** To a ping of a live tunnel (portr-protocol 4.4). */
    static final EdgeAnswer ALIVE = new EdgeAnswer(200, null, "text/plain; charset=utf-8", new byte[0], null);

    private final int status;
    private final @Nullable String reason;
    private final String contentType;
    private final byte[] body;
    private final @Nullable String location;

    EdgeAnswer(int status, @Nullable String reason, String contentType, byte[] body, @Nullable String location) {
        this.status = status;
        this.reason = reason;
        this.contentType = contentType;
        this.body = body.clone();
        this.location = location;
    }

    int status() {
        return status;
    }

    /** Value of {@code X-Portr-Error-Reason}; null for answers that are no errors. */
    @Nullable
    String reason() {
        return reason;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body.clone();
    }

    int bodyBytes() {
        return body.length;
    }

    /** Where a redirect leads. */
    @Nullable
    String location() {
        return location;
    }
}
