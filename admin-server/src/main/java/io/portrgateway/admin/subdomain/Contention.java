package io.portrgateway.admin.subdomain;

import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** What to do when others were changing the same rows at the same time: wait a moment and look again. */
final class Contention {

    private static final long FIRST_PAUSE_MILLIS = 10;

    /** serialization failure, deadlock, unique violation. */
    private static final Set<String> STATES = Set.of("40001", "40P01", "23505");

    private Contention() {}

    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return STATES.contains(sql.getSQLState());
            }
        }
        return false;
    }

    static void pause(int attempt) {
        try {
            Thread.sleep((FIRST_PAUSE_MILLIS << attempt)
                    + ThreadLocalRandom.current().nextLong(FIRST_PAUSE_MILLIS));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
