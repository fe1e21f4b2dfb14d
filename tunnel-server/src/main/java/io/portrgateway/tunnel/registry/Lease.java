package io.portrgateway.tunnel.registry;

/**
 * The right to serve a name. Immutable.
 *
 * @param epoch grows with each change of owner of the name, not always by one; whatever is done for an older epoch is void
 */
public record Lease(TunnelId tunnelId, Binding binding, Owner owner, long epoch) {}
