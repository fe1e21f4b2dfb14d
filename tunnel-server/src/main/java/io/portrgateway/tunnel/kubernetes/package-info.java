/**
 * Keeps the ports of this node's own Kubernetes Service in step with its open TCP tunnels.
 *
 * <p>Start reading at {@link io.portrgateway.tunnel.kubernetes.ServicePorts}. The API is asked on one virtual thread, never
 * on an event loop; whatever it answers, tunnels go on.
 */
@NullMarked
package io.portrgateway.tunnel.kubernetes;

import org.jspecify.annotations.NullMarked;
