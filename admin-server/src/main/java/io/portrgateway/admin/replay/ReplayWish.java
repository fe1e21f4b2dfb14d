package io.portrgateway.admin.replay;

import io.portrgateway.admin.web.Refusal;
import java.util.Optional;

/**
 * How requests are to be sent. Immutable.
 *
 * @param tunnel connection id or name; empty for each to where it went before
 * @param times how often all of them, in their order
 * @param perSecond how many; 0 for each as soon as the one before it is answered
 * @param edited whether something was changed in comparison with the originals
 */
public record ReplayWish(String tunnel, int times, double perSecond, boolean edited) {

    private static final double SLOWEST = 0.01;
    private static final double FASTEST = 100;

    /** Once, to where it went before. */
    public static ReplayWish once() {
        return new ReplayWish("", 1, 0, false);
    }

    Optional<Refusal> check(int requests, int mostAtOnce) {
        if (times < 1) {
            return Optional.of(Refusal.invalid("times", "Send it once or more often."));
        }
        if ((long) times * requests > mostAtOnce) {
            return Optional.of(Refusal.invalid(
                    "times",
                    "At most " + mostAtOnce + " requests at once (PORTR_REPLAY_BATCH); these are "
                            + (long) times * requests + "."));
        }
        if (perSecond != 0 && !(perSecond >= SLOWEST && perSecond <= FASTEST)) {
            return Optional.of(Refusal.invalid(
                    "rate", "A rate is from 0.01 to 100 requests per second; empty sends each after the one before."));
        }
        return Optional.empty();
    }
}
