package io.portrgateway.tunnel.ssh;

import io.portrgateway.tunnel.config.PublicUrls;
import io.portrgateway.tunnel.registry.Binding;
import io.portrgateway.tunnel.registry.Hostname;
import io.portrgateway.tunnel.registry.HttpBinding;
import io.portrgateway.tunnel.registry.LoginResult;
import io.portrgateway.tunnel.registry.TcpBinding;
import io.portrgateway.tunnel.registry.TunnelId;
import io.portrgateway.tunnel.registry.TunnelKind;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** What a client means by a bind address and a port (portr-protocol 3.5; issue section 4 for plain SSH). */
sealed interface ForwardTarget {

    /** A tunnel that was reserved through the API. */
    record Reserved(TunnelId tunnelId, Binding binding) implements ForwardTarget {}

    /** A tunnel that a plain SSH client names itself. */
    record Named(Binding binding) implements ForwardTarget {}

    /** Any free port of the pool. */
    record AnyPort() implements ForwardTarget {}

    /** Nothing that can be had; {@code message} is for the person at the client. */
    record Nothing(String message) implements ForwardTarget {}

    /** For portr the connection decides; the port of an http one is a mere identifier. */
    static ForwardTarget ofPortr(LoginResult.PortrClient client, ForwardRequest request) {
        if (!request.isAnyAddress() || request.port() == 0) {
            return new Nothing("a portr client asks for 0.0.0.0 and a port of its own");
        }
        if (client.kind() == TunnelKind.TCP) {
            return new Reserved(client.tunnelId(), new TcpBinding(request.port()));
        }
        return client.hostname()
                .<ForwardTarget>map(name -> new Reserved(client.tunnelId(), new HttpBinding(name)))
                .orElseGet(() -> new Nothing("the connection has no subdomain"));
    }

    /** For plain SSH the bind address is the name, and without a name the port decides. */
    static ForwardTarget ofSsh(ForwardRequest request, PublicUrls urls) {
        if (!request.isAnyAddress()) {
            return label(request.address(), urls)
                    .<ForwardTarget>map(name -> new Named(new HttpBinding(name)))
                    .orElseGet(() -> new Nothing("\"" + request.address()
                            + "\" is no name for a tunnel (expected: 1-63 of a-z, 0-9 and -, no - at either end)"));
        }
        return switch (request.port()) {
            case 0 -> new AnyPort();
            case 80, 443 -> new Named(new HttpBinding(randomName()));
            default -> new Named(new TcpBinding(request.port()));
        };
    }

    /** {@code app} and {@code app.<domain>} name the same tunnel. */
    private static Optional<Hostname> label(String address, PublicUrls urls) {
        String name = address.toLowerCase(Locale.ROOT);
        String suffix = "." + urls.host();
        return Hostname.parse(name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name);
    }

    /** As portr's own default: six lower-case letters. */
    private static Hostname randomName() {
        StringBuilder name = new StringBuilder();
        ThreadLocalRandom.current().ints(6, 'a', 'z' + 1).forEach(letter -> name.append((char) letter));
        return new Hostname(name.toString());
    }
}
