package io.portrgateway.tunnel.relay;

/** What ended a relay first. */
public enum RelayEnd {
    /** The visitor said it is done, or closed. */
    VISITOR_CLOSED,
    /** The service behind the client said it is done, or closed, or its session went away in order. */
    UPSTREAM_CLOSED,
    /** The visitor's connection broke (reset, network error). */
    VISITOR_FAILED,
    /** The stream to the service broke. The visitor's connection is reset, so that a cut answer never looks complete. */
    UPSTREAM_FAILED,
    /** No byte moved for the idle limit. */
    IDLE,
    /** {@link Coupling#close()} or {@link Coupling#abort()} was called. */
    CUT
}
