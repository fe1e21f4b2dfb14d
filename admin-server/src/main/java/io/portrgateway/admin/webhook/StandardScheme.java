package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Standard Webhooks, and Svix from which it came: {@code webhook-id}, {@code -timestamp} and {@code -signature} (or
 * {@code svix-}…), the last a list of {@code v1,MAC} of {@code id.time.body}.
 */
record StandardScheme() implements Scheme {

    private static final String PREFIX = "whsec_";
    private static final String VERSION = "v1,";

    @Override
    public Provider provider() {
        return Provider.STANDARD;
    }

    @Override
    public boolean sent(Delivery delivery) {
        return delivery.has("webhook-signature")
                || delivery.has("svix-signature")
                || delivery.has("webhook-id")
                || delivery.has("svix-id");
    }

    private static String family(Delivery delivery) {
        return delivery.has("svix-signature") || delivery.has("svix-id") ? "svix-" : "webhook-";
    }

    @Override
    public Signature read(Delivery delivery) throws Unreadable {
        String family = family(delivery);
        String hint = "Every webhook of this kind has it.";
        String value = Scheme.needed(delivery, family + "signature", hint);
        String time = Scheme.needed(delivery, family + "timestamp", hint);
        Scheme.needed(delivery, family + "id", hint);
        List<String> signatures = Arrays.stream(value.split("\\s+"))
                .filter(one -> one.startsWith(VERSION))
                .toList();
        if (signatures.isEmpty()) {
            throw Unreadable.malformed(
                    value.contains("v1a,")
                            ? family
                                    + "signature holds only signatures by public key (v1a), which are not checked here."
                            : family + "signature is malformed (expected: v1, and 32 bytes as base64).");
        }
        return new Signature(family + "signature", signatures, Scheme.time(family + "timestamp", time));
    }

    @Override
    public String make(Delivery delivery, Signature signature, String secret) {
        Instant time = signature.signedAt() == null ? Instant.EPOCH : signature.signedAt();
        String id = delivery.header(family(delivery) + "id").orElse("");
        return VERSION
                + Macs.base64(
                        Macs.sha256(key(secret), Macs.utf8(id + "." + time.getEpochSecond() + "."), delivery.body()));
    }

    private static byte[] key(String secret) {
        return Base64.getDecoder().decode(bare(secret));
    }

    private static String bare(String secret) {
        String clean = secret.strip();
        return clean.startsWith(PREFIX) ? clean.substring(PREFIX.length()) : clean;
    }

    @Override
    public Optional<String> problem(String secret) {
        try {
            return Base64.getDecoder().decode(bare(secret)).length > 0 ? Optional.empty() : Optional.of(expected());
        } catch (IllegalArgumentException wrong) {
            return Optional.of(expected());
        }
    }

    private static String expected() {
        return "Not a secret of this kind (expected: whsec_ and base64).";
    }

    @Override
    public List<HeaderField> sign(Delivery delivery, String secret, Instant now) {
        String family = family(delivery);
        return List.of(
                new HeaderField(family + "timestamp", Long.toString(now.getEpochSecond())),
                new HeaderField(family + "signature", make(delivery, new Signature(family, List.of(), now), secret)));
    }
}
