package io.portrgateway.tunnel.registry;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Identifies a tunnel; it is the {@code connection_id} of the client's API and of the {@code connection} table: a ULID
 * of 26 characters. Immutable.
 */
public record TunnelId(String value) {

    private static final Pattern ULID = Pattern.compile("[0-9A-Z]{26}");

    public TunnelId {
        if (!ULID.matcher(value).matches()) {
            throw new IllegalArgumentException("connection id: " + value + " (expected: a ULID of 26 characters)");
        }
    }

    /** The id for a text a client sent, or nothing when it is none. */
    public static Optional<TunnelId> parse(String text) {
        return ULID.matcher(text).matches() ? Optional.of(new TunnelId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
