package io.portrgateway.tunnel.http;

/** Why an exchange got no answer of the service. {@link EdgeResponses} says what the visitor sees for each. */
public enum Failure {
    /** The visitor's request is not well formed, or ambiguous. */
    BAD_REQUEST,
    /** The request head is larger than the limits allow. */
    HEADER_TOO_LARGE,
    /** The request body is larger than the limit allows. */
    BODY_TOO_LARGE,
    /** The visitor did not send its head or body in time, or did not take the answer. */
    VISITOR_TIMEOUT,
    /** The visitor closed its connection before the answer was complete. */
    VISITOR_LEFT,
    /** One address has too many connections. */
    TOO_MANY_CONNECTIONS,
    /** No live tunnel has this name. */
    NO_TUNNEL,
    /** The tunnel is known, but the connection to its client is lost. */
    CONNECTION_LOST,
    /** The tunnel or its session has too much in flight. */
    UPSTREAM_LIMIT,
    /** The client answered that it cannot reach its service. */
    UPSTREAM_REFUSED,
    /** The client or the service did not answer in time. */
    UPSTREAM_TIMEOUT,
    /** The service closed the stream before or within its answer. */
    UPSTREAM_CLOSED,
    /** The service's answer is not well formed, or ambiguous. */
    BAD_RESPONSE,
    /** The gateway is at fault. */
    INTERNAL
}
