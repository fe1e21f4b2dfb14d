package io.portrgateway.admin.web;

import java.util.function.Function;

/**
 * What came of asking a service to change something: done, with its result, or refused, with nothing changed. Immutable.
 *
 * @param <T> the result
 */
public sealed interface Outcome<T> {

    /** It happened. */
    record Done<T>(T value) implements Outcome<T> {}

    /** Nothing happened, and why. */
    record Refused<T>(Refusal refusal) implements Outcome<T> {}

    static <T> Outcome<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Outcome<T> refused(Refusal refusal) {
        return new Refused<>(refusal);
    }

    /** The same with the result turned into something else. */
    default <B> Outcome<B> map(Function<T, B> change) {
        return switch (this) {
            case Done<T>(T value) -> done(change.apply(value));
            case Refused<T>(Refusal refusal) -> refused(refusal);
        };
    }

    /** The result, or the refusal as the API's answer. */
    default T orFail() {
        return switch (this) {
            case Done<T>(T value) -> value;
            case Refused<T>(Refusal refusal) -> throw refusal.failure();
        };
    }
}
