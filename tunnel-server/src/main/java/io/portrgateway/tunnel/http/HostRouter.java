package io.portrgateway.tunnel.http;

import io.portrgateway.tunnel.config.HttpConfig;
import io.portrgateway.tunnel.registry.Hostname;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the one label of a tunnel out of a request's authority: case does not matter, a port is ignored, and there is
 * exactly one label under the gateway's domain (portr-protocol 4.1). Immutable.
 */
final class HostRouter {

    private static final String LOCALHOST = "localhost";
    private static final int LONGEST_HOST = 260;

    private final String domain;
    private final boolean alsoLocalhost;

    HostRouter(HttpConfig.Routing routing) {
        this.domain = routing.domain();
        this.alsoLocalhost = routing.alsoLocalhost();
    }

    /** The tunnel's name, or nothing for the domain itself and for hosts that cannot be tunnels. */
    Optional<Hostname> hostname(String authority) {
        if (authority.length() > LONGEST_HOST) {
            return Optional.empty();
        }
        String host = withoutPort(authority).toLowerCase(Locale.ROOT);
        int dot = host.indexOf('.');
        if (dot <= 0) {
            return Optional.empty();
        }
        String parent = host.substring(dot + 1);
        if (!parent.equals(domain) && !(alsoLocalhost && parent.equals(LOCALHOST))) {
            return Optional.empty();
        }
        return Hostname.parse(host.substring(0, dot));
    }

    /** Whether the port, if any, is one to five digits; an empty port is allowed by RFC 3986. */
    static boolean isWellFormed(String authority) {
        int colon =
                authority.startsWith("[") ? authority.indexOf(':', authority.indexOf(']') + 1) : authority.indexOf(':');
        if (colon == 0) {
            return false;
        }
        if (colon < 0) {
            return true;
        }
        if (authority.length() - colon > 6) {
            return false;
        }
        for (int i = colon + 1; i < authority.length(); i++) {
            if (authority.charAt(i) < '0' || authority.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    static String withoutPort(String authority) {
        int colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }
}
