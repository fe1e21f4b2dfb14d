package io.portrgateway.admin.webhook;

import io.portrgateway.admin.webhook.Signature.Unreadable;
import io.portrgateway.admin.webhook.Verdict.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Finds out what is to be said of a delivery's signature. Stateless. */
final class Check {

    private final Scheme scheme;
    private final Delivery delivery;
    private final List<Key> keys;
    private final Duration tolerance;

    private Check(Scheme scheme, Delivery delivery, List<Key> keys, Duration tolerance) {
        this.scheme = scheme;
        this.delivery = delivery;
        this.keys = keys;
        this.tolerance = tolerance;
    }

    /** A stored secret with the name that its owner gave it. */
    record Key(String name, String secret) {

        @Override
        public String toString() {
            return "Key[" + name + "]";
        }
    }

    /**
     * The verdict.
     *
     * @param keys of this provider, the newest first
     * @param tolerance how far the signature's time may be from the request's
     */
    static Verdict of(Scheme scheme, Delivery delivery, List<Key> keys, Duration tolerance) {
        return new Check(scheme, delivery, keys, tolerance).verdict();
    }

    private Verdict verdict() {
        Signature signature;
        try {
            signature = scheme.read(delivery);
        } catch (Unreadable unreadable) {
            return say(
                    unreadable.isMissing() ? Finding.HEADER_MISSING : Finding.HEADER_MALFORMED, unreadable.sentence());
        }
        if (keys.isEmpty()) {
            return say(
                    Finding.NO_SECRET,
                    "No secret of " + title() + " is stored for this tunnel. Its owner can add one under Webhooks: "
                            + scheme.provider().hint());
        }
        if (!delivery.whole() && scheme.coversBody(delivery)) {
            return delivery.body().length == 0
                    ? say(Finding.BODY_NOT_RECORDED, "The body was not recorded, and the signature is about it.")
                    : say(
                            Finding.BODY_CUT,
                            "Only the beginning of the body was recorded, and the signature is about all of it."
                                    + " PORTR_CAPTURE_BODY says how much is recorded.");
        }
        for (int i = 0; i < keys.size(); i++) {
            if (makes(keys.get(i), delivery, signature)) {
                return right(i, signature);
            }
        }
        return wrong(signature);
    }

    private boolean makes(Key key, Delivery of, Signature signature) {
        if (scheme.problem(key.secret()).isPresent()) {
            return false;
        }
        String made = scheme.make(of, signature, key.secret());
        boolean found = false;
        for (String value : signature.values()) {
            found |= Macs.same(value, made);
        }
        return found;
    }

    private Verdict right(int place, Signature signature) {
        Optional<String> digest = scheme instanceof TwilioScheme ? TwilioScheme.digest(delivery) : Optional.empty();
        if (digest.isPresent() && delivery.whole() && !Macs.same(digest.get(), Macs.digestHex(delivery.body()))) {
            return say(
                    Finding.BODY_CHANGED,
                    "The signature is right, but the body is not the one whose digest the URL holds (bodySHA256).");
        }
        if (signature.signedAt() != null) {
            Duration apart = Duration.between(signature.signedAt(), delivery.at());
            if (apart.abs().compareTo(tolerance) > 0) {
                return say(
                        Finding.OUTSIDE_TOLERANCE,
                        "The signature is right, but it was made " + words(apart.abs())
                                + (apart.isNegative() ? " after" : " before")
                                + " the request came. Services refuse what is more than " + words(tolerance)
                                + " apart: send it again with a new signature, or look at the clocks.");
            }
        }
        return place == 0
                ? say(Finding.VALID, "Made with " + named(keys.getFirst()) + ".")
                : say(
                        Finding.OLD_SECRET,
                        "The signature is right, but made with " + named(keys.get(place)) + " and not with the newest, "
                                + named(keys.getFirst()) + ": " + title() + " does not use that one yet.");
    }

    private Verdict wrong(Signature signature) {
        if (delivery.isRedacted()) {
            return say(
                    Finding.BODY_REDACTED,
                    "Something in the body or the URL was redacted before it was recorded, so what was signed is not there"
                            + " any more.");
        }
        if (scheme instanceof TwilioScheme) {
            for (Delivery other : TwilioScheme.variants(delivery)) {
                if (keys.stream().anyMatch(key -> makes(key, other, signature))) {
                    return say(
                            Finding.OTHER_URL,
                            "The signature is right for " + start(other.url()) + "…, but the request came to "
                                    + start(delivery.url())
                                    + "…. Give Twilio the URL with the scheme and port that your service sees.");
                }
            }
        }
        String secrets = keys.size() == 1
                ? "The stored secret (" + named(keys.getFirst()) + ") does not make"
                : "None of the " + keys.size() + " stored secrets makes";
        return say(
                Finding.WRONG_SECRET,
                secrets + " this signature: " + title()
                        + " signs with another one, or somebody changed the body on its way. The whole body was recorded."
                        + (scheme instanceof TwilioScheme
                                ? " The URL counts too: it must be the one that Twilio was given."
                                : ""));
    }

    /** Scheme, host and port: what is after them may be nobody's business. */
    private static String start(String url) {
        int path = url.indexOf('/', url.indexOf("://") + "://".length());
        return path < 0 ? url : url.substring(0, path);
    }

    private static String named(Key key) {
        return key.name().isEmpty() ? "the secret without a name" : "the secret " + key.name();
    }

    private static String words(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
            return duration.toSeconds() + " s";
        }
        return duration.compareTo(Duration.ofHours(2)) < 0
                ? duration.toMinutes() + " min"
                : duration.compareTo(Duration.ofDays(2)) < 0 ? duration.toHours() + " h" : duration.toDays() + " days";
    }

    private String title() {
        return scheme.provider().title();
    }

    private Verdict say(Finding finding, String sentence) {
        return new Verdict(scheme.provider(), finding, sentence);
    }
}
