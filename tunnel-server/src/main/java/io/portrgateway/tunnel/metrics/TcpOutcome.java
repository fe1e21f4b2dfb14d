package io.portrgateway.tunnel.metrics;

/** How a visitor's TCP connection ended: a closed set of tag values. */
public enum TcpOutcome {
    VISITOR_CLOSED,
    UPSTREAM_CLOSED,
    VISITOR_FAILED,
    UPSTREAM_FAILED,
    IDLE,
    CUT,
    VISITOR_LEFT_EARLY,
    REFUSED_NO_SESSION,
    REFUSED_TOTAL_LIMIT,
    REFUSED_TUNNEL_LIMIT,
    REFUSED_ADDRESS_LIMIT,
    REFUSED_BAD_PROXY_HEADER,
    REFUSED_EARLY_BYTES,
    UPSTREAM_REFUSED,
    UPSTREAM_TIMEOUT,
    UPSTREAM_LIMIT
}
