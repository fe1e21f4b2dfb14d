package io.portrgateway.tunnel.registry;

/** What a connection row says it carries. */
public enum TunnelKind {
    HTTP,
    TCP
}
