package io.portrgateway.admin.webhook;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who signs webhooks, each in their own way. */
public enum Provider {
    GITHUB("GitHub", "The secret of the webhook, as you typed it in the repository’s settings."),
    STRIPE("Stripe", "The endpoint’s signing secret, whsec_…, from the dashboard or from stripe listen."),
    SLACK("Slack", "The app’s signing secret, under Basic Information."),
    SHOPIFY("Shopify", "The app’s client secret, or the key shown below the webhooks in the admin."),
    TWILIO("Twilio", "The account’s auth token."),
    STANDARD(
            "Standard Webhooks",
            "The endpoint’s secret, whsec_…: of Svix and everybody who follows standardwebhooks.com.");

    private final String title;
    private final String hint;

    Provider(String title, String hint) {
        this.title = title;
        this.hint = hint;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** Which of the provider's secrets is meant. */
    public String hint() {
        return hint;
    }

    /** As forms, the API and the database name it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The provider of this code. */
    public static Optional<Provider> of(String code) {
        return Arrays.stream(values())
                .filter(provider -> provider.code().equals(code))
                .findFirst();
    }
}
