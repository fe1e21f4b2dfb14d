package io.portrgateway.admin.webhook;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Signature.Unreadable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code X-Twilio-Signature}: the MAC, with SHA-1, of the URL and the form's fields in the order of their names; of the URL alone
 * when its parameter {@code bodySHA256} says what the body is.
 */
record TwilioScheme() implements Scheme {

    private static final String HEADER = "X-Twilio-Signature";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9+/]{27}=");
    private static final Pattern BODY_DIGEST = Pattern.compile("[?&]bodySHA256=([0-9a-fA-F]{64})(?:&|$)");
    private static final Pattern URL = Pattern.compile("(https?)://([^/:?#]+)(?::(\\d+))?(.*)");

    @Override
    public Provider provider() {
        return Provider.TWILIO;
    }

    @Override
    public boolean sent(Delivery delivery) {
        return delivery.has(HEADER);
    }

    @Override
    public Signature read(Delivery delivery) throws Unreadable {
        String value = Scheme.needed(delivery, HEADER, "Twilio sends it with every request.");
        if (!FORM.matcher(value).matches()) {
            throw Unreadable.malformed(HEADER + " is malformed (expected: 20 bytes as base64).");
        }
        return new Signature(HEADER, List.of(value), null);
    }

    @Override
    public String make(Delivery delivery, Signature signature, String secret) {
        StringBuilder signed = new StringBuilder(delivery.url());
        if (digest(delivery).isEmpty()) {
            fields(delivery).forEach(field -> signed.append(field.getKey()).append(field.getValue()));
        }
        return Macs.base64(Macs.sha1(Macs.utf8(secret.strip()), Macs.utf8(signed.toString())));
    }

    @Override
    public boolean coversBody(Delivery delivery) {
        return digest(delivery).isEmpty();
    }

    /** What the URL says that the body's digest is. */
    static Optional<String> digest(Delivery delivery) {
        Matcher found = BODY_DIGEST.matcher(delivery.url());
        return found.find() ? Optional.of(found.group(1).toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    /** Each field once, by name and value. */
    private static List<Map.Entry<String, String>> fields(Delivery delivery) {
        boolean form = delivery.header("Content-Type")
                .map(type -> type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded"))
                .orElse(false);
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        if (form) {
            for (String part : new String(delivery.body(), StandardCharsets.UTF_8).split("&")) {
                int equals = part.indexOf('=');
                if (!part.isEmpty()) {
                    fields.add(Map.entry(
                            decoded(equals < 0 ? part : part.substring(0, equals)),
                            equals < 0 ? "" : decoded(part.substring(equals + 1))));
                }
            }
        }
        fields.sort(
                Map.Entry.<String, String>comparingByKey().thenComparing(Comparator.comparing(Map.Entry::getValue)));
        return fields.stream().distinct().toList();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /** The same with other URLs that may be the one Twilio was told: with and without the port, and with the other scheme. */
    static List<Delivery> variants(Delivery delivery) {
        Matcher url = URL.matcher(delivery.url());
        if (!url.matches()) {
            return List.of();
        }
        List<Delivery> variants = new ArrayList<>();
        for (String scheme : List.of(url.group(1), url.group(1).equals("https") ? "http" : "https")) {
            String usual = scheme.equals("https") ? ":443" : ":80";
            List<String> ports = url.group(3) == null ? List.of("", usual) : List.of(":" + url.group(3), "", usual);
            for (String port : ports) {
                String other = scheme + "://" + url.group(2) + port + url.group(4);
                if (!other.equals(delivery.url())) {
                    variants.add(
                            new Delivery(other, delivery.headers(), delivery.body(), delivery.whole(), delivery.at()));
                }
            }
        }
        return variants;
    }

    @Override
    public List<HeaderField> sign(Delivery delivery, String secret, Instant now) {
        return List.of(new HeaderField(HEADER, make(delivery, new Signature(HEADER, List.of(), null), secret)));
    }
}
