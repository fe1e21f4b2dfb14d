package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How one provider signs. Stateless. */
sealed interface Scheme permits GitHubScheme, StripeScheme, SlackScheme, ShopifyScheme, TwilioScheme, StandardScheme {

    Provider provider();

    /** Whether the headers are the provider's, signed or not. */
    boolean sent(Delivery delivery);

    /** The signature in the headers. */
    Signature read(Delivery delivery) throws Unreadable;

    /** The signature that this secret makes of what was recorded, in the form of {@link Signature#values}. */
    String make(Delivery delivery, Signature signature, String secret);

    /** Whether the signature is about the body. */
    default boolean coversBody(Delivery delivery) {
        return true;
    }

    /** What is wrong with the form of this secret; nothing when it may be one. */
    default Optional<String> problem(String secret) {
        return Optional.empty();
    }

    /** The headers that sign the delivery at this time, in place of those it has. */
    List<HeaderField> sign(Delivery delivery, String secret, Instant now);

    /** The header's value, or what its absence means. */
    static String needed(Delivery delivery, String header, String hint) throws Unreadable {
        String value = delivery.header(header)
                .orElseThrow(() -> Unreadable.missing("The header " + header + " is missing. " + hint));
        if (value.contains(Delivery.MARK)) {
            throw Unreadable.missing(
                    "The header " + header
                            + " was redacted before it was recorded. Take it out of the list of redacted headers to check signatures.");
        }
        return value;
    }

    /** Seconds since 1970. */
    static Instant time(String header, String text) throws Unreadable {
        try {
            return Instant.ofEpochSecond(Long.parseLong(text));
        } catch (NumberFormatException | java.time.DateTimeException wrong) {
            throw Unreadable.malformed(header + " has no time in it (expected: seconds since 1970).");
        }
    }
}
