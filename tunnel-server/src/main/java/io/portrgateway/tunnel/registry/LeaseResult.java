package io.portrgateway.tunnel.registry;

/** Answer to {@link Leases#acquire}. */
public sealed interface LeaseResult {

    /** The name is the caller's. */
    record Granted(Lease lease) implements LeaseResult {}

    /** The name is not to be had. {@code message} is a sentence for the person at the client, without secrets. */
    record Refused(String message) implements LeaseResult {}
}
