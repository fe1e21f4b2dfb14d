package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code Stripe-Signature: t=time,v1=MAC}, of time, a dot and the body; several {@code v1} while a secret is replaced. */
record StripeScheme() implements Scheme {

    private static final String HEADER = "Stripe-Signature";

    @Override
    public Provider provider() {
        return Provider.STRIPE;
    }

    @Override
    public boolean sent(Delivery delivery) {
        return delivery.has(HEADER);
    }

    @Override
    public Signature read(Delivery delivery) throws Unreadable {
        String value = Scheme.needed(delivery, HEADER, "Stripe sends it with every event.");
        @Nullable Instant time = null;
        List<String> signatures = new ArrayList<>();
        for (String part : value.split(",")) {
            String item = part.strip();
            if (item.startsWith("t=")) {
                time = Scheme.time(HEADER, item.substring("t=".length()));
            } else if (item.startsWith("v1=")) {
                signatures.add(item.substring("v1=".length()));
            }
        }
        if (time == null || signatures.isEmpty()) {
            throw Unreadable.malformed(HEADER + " is malformed (expected: t= with a time, and v1= with a signature).");
        }
        return new Signature(HEADER, signatures, time);
    }

    @Override
    public String make(Delivery delivery, Signature signature, String secret) {
        Instant time = signature.signedAt() == null ? Instant.EPOCH : signature.signedAt();
        return Macs.hex(
                Macs.sha256(Macs.utf8(secret.strip()), Macs.utf8(time.getEpochSecond() + "."), delivery.body()));
    }

    @Override
    public Optional<String> problem(String secret) {
        return secret.startsWith("sk_") || secret.startsWith("pk_") || secret.startsWith("rk_")
                ? Optional.of("This is an API key of Stripe. The endpoint’s signing secret begins with whsec_.")
                : Optional.empty();
    }

    @Override
    public List<HeaderField> sign(Delivery delivery, String secret, Instant now) {
        String made = make(delivery, new Signature(HEADER, List.of(), now), secret);
        return List.of(new HeaderField(HEADER, "t=" + now.getEpochSecond() + ",v1=" + made));
    }
}
