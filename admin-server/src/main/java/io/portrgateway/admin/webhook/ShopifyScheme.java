package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** {@code X-Shopify-Hmac-Sha256}: the MAC of the body as base64. */
record ShopifyScheme() implements Scheme {

    private static final String HEADER = "X-Shopify-Hmac-Sha256";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9+/]{43}=");

    @Override
    public Provider provider() {
        return Provider.SHOPIFY;
    }

    @Override
    public boolean sent(Delivery delivery) {
        return delivery.has(HEADER) || delivery.has("X-Shopify-Topic");
    }

    @Override
    public Signature read(Delivery delivery) throws Unreadable {
        String value = Scheme.needed(delivery, HEADER, "Shopify sends it with every webhook.");
        if (!FORM.matcher(value).matches()) {
            throw Unreadable.malformed(HEADER + " is malformed (expected: 32 bytes as base64).");
        }
        return new Signature(HEADER, List.of(value), null);
    }

    @Override
    public String make(Delivery delivery, Signature signature, String secret) {
        return Macs.base64(Macs.sha256(Macs.utf8(secret), delivery.body()));
    }

    @Override
    public List<HeaderField> sign(Delivery delivery, String secret, Instant now) {
        return List.of(new HeaderField(HEADER, make(delivery, new Signature(HEADER, List.of(), null), secret)));
    }
}
