package io.portrgateway.tunnel.replay;

import io.portrgateway.tunnel.registry.Tunnel;
import java.util.function.Consumer;

/** Port to whatever can send requests into tunnels. */
public interface Replays {

    /**
     * Checks the request, sends it into the tunnel and reads the whole answer. Never waits and never throws for what the
     * request says; callable from any thread.
     *
     * @param told gets the result, once, on any thread; must not block
     */
    void send(Replay replay, Tunnel tunnel, Consumer<ReplayResult> told);
}
