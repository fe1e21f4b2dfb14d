package io.portrgateway.admin.webhook;

import java.util.List;
import java.util.Optional;

/** All schemes. Stateless. */
final class Schemes {

    /** In the order in which they are tried: the ones with the most telling headers first. */
    private static final List<Scheme> ALL = List.of(
            new GitHubScheme(),
            new StripeScheme(),
            new SlackScheme(),
            new ShopifyScheme(),
            new TwilioScheme(),
            new StandardScheme());

    private Schemes() {}

    static Scheme of(Provider provider) {
        return ALL.stream()
                .filter(scheme -> scheme.provider() == provider)
                .findFirst()
                .orElseThrow();
    }

    /** Whose webhook this is, by its headers. */
    static Optional<Scheme> of(Delivery delivery) {
        return ALL.stream().filter(scheme -> scheme.sent(delivery)).findFirst();
    }
}
