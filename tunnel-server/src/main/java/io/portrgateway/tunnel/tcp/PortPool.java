package io.portrgateway.tunnel.tcp;

import io.portrgateway.tunnel.config.TcpConfig.PortRange;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/** The ports that tunnels may use. Immutable. */
record PortPool(PortRange range) {

    boolean contains(int port) {
        return range.contains(port);
    }

    /**
     * A port that is not taken, at random so that a stranger cannot guess the next one and two nodes rarely choose the
     * same; empty when all are taken.
     */
    OptionalInt anyFree(IntPredicate isTaken) {
        int size = range.size();
        int start = ThreadLocalRandom.current().nextInt(size);
        for (int step = 0; step < size; step++) {
            int port = range.first() + (start + step) % size;
            if (!isTaken.test(port)) {
                return OptionalInt.of(port);
            }
        }
        return OptionalInt.empty();
    }
}
