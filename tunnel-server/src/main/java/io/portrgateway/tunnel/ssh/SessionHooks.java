package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.registry.CloseReason;
import io.portrgateway.tunnel.registry.ExchangeLine;

/** What a forward asks of the session that it belongs to. Any thread. */
interface SessionHooks {

    /** Ends this forward, and the session with it when it carries nothing else. Called once at most. */
    void close(SshUpstream upstream, CloseReason reason);

    /** Shows one finished exchange at the client's terminal, where there is one. Lossy. */
    void report(SshUpstream upstream, ExchangeLine line);
}
