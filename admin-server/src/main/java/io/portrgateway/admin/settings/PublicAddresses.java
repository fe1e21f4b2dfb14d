package io.portrgateway.admin.settings;

import java.net.URI;
import java.util.Locale;

/**
 * How the outside reaches the gateway. Immutable.
 *
 * @param server dashboard and API, with scheme and without trailing slash
 * @param ssh {@code host:port} of the SSH side
 * @param tunnelHost {@code host[:port]} under which tunnels appear, one label before it
 * @param tunnelHostConfigured whether it was set, and not derived
 * @param localhost whether clients shall use plain http, as a gateway on the own machine needs
 */
public record PublicAddresses(
        URI server, String ssh, String tunnelHost, boolean tunnelHostConfigured, boolean localhost) {

    static PublicAddresses read(Settings settings, int adminPort) {
        String domain = settings.text(
                        "PORTR_DOMAIN",
                        "localhost:8001",
                        "Base domain: tunnels are served as <name>.<domain>; with the public port where it is not the"
                                + " scheme's own")
                .toLowerCase(Locale.ROOT);
        URI server = settings.parsed(
                "PORTR_SERVER_URL",
                "http://localhost:" + adminPort,
                "an http:// or https:// URL, or a host name",
                AdminSettings::httpUrl,
                "URL of dashboard and API as members and clients reach it; without scheme, https is meant");
        String ssh = settings.parsed(
                "PORTR_SSH_URL",
                "localhost:2222",
                "host:port",
                PublicAddresses::hostAndPort,
                "host:port of the SSH side");
        int proxyPort = settings.integer("PORTR_PROXY_PORT", 8001, 0, 65535, "Port of tunnel-server's HTTP side");
        boolean localhost = settings.flag(
                "PORTR_TUNNEL_USE_LOCALHOST", false, "Clients use plain http, even if PORTR_SERVER_URL says https");
        boolean plain = localhost || "http".equals(server.getScheme());
        // without TLS in front it is tunnel-server's own port that visitors use
        String derived = plain && domain.indexOf(':') < 0 ? domain + ":" + proxyPort : domain;
        String configured = settings.optionalText(
                        "PORTR_TUNNEL_URL",
                        "host[:port] before which clients put a tunnel's name; PORTR_DOMAIN when unset")
                .map(text -> text.replaceFirst("^https?://", "").replaceAll("/+$", ""))
                .orElse("");
        return new PublicAddresses(
                server, ssh, configured.isEmpty() ? derived : configured, !configured.isEmpty(), plain);
    }

    /** {@code host[:port]} of the API, as the client's configuration wants it. */
    public String serverHost() {
        return server.getRawAuthority();
    }

    /** Whether members reach the dashboard by https, so that cookies can insist on it. */
    public boolean isSecure() {
        return "https".equals(server.getScheme());
    }

    /** Host name of the SSH side. */
    public String sshHost() {
        return ssh.substring(0, ssh.lastIndexOf(':'));
    }

    /** Port of the SSH side. */
    public String sshPort() {
        return ssh.substring(ssh.lastIndexOf(':') + 1);
    }

    /** The public URL of an HTTP tunnel. */
    public String tunnelUrl(String subdomain) {
        return (localhost ? "http://" : "https://") + subdomain + "." + tunnelHost;
    }

    /** {@code host:port} of a TCP tunnel. */
    public String tunnelAddress(int port) {
        return tunnelHost.replaceFirst(":\\d+$", "") + ":" + port;
    }

    private static String hostAndPort(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || text.contains("/") || text.contains("@")) {
            throw new IllegalArgumentException(text);
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}
