package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.registry.Upstream;

/** An {@link Upstream} whose end is told to it by its session. */
interface SessionUpstream extends Upstream {

    /**
     * The forward is gone (cancelled, displaced, or its session ended): opens nothing any more, closes its streams and
     * completes {@link #closeFuture()}. On the event loop; idempotent; calls nothing back.
     */
    void ended();
}
