package io.portrgateway.admin.settings;

import java.time.Duration;

/**
 * How signatures of webhooks are checked. Immutable.
 *
 * @param secretsPerMember most secrets that a member may store in a team
 * @param tolerance how far the time of a signature may be from that of its request
 */
public record WebhookSettings(int secretsPerMember, Duration tolerance) {

    static WebhookSettings read(Settings settings) {
        return new WebhookSettings(
                settings.integer(
                        "PORTR_WEBHOOK_SECRETS",
                        50,
                        0,
                        10_000,
                        "Most webhook secrets that a member may store in a team"),
                settings.duration(
                        "PORTR_WEBHOOK_TOLERANCE",
                        "5m",
                        Duration.ofSeconds(1),
                        Duration.ofDays(1),
                        "How far the time in a webhook's signature may be from that of the request; services of Stripe, Slack and"
                                + " Standard Webhooks allow 5m"));
    }
}
