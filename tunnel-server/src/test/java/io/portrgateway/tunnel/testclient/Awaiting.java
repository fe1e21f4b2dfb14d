package io.portrgateway.tunnel.testclient;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a state with a limit; without a test library, since the clients also run outside of tests. */
final class Awaiting {

    private static final long STEP_NANOS = 2_000_000;

    private Awaiting() {}

    static void await(Duration limit, String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("not within " + limit + ": " + what);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}
