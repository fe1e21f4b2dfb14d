package io.portrgateway.tunnel.registry;

/** A stream to the service could not be opened. Stackless: it is an expected failure, not a bug. */
public final class UpstreamException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why no stream could be opened. */
    public enum Reason {
        /** The client answered that it will not open the stream. */
        REFUSED,
        /** The client did not answer in time. */
        TIMEOUT,
        /** The session's own limit on streams is reached. */
        LIMIT,
        /** The session is gone. */
        CLOSED
    }

    public UpstreamException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** Why no stream could be opened. */
    public Reason reason() {
        return reason;
    }
}
