package io.portrgateway.tunnel.registry;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The one label under the gateway's domain that names an HTTP tunnel: 1 to 63 characters of {@code a-z0-9-}, no hyphen
 * at either end (portr-protocol 2.2). Immutable.
 *
 * @param label always in lower case
 */
public record Hostname(String label) {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    public Hostname {
        if (!LABEL.matcher(label).matches()) {
            throw new IllegalArgumentException(
                    "subdomain: " + label + " (expected: 1-63 of a-z, 0-9 and -, no - at either end)");
        }
    }

    /** The host name for a text in any case, or nothing when it is not a valid label. */
    public static Optional<Hostname> parse(String text) {
        String label = text.toLowerCase(Locale.ROOT);
        return LABEL.matcher(label).matches() ? Optional.of(new Hostname(label)) : Optional.empty();
    }

    @Override
    public String toString() {
        return label;
    }
}
