/**
 * Who may bind what, and what is bound where.
 *
 * <p>Start reading at {@link io.portrgateway.tunnel.registry.TunnelRegistry}. The public edges and the SSH side do not
 * know each other; they meet here, in the ports {@link io.portrgateway.tunnel.registry.Upstream},
 * {@link io.portrgateway.tunnel.registry.Accounts}, {@link io.portrgateway.tunnel.registry.Leases} and
 * {@link io.portrgateway.tunnel.registry.PublicPorts}. Reading a route takes no lock.
 */
@NullMarked
package io.portrgateway.tunnel.registry;

import org.jspecify.annotations.NullMarked;
