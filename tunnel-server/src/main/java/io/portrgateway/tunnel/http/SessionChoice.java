package io.portrgateway.tunnel.http;

import io.netty.channel.EventLoop;
import io.portrgateway.tunnel.registry.Tunnel;
import io.portrgateway.tunnel.registry.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which session serves an exchange, and which ones were tried. Confined to the visitor's event loop. */
final class SessionChoice {

    /** A connection stays with its session unless another one has this many fewer in flight: moving costs more. */
    private static final int LOYALTY_COUNT = 4;

    private final Tunnel tunnel;
    private final List<Upstream> tried = new ArrayList<>(0);
    private @Nullable Upstream current;

    SessionChoice(Tunnel tunnel) {
        this.tunnel = tunnel;
    }

    Tunnel tunnel() {
        return tunnel;
    }

    /** The session in use. */
    @Nullable
    Upstream current() {
        return current;
    }

    /** Whether the tunnel has as much in flight as it may have; 0 for no limit. */
    boolean isOver(int limit) {
        if (limit == 0) {
            return false;
        }
        int inFlight = 0;
        for (Upstream candidate : tunnel.upstreams()) {
            inFlight += candidate.inFlight();
        }
        return inFlight >= limit;
    }

    /** Takes into use the session with the least in flight that was not tried yet, or {@code last} if it does as well. */
    Optional<Upstream> choose(EventLoop preferred, @Nullable Upstream last) {
        Optional<Upstream> best = tunnel.pick(preferred, tried);
        if (best.isEmpty()) {
            return best;
        }
        Upstream chosen = last != null && isAsGood(last, best.get()) ? last : best.get();
        chosen.begin();
        current = chosen;
        return Optional.of(chosen);
    }

    private boolean isAsGood(Upstream last, Upstream best) {
        return last != best
                && last.isOpen()
                && !tried.contains(last)
                && last.inFlight() <= best.inFlight() + LOYALTY_COUNT
                && tunnel.upstreams().contains(last);
    }

    /** Gives the session back, not to be chosen again. */
    void leave() {
        if (current != null) {
            current.end();
            tried.add(current);
            current = null;
        }
    }

    /** Gives the session back at the end; answers it. */
    @Nullable
    Upstream end() {
        @Nullable Upstream last = current;
        leave();
        return last;
    }
}
