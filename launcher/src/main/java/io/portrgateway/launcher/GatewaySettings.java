package io.portrgateway.launcher;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What one run is made of. Immutable.
 *
 * @param home directory with the built modules
 * @param data where the database, keys and logs are kept
 * @param bindAddress where dashboard, HTTP, SSH and TCP tunnels listen
 * @param domain tunnels appear as {@code <name>.<domain>}
 * @param email the first administrator
 * @param environment the variables this process was started with; the servers get them too
 */
record GatewaySettings(
        Path home,
        Path data,
        InetAddress bindAddress,
        Ports ports,
        String domain,
        String email,
        Map<String, String> environment) {

    GatewaySettings {
        environment = Map.copyOf(environment);
    }

    /** The user's own database, where one is given. */
    Optional<Database> externalDatabase() throws StartException {
        String url = environment.getOrDefault("PORTR_DB_URL", "").strip();
        return url.isEmpty() ? Optional.empty() : Optional.of(Database.external(url));
    }

    URI adminReadiness() {
        return URI.create("http://127.0.0.1:" + ports.adminOps() + "/actuator/health/readiness");
    }

    URI tunnelReadiness() {
        return URI.create("http://127.0.0.1:" + ports.ops() + "/readyz");
    }

    /** Dashboard and API as a browser on this machine reaches them. */
    String serverUrl() {
        return "http://" + domain + ":" + ports.admin();
    }

    /** {@code host:port} before which a tunnel's name is put. */
    String tunnelHost() {
        return domain + ":" + ports.http();
    }
}
