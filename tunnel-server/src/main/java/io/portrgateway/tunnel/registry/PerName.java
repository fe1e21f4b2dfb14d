package io.portrgateway.tunnel.registry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Runs asynchronous steps of one name strictly one after the other, and those of different names side by side. Steps wait
 * without a thread. The line of a name is as long as there are sessions that ask for it, which the limits of the SSH side
 * bound; it is forgotten when its last step is done. Thread-safe.
 */
final class PerName {

    private final ConcurrentMap<Binding, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();

    /** Runs the step when every earlier one of this name has completed, one way or the other. */
    <T> CompletionStage<T> run(Binding name, Supplier<CompletionStage<T>> step) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> earlier = tails.put(name, mine);
        CompletionStage<T> result = earlier == null ? start(step) : earlier.thenCompose(done -> start(step));
        return result.whenComplete((value, failure) -> {
            tails.remove(name, mine);
            mine.complete(null);
        });
    }

    private static <T> CompletionStage<T> start(Supplier<CompletionStage<T>> step) {
        try {
            return step.get();
        } catch (RuntimeException failure) {
            // The next in line must not wait for a step that never began.
            return CompletableFuture.failedFuture(failure);
        }
    }
}
