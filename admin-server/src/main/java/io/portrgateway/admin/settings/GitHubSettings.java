package io.portrgateway.admin.settings;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How to reach GitHub, and as which OAuth app. Immutable.
 *
 * @param web where people sign in, without trailing slash
 * @param api where the REST API is, without trailing slash; derived from {@code web}
 * @param timeout longest wait for one answer, body included
 */
public record GitHubSettings(String clientId, Secret clientSecret, URI web, URI api, Duration timeout) {

    private static final String ID = "PORTR_ADMIN_GITHUB_CLIENT_ID";
    private static final String SECRET = "PORTR_ADMIN_GITHUB_CLIENT_SECRET";
    private static final String URL = "PORTR_ADMIN_GITHUB_URL";

    static Optional<GitHubSettings> read(Settings settings) {
        Optional<String> id = settings.optionalText(
                ID,
                "Client id of the GitHub OAuth app by which people sign in; see docs/github.md. Needs the secret too");
        Optional<Secret> secret = settings.secret(SECRET, "Client secret of that OAuth app");
        URI web = settings.parsed(
                URL,
                "https://github.com",
                "an https:// URL without a path",
                GitHubSettings::webUrl,
                "Where GitHub is: another address for GitHub Enterprise Server or a *.ghe.com tenant");
        Duration timeout = settings.duration(
                "PORTR_ADMIN_GITHUB_TIMEOUT",
                "5s",
                Duration.ofMillis(100),
                Duration.ofMinutes(1),
                "Longest wait for one answer of GitHub");
        if (id.isPresent() && secret.isEmpty()) {
            settings.problem(SECRET, "not set (expected: set, because " + ID + " is; or neither)");
        }
        if (id.isEmpty() && secret.isPresent()) {
            settings.problem(ID, "not set (expected: set, because " + SECRET + " is; or neither)");
        }
        return id.flatMap(known -> secret.map(value -> new GitHubSettings(known, value, web, apiOf(web), timeout)));
    }

    /** Host name of the place where people sign in, for people. */
    public String host() {
        return web.getHost();
    }

    /** github.com and its tenants have the API on a host of its own, an Enterprise Server below a path. */
    private static URI apiOf(URI web) {
        String host = web.getHost().toLowerCase(Locale.ROOT);
        boolean cloud = host.equals("github.com") || host.endsWith(".ghe.com");
        return URI.create(cloud ? "https://api." + host : web + "/api/v3");
    }

    private static URI webUrl(String text) {
        URI uri = AdminSettings.httpUrl(text);
        boolean plainElsewhere = "http".equals(uri.getScheme()) && !isLoopback(uri.getHost());
        if (plainElsewhere || !uri.getRawPath().isEmpty() || uri.getRawFragment() != null) {
            // the secret and people's tokens go there: never without TLS
            throw new IllegalArgumentException(text);
        }
        return uri;
    }

    private static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return host.matches("[0-9.]+|\\[.*\\]")
                    && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException notAnAddress) {
            return false;
        }
    }
}
