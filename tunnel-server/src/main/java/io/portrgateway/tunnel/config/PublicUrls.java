package io.portrgateway.tunnel.config;

import java.util.Locale;

/**
 * How tunnels are reached from outside, for what people read. Immutable.
 *
 * @param scheme {@code http} or {@code https}
 * @param domain the base domain, in lower case, with the public port where it is not the scheme's own
 */
public record PublicUrls(String scheme, String domain) {

    /** Reads the base domain and the scheme. */
    public static PublicUrls read(Settings s) {
        String domain = s.text("PORTR_DOMAIN", "localhost:8001", "Base domain of the tunnels")
                .toLowerCase(Locale.ROOT);
        boolean useLocalhost =
                s.flag("PORTR_TUNNEL_USE_LOCALHOST", false, "Public URLs begin with http instead of https");
        return new PublicUrls(useLocalhost || isLocal(host(domain)) ? "http" : "https", domain);
    }

    /** The base domain without a port. */
    public String host() {
        return host(domain);
    }

    /** The URL of an HTTP tunnel. */
    public String http(String label) {
        return scheme + "://" + label + "." + domain;
    }

    /** The address of a TCP tunnel. */
    public String tcp(int port) {
        return "tcp://" + host() + ":" + port;
    }

    private static boolean isLocal(String host) {
        return host.equals("localhost") || host.endsWith(".localhost") || host.startsWith("127.");
    }

    private static String host(String domain) {
        int colon = domain.lastIndexOf(':');
        return colon < 0 ? domain : domain.substring(0, colon);
    }
}
