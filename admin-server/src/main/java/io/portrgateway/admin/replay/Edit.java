package io.portrgateway.admin.replay;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Outcome;
import io.portrgateway.admin.web.Refusal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a member makes of a recorded request. Nobody changes the array.
 *
 * @param headers all of them, without those that the gateway writes
 * @param body null for the recorded one
 */
// nobody compares them, and a copy of a mebibyte per use is too dear
@SuppressWarnings("ArrayRecordComponent")
record Edit(String method, String target, List<HeaderField> headers, byte @Nullable [] body) {

    Edit {
        headers = List.copyOf(headers);
    }

    /** The request to send, or why this original does not make one. What is typed is judged by {@link Replays}. */
    Outcome<ReplayRequest> of(Original original, Format format) {
        Optional<Refusal> obstacle = original.obstacle()
                .or(() -> RequestRules.method(method))
                .or(() -> RequestRules.target(method, target))
                // as far as a form has not done so, line by line
                .or(() -> RequestRules.headers(headers, "Header"))
                .or(() -> target.contains(Original.MARK)
                        ? Optional.of(Refusal.invalid(
                                "target",
                                "A value that was redacted when it was recorded still says " + Original.MARK
                                        + ": put the value in, or take it out."))
                        : Optional.empty())
                .or(() -> body == null ? original.bodyObstacle(format) : Optional.empty());
        if (obstacle.isPresent()) {
            return Outcome.refused(obstacle.get());
        }
        byte[] content = body == null ? original.body().content() : body;
        return Outcome.done(original.edited(method, target, headers, content));
    }
}
