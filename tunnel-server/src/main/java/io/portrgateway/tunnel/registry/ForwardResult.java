package io.portrgateway.tunnel.registry;

/** Answer to {@link Forwards#open}. */
public sealed interface ForwardResult {

    /** The tunnel is live. */
    record Opened(Tunnel tunnel) implements ForwardResult {}

    /** The tunnel cannot be had. {@code message} is a sentence for the person at the client, without secrets. */
    record Refused(String message) implements ForwardResult {}
}
