package io.portrgateway.tunnel.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How this node uses the database. Immutable.
 *
 * @param jdbcUrl address without credentials; may be shown
 * @param poolSize connections for log-ins and leases; one more is kept for upkeep
 * @param queueLimit questions to the database that may wait; more are refused
 * @param connectTimeout longest wait for a connection
 * @param statementTimeout longest time of one statement
 * @param leaseTtl how long a name stays taken when its node has vanished; renewed at a third of it
 * @param nameHold how long a name is kept for its owner after the session was lost
 * @param revocationInterval longest time until a rotated key or a command of admin-server takes effect
 * @param counterInterval how often the counters of live tunnels are written
 * @param trafficRetention how long the traffic of a team over time is kept
 * @param exchangeRetentionDays how many whole days recorded exchanges are kept
 * @param captureRulesInterval longest time until a changed rule of recording takes effect
 * @param captureDiskInterval how often it is looked how much disk recorded exchanges take
 * @param nodeId names this process among all tunnel-servers on the database
 */
public record StoreConfig(
        String jdbcUrl,
        String user,
        Secret password,
        int poolSize,
        int queueLimit,
        Duration connectTimeout,
        Duration statementTimeout,
        Duration leaseTtl,
        Duration nameHold,
        Duration revocationInterval,
        Duration counterInterval,
        Duration trafficRetention,
        int exchangeRetentionDays,
        Duration captureRulesInterval,
        Duration captureDiskInterval,
        String nodeId) {

    private static final String URL = "PORTR_DB_URL";
    private static final String URL_EXPECTED = "postgresql://user:password@host:5432/database, or jdbc:postgresql://…";

    /** Reads the settings of the database and of the leases. */
    public static StoreConfig read(Settings settings) {
        DatabaseUrl url = readUrl(settings);
        Secret password = settings.secret("PORTR_DB_PASSWORD", "password of the database, when the URL has none")
                .or(url::password)
                .orElse(new Secret(""));
        return new StoreConfig(
                url.jdbcUrl(),
                url.user().orElse(""),
                password,
                settings.integer("PORTR_DB_POOL_SIZE", 8, 1, 64, "database connections for log-ins and leases"),
                settings.integer(
                        "PORTR_DB_QUEUE_LIMIT", 4096, 16, 1_000_000, "questions that may wait for the database"),
                settings.duration(
                        "PORTR_DB_CONNECT_TIMEOUT",
                        "2s",
                        Duration.ofMillis(250),
                        Duration.ofMinutes(1),
                        "longest wait for a database connection"),
                settings.duration(
                        "PORTR_DB_STATEMENT_TIMEOUT",
                        "5s",
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1),
                        "longest time of one database statement"),
                settings.duration(
                        "PORTR_LEASE_TTL",
                        "30s",
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10),
                        "how long a name stays taken after its node vanished"),
                settings.duration(
                        "PORTR_NAME_HOLD",
                        "30s",
                        Duration.ZERO,
                        Duration.ofHours(1),
                        "how long a name is kept for its owner after the session was lost"),
                settings.duration(
                        "PORTR_REVOCATION_INTERVAL",
                        "2s",
                        Duration.ofMillis(50),
                        Duration.ofMinutes(1),
                        "longest time until a rotated key or a disconnect takes effect"),
                settings.duration(
                        "PORTR_COUNTER_INTERVAL",
                        "5s",
                        Duration.ofMillis(50),
                        Duration.ofMinutes(10),
                        "how often the counters of live tunnels are written"),
                settings.duration(
                        "PORTR_TRAFFIC_RETENTION",
                        "30d",
                        Duration.ofDays(8),
                        Duration.ofDays(3660),
                        "how long the traffic of each team over time is kept, for the dashboard's charts"),
                settings.integer(
                        "PORTR_CAPTURE_RETENTION_DAYS", 7, 1, 3660, "whole days (UTC) that recorded requests are kept"),
                settings.duration(
                        "PORTR_CAPTURE_RULES_INTERVAL",
                        "5s",
                        Duration.ofMillis(50),
                        Duration.ofMinutes(10),
                        "longest time until what a team or tunnel wants recorded takes effect"),
                settings.duration(
                        "PORTR_CAPTURE_DISK_INTERVAL",
                        "1m",
                        Duration.ofMillis(50),
                        Duration.ofHours(1),
                        "how often it is looked how much disk recorded requests take"),
                settings.optionalText("PORTR_NODE_ID", "name of this node, unique per database; unset: the host name")
                        .orElseGet(StoreConfig::hostName));
    }

    private static DatabaseUrl readUrl(Settings settings) {
        DatabaseUrl none = new DatabaseUrl("", Optional.empty(), Optional.empty());
        // A secret and not a text, because the usual form contains the password
        Optional<Secret> text = settings.secret(URL, "address of the PostgreSQL database");
        if (text.isEmpty()) {
            settings.problem(URL, "is not set (expected: " + URL_EXPECTED + ")");
            return none;
        }
        try {
            return DatabaseUrl.parse(text.get().reveal());
        } catch (IllegalArgumentException wrong) {
            settings.problem(URL, "cannot be read (expected: " + URL_EXPECTED + ")");
            return none;
        }
    }

    private static String hostName() {
        try {
            // Not by way of the name service, which can take seconds to say that it does not know
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            return resolvedHostName();
        }
    }

    private static String resolvedHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}
