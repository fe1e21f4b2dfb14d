package io.portrgateway.launcher;

import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * The environment variables of the two servers: what the user set, and over it what this run decides. Stateless.
 *
 * <p>Secrets travel in the environment of a process of the same user, never in a command line.
 */
final class ServerEnvironment {

    private ServerEnvironment() {}

    static Map<String, String> admin(
            GatewaySettings settings, DataDirectory data, Database database, Path bootstrapOutput)
            throws StartException {
        Map<String, String> variables = shared(settings, database.admin());
        variables.put("PORTR_DB_MIGRATION_URL", database.owner());
        variables.put("PORTR_AUTO_MIGRATE", "true");
        variables.put("PORTR_DB_ADMIN_ROLE", database.adminRole());
        variables.put("PORTR_DB_TUNNEL_ROLE", database.tunnelRole());
        variables.put("PORTR_ADMIN_PORT", Integer.toString(settings.ports().admin()));
        variables.put("PORTR_ADMIN_ADDRESS", settings.bindAddress().getHostAddress());
        variables.put("PORTR_ADMIN_OPS_PORT", Integer.toString(settings.ports().adminOps()));
        variables.put("PORTR_ADMIN_ENCRYPTION_KEY", data.secret("encryption-key", encryptionKey()));
        variables.put("PORTR_ADMIN_BOOTSTRAP_EMAIL", settings.email());
        variables.put("PORTR_ADMIN_BOOTSTRAP_OUTPUT", bootstrapOutput.toString());
        return variables;
    }

    static Map<String, String> tunnel(GatewaySettings settings, DataDirectory data, Database database)
            throws StartException {
        Map<String, String> variables = shared(settings, database.tunnel());
        String address = settings.bindAddress().getHostAddress();
        variables.put("PORTR_SSH_PORT", Integer.toString(settings.ports().ssh()));
        variables.put("PORTR_SSH_ADDRESS", address);
        variables.put("PORTR_HTTP_ADDRESS", address);
        variables.put("PORTR_TCP_ADDRESS", address);
        variables.put("PORTR_OPS_PORT", Integer.toString(settings.ports().ops()));
        // Nobody waits long for Ctrl-C on their own machine.
        variables.putIfAbsent("PORTR_SHUTDOWN_GRACE", "3s");
        variables.putIfAbsent("PORTR_SSH_DRAIN_GRACE", "3s");
        variables.put("PORTR_STATE_DIR", data.directory("tunnel-server").toString());
        return variables;
    }

    private static Map<String, String> shared(GatewaySettings settings, String databaseUrl) {
        Map<String, String> variables = new HashMap<>(settings.environment());
        variables.put("PORTR_DB_URL", databaseUrl);
        variables.put("PORTR_DOMAIN", settings.tunnelHost());
        variables.put("PORTR_SERVER_URL", settings.serverUrl());
        variables.put(
                "PORTR_SSH_URL", settings.domain() + ":" + settings.ports().ssh());
        variables.put("PORTR_PROXY_PORT", Integer.toString(settings.ports().http()));
        variables.put("PORTR_TUNNEL_USE_LOCALHOST", "true");
        return variables;
    }

    private static String encryptionKey() {
        return Base64.getEncoder().encodeToString(DataDirectory.randomBytes());
    }
}
