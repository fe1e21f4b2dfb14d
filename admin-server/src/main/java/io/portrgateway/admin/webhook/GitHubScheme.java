package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** {@code X-Hub-Signature-256: sha256=} and the MAC of the body as hex. */
record GitHubScheme() implements Scheme {

    private static final String HEADER = "X-Hub-Signature-256";
    private static final Pattern FORM = Pattern.compile("sha256=[0-9a-f]{64}");

    @Override
    public Provider provider() {
        return Provider.GITHUB;
    }

    @Override
    public boolean sent(Delivery delivery) {
        return delivery.has(HEADER) || delivery.has("X-GitHub-Event");
    }

    @Override
    public Signature read(Delivery delivery) throws Unreadable {
        String value = Scheme.needed(delivery, HEADER, "GitHub sends it when the webhook has a secret.");
        if (!FORM.matcher(value).matches()) {
            throw Unreadable.malformed(HEADER + " is malformed (expected: sha256= and 64 hex digits).");
        }
        return new Signature(HEADER, List.of(value), null);
    }

    @Override
    public String make(Delivery delivery, Signature signature, String secret) {
        return "sha256=" + Macs.hex(Macs.sha256(Macs.utf8(secret), delivery.body()));
    }

    @Override
    public List<HeaderField> sign(Delivery delivery, String secret, Instant now) {
        return List.of(new HeaderField(HEADER, make(delivery, new Signature(HEADER, List.of(), null), secret)));
    }
}
