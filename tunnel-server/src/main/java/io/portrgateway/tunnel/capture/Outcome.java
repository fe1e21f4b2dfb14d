package io.portrgateway.tunnel.capture;

/** How an exchange ended, if it did. Immutable. */
public sealed interface Outcome {

    /** The visitor got the service's complete answer, or its upgraded connection ended. */
    record Completed() implements Outcome {}

    /** It is a stream that goes on. */
    record Open() implements Outcome {}

    /**
     * The visitor did not.
     *
     * @param reason as {@code X-Portr-Error-Reason} names it
     */
    record Failed(String reason) implements Outcome {}

    /** What the {@code outcome} column says. */
    default String columnValue() {
        return switch (this) {
            case Completed completed -> "completed";
            case Open open -> "open";
            case Failed failed -> failed.reason();
        };
    }
}
