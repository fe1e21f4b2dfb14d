package io.portrgateway.admin.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.webhook.Check.Key;
import io.portrgateway.admin.webhook.Verdict.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is said of signatures. The values of GitHub, Slack, Twilio and Standard Webhooks are those that the providers publish
 * (documentation and SDK tests); those of Stripe and Shopify, which publish none, were made with Python's {@code hmac}.
 */
class CheckTest {

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final String SLACK_BODY = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
            + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J"
            + "%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    private static final String TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2";
    private static final String TWILIO_BODY =
            "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    private static final String JSON_BODY = "{\"property\": \"value\", \"boolean\": true}";
    private static final String JSON_DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

    /** A delivery as the provider's documentation has it, and the secret that it was signed with. */
    private record Sample(Delivery delivery, String secret) {}

    private static final Map<Provider, Sample> SAMPLES = Map.of(
            Provider.GITHUB,
            sample(
                    "It's a Secret to Everybody",
                    0,
                    "Hello, World!",
                    "X-GitHub-Event",
                    "push",
                    "X-Hub-Signature-256",
                    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            Provider.STRIPE,
            sample(
                    "whsec_test_secret",
                    1492774577,
                    "{\"id\":\"evt_1\"}",
                    "Stripe-Signature",
                    "t=1492774577,v1=799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f,v0=00"),
            Provider.SLACK,
            sample(
                    "8f742231b10e8888abcd99yyyzzz85a5",
                    1531420618,
                    SLACK_BODY,
                    "X-Slack-Request-Timestamp",
                    "1531420618",
                    "X-Slack-Signature",
                    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
            Provider.SHOPIFY,
            sample(
                    "hush",
                    0,
                    "{\"id\":1}",
                    "X-Shopify-Topic",
                    "orders/create",
                    "X-Shopify-Hmac-Sha256",
                    "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="),
            Provider.TWILIO,
            sample(
                    "12345",
                    0,
                    TWILIO_BODY,
                    "Content-Type",
                    "application/x-www-form-urlencoded; charset=UTF-8",
                    "X-Twilio-Signature",
                    "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            Provider.STANDARD,
            sample(
                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    1614265330,
                    "{\"test\": 2432232314}",
                    "svix-id",
                    "msg_p5jXN8AQM9LWM0D4loKWxJek",
                    "svix-timestamp",
                    "1614265330",
                    "svix-signature",
                    "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

    private static Sample sample(String secret, long signedAt, String body, String... headers) {
        List<HeaderField> fields = new ArrayList<>();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(new HeaderField(headers[i], headers[i + 1]));
        }
        return new Sample(
                new Delivery(TWILIO_URL, fields, body.getBytes(UTF_8), true, Instant.ofEpochSecond(signedAt)), secret);
    }

    private static Sample of(Provider provider) {
        Sample sample = SAMPLES.get(provider);
        assertThat(sample).isNotNull();
        return sample;
    }

    private static Verdict check(Delivery delivery, String... secrets) {
        List<Key> keys = new ArrayList<>();
        for (String secret : secrets) {
            keys.add(new Key("key " + (keys.size() + 1), secret));
        }
        return Check.of(Schemes.of(delivery).orElseThrow(), delivery, keys, TOLERANCE);
    }

    private static Delivery with(Delivery delivery, String header, String value) {
        List<HeaderField> headers = delivery.headers().stream()
                .map(field -> field.isNamed(header) ? new HeaderField(field.name(), value) : field)
                .toList();
        return new Delivery(delivery.url(), headers, delivery.body(), delivery.whole(), delivery.at());
    }

    private static Delivery without(Delivery delivery, String header) {
        List<HeaderField> headers = delivery.headers().stream()
                .filter(field -> !field.isNamed(header))
                .toList();
        return new Delivery(delivery.url(), headers, delivery.body(), delivery.whole(), delivery.at());
    }

    private static Delivery body(Delivery delivery, String body, boolean whole) {
        return new Delivery(delivery.url(), delivery.headers(), body.getBytes(UTF_8), whole, delivery.at());
    }

    private static Delivery url(Delivery delivery, String url) {
        return new Delivery(url, delivery.headers(), delivery.body(), delivery.whole(), delivery.at());
    }

    private static Delivery at(Delivery delivery, Instant at) {
        return new Delivery(delivery.url(), delivery.headers(), delivery.body(), delivery.whole(), at);
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void findsTheProvidersOwnExamplesRight(Provider provider) {
        Sample sample = of(provider);

        Verdict verdict = check(sample.delivery(), sample.secret());

        assertThat(verdict).isEqualTo(new Verdict(provider, Finding.VALID, "Made with the secret key 1."));
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void makesASignatureThatIsRight(Provider provider) {
        Sample sample = of(provider);
        Instant now = Instant.parse("2026-03-31T08:00:00Z");
        Delivery changed = at(body(sample.delivery(), "{\"edited\":true}", true), now);

        List<HeaderField> signed =
                Webhooks.replaced(changed.headers(), Schemes.of(provider).sign(changed, sample.secret(), now));

        Delivery again = new Delivery(changed.url(), signed, changed.body(), true, now);
        assertThat(check(changed, sample.secret()).finding()).isNotEqualTo(Finding.VALID);
        assertThat(check(again, sample.secret()).finding()).isEqualTo(Finding.VALID);
        assertThat(signed).hasSameSizeAs(changed.headers());
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void saysWhyASignatureIsNotRight(Provider provider) {
        Sample sample = of(provider);
        Delivery delivery = sample.delivery();
        String other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

        assertThat(check(delivery).finding()).isEqualTo(Finding.NO_SECRET);
        assertThat(check(delivery, other).finding()).isEqualTo(Finding.WRONG_SECRET);
        assertThat(check(delivery, other, sample.secret()).finding()).isEqualTo(Finding.OLD_SECRET);
        assertThat(check(body(delivery, "Hell", false), sample.secret()).finding())
                .isEqualTo(Finding.BODY_CUT);
        assertThat(check(body(delivery, "", false), sample.secret()).finding()).isEqualTo(Finding.BODY_NOT_RECORDED);
        assertThat(check(body(delivery, "a=[redacted]", true), sample.secret()).finding())
                .isEqualTo(Finding.BODY_REDACTED);
        assertThat(check(body(delivery, "changed=1", true), sample.secret()).finding())
                .isEqualTo(Finding.WRONG_SECRET);
        String header = signatureHeader(provider);
        assertThat(check(with(delivery, header, "nonsense"), sample.secret()).finding())
                .isEqualTo(Finding.HEADER_MALFORMED);
        assertThat(check(with(delivery, header, "[redacted]"), sample.secret()).sentence())
                .contains(header)
                .contains("redacted");
    }

    private static String signatureHeader(Provider provider) {
        return switch (provider) {
            case GITHUB -> "X-Hub-Signature-256";
            case STRIPE -> "Stripe-Signature";
            case SLACK -> "X-Slack-Signature";
            case SHOPIFY -> "X-Shopify-Hmac-Sha256";
            case TWILIO -> "X-Twilio-Signature";
            case STANDARD -> "svix-signature";
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"STRIPE", "SLACK", "STANDARD"})
    void comparesTheTimeWithThatOfTheRequest(Provider provider) {
        Sample sample = of(provider);
        Instant signed = sample.delivery().at();

        Verdict late = check(at(sample.delivery(), signed.plusSeconds(301)), sample.secret());
        Verdict early = check(at(sample.delivery(), signed.minusSeconds(3_600)), sample.secret());

        assertThat(check(at(sample.delivery(), signed.plusSeconds(300)), sample.secret())
                        .finding())
                .isEqualTo(Finding.VALID);
        assertThat(late.finding()).isEqualTo(Finding.OUTSIDE_TOLERANCE);
        assertThat(late.sentence()).contains("made 5 min before the request came");
        assertThat(early.sentence()).contains("made 60 min after the request came");
    }

    @Test
    void saysWhenAProviderDidNotSign() {
        Verdict verdict = check(without(of(Provider.GITHUB).delivery(), "X-Hub-Signature-256"), "x");

        assertThat(verdict.finding()).isEqualTo(Finding.HEADER_MISSING);
        assertThat(verdict.sentence()).contains("when the webhook has a secret");
        assertThat(check(without(of(Provider.SLACK).delivery(), "X-Slack-Request-Timestamp"), "x")
                        .finding())
                .isEqualTo(Finding.HEADER_MISSING);
        assertThat(check(with(of(Provider.SLACK).delivery(), "X-Slack-Request-Timestamp", "now"), "x")
                        .finding())
                .isEqualTo(Finding.HEADER_MALFORMED);
        assertThat(check(with(of(Provider.STANDARD).delivery(), "svix-signature", "v1a,AAAA"), "x")
                        .sentence())
                .contains("public key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://mycompany.com/myapp.php?foo=1&bar=2",
                "https://mycompany.com:443/myapp.php?foo=1&bar=2",
                "http://mycompany.com:8080/myapp.php?foo=1&bar=2"
            })
    void knowsWhenTwilioWasGivenAnotherUrl(String seen) {
        Sample sample = of(Provider.TWILIO);

        Verdict verdict = check(url(sample.delivery(), seen), sample.secret());

        assertThat(verdict.finding()).isEqualTo(Finding.OTHER_URL);
        assertThat(verdict.sentence()).contains("right for https://mycompany.com…");
        assertThat(check(url(sample.delivery(), "https://mycompany.com/other"), sample.secret())
                        .finding())
                .isEqualTo(Finding.WRONG_SECRET);
    }

    @Test
    void checksTheBodyThatTwilioPutsIntoTheUrl() {
        Sample sample = sample(
                "12345",
                0,
                JSON_BODY,
                "Content-Type",
                "application/json",
                "X-Twilio-Signature",
                "a9nBmqA0ju/hNViExpshrM61xv4=");
        Delivery delivery = url(sample.delivery(), TWILIO_URL + "&bodySHA256=" + JSON_DIGEST);

        assertThat(check(delivery, "12345").finding()).isEqualTo(Finding.VALID);
        assertThat(check(body(delivery, "{}", true), "12345").finding()).isEqualTo(Finding.BODY_CHANGED);
        assertThat(check(body(delivery, "{", false), "12345").finding()).isEqualTo(Finding.VALID);
    }

    @Test
    void leavesOtherRequestsAlone() {
        Delivery plain = new Delivery(
                TWILIO_URL, List.of(new HeaderField("Content-Type", "text/plain")), new byte[0], true, Instant.EPOCH);

        assertThat(Schemes.of(plain)).isEmpty();
    }

    @Test
    void putsNewHeadersWhereTheOldOnesStood() {
        List<HeaderField> headers = List.of(
                new HeaderField("A", "1"),
                new HeaderField("x-signature", "old"),
                new HeaderField("B", "2"),
                new HeaderField("X-Signature", "older"));

        List<HeaderField> replaced = Webhooks.replaced(
                headers, List.of(new HeaderField("X-Signature", "new"), new HeaderField("X-Time", "7")));

        assertThat(replaced)
                .containsExactly(
                        new HeaderField("A", "1"),
                        new HeaderField("x-signature", "new"),
                        new HeaderField("B", "2"),
                        new HeaderField("X-Time", "7"));
    }
}
