package io.portrgateway.tunnel.http;

/** A head or body framing is not what RFC 9112 allows. Stackless: hostile peers must not cost a stack trace. */
final class MalformedHead extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Failure failure;

    MalformedHead(Failure failure, String message) {
        super(message, null, false, false);
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
