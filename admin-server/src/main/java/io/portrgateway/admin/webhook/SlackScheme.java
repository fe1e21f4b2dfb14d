package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** {@code X-Slack-Signature: v0=MAC} of {@code v0:time:body}, and the time in a header of its own. */
record SlackScheme() implements Scheme {

    private static final String HEADER = "X-Slack-Signature";
    private static final String TIME = "X-Slack-Request-Timestamp";
    private static final Pattern FORM = Pattern.compile("v0=[0-9a-f]{64}");

    @Override
    public Provider provider() {
        return Provider.SLACK;
    }

    @Override
    public boolean sent(Delivery delivery) {
        return delivery.has(HEADER) || delivery.has(TIME);
    }

    @Override
    public Signature read(Delivery delivery) throws Unreadable {
        String value = Scheme.needed(delivery, HEADER, "Slack sends it with every request.");
        String time = Scheme.needed(delivery, TIME, "Slack sends it with every request.");
        if (!FORM.matcher(value).matches()) {
            throw Unreadable.malformed(HEADER + " is malformed (expected: v0= and 64 hex digits).");
        }
        return new Signature(HEADER, List.of(value), Scheme.time(TIME, time));
    }

    @Override
    public String make(Delivery delivery, Signature signature, String secret) {
        Instant time = signature.signedAt() == null ? Instant.EPOCH : signature.signedAt();
        return "v0="
                + Macs.hex(Macs.sha256(
                        Macs.utf8(secret.strip()), Macs.utf8("v0:" + time.getEpochSecond() + ":"), delivery.body()));
    }

    @Override
    public List<HeaderField> sign(Delivery delivery, String secret, Instant now) {
        return List.of(
                new HeaderField(TIME, Long.toString(now.getEpochSecond())),
                new HeaderField(HEADER, make(delivery, new Signature(HEADER, List.of(), now), secret)));
    }
}
