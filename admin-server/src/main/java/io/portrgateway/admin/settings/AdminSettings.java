package io.portrgateway.admin.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything admin-server can be told. Immutable. Names, defaults and meanings are the compatibility promise of
 * portr-protocol section 7; the README's table is printed from here.
 *
 * @param publicAddresses how visitors, members and clients reach the gateway
 * @param encryptionKeys 32 bytes each, base64; the first encrypts, all decrypt (which is how a key is replaced)
 * @param hostKeyConfigured whether the SSH side has a stable host key, so that clients are told to check it
 */
public record AdminSettings(
        DatabaseSettings database,
        PublicAddresses publicAddresses,
        Listen admin,
        Listen ops,
        List<Secret> encryptionKeys,
        boolean hostKeyConfigured,
        int reservedSubdomainLimit,
        Limits limits,
        List<AddressRange> trustedProxies,
        Bootstrap bootstrap,
        Logging logging) {

    private static final int KEY_BYTES = 32;

    /** Lines for people, or one JSON object per line. */
    public enum LogFormat {
        PLAIN,
        JSON
    }

    /** Least important level that is logged. */
    public enum LogLevel {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** How log lines look, and which there are. Immutable. */
    public record Logging(LogFormat format, LogLevel level) {}

    /** Where one of the servers of this process listens. Immutable. */
    public record Listen(String address, int port) {}

    /**
     * The database and its log-ins. Immutable.
     *
     * @param migration the owner's log-in, which changes the schema
     * @param autoMigrate bring the schema up at start; else it must be up to date
     * @param poolSize most connections held at once
     */
    public record DatabaseSettings(
            DatabaseUrl main,
            DatabaseUrl migration,
            String adminRole,
            String tunnelRole,
            boolean autoMigrate,
            int poolSize,
            Duration statementTimeout) {}

    /** Most calls per minute to the key-bearing API routes; 0 means no limit. */
    public record Limits(int perAddressPerMinute, int perKeyPerMinute, int signInsPerAddressPerMinute) {}

    /**
     * How the first person gets in. Immutable.
     *
     * @param email the first administrator, made when there is no user yet
     * @param output where to write a fresh sign-in link at every start; for local use
     */
    public record Bootstrap(Optional<String> email, Optional<Path> output) {}

    /** Reads all settings; problems are left in {@code settings}. */
    public static AdminSettings read(Settings settings) {
        Listen admin = new Listen(
                address(settings, "PORTR_ADMIN_ADDRESS", "0.0.0.0", "Address that dashboard and API listen on"),
                settings.integer("PORTR_ADMIN_PORT", 8000, 0, 65535, "Port of dashboard and API"));
        Listen ops = new Listen(
                address(
                        settings,
                        "PORTR_ADMIN_OPS_ADDRESS",
                        "127.0.0.1",
                        "Address of the private port; it asks for no password, so open it (0.0.0.0 in a pod) only where"
                                + " strangers cannot reach it"),
                settings.integer(
                        "PORTR_ADMIN_OPS_PORT",
                        8091,
                        0,
                        65535,
                        "Private port: /actuator/health/liveness, /actuator/health/readiness, /actuator/prometheus"));
        DatabaseSettings database = database(settings);
        PublicAddresses addresses = PublicAddresses.read(settings, admin.port());
        List<Secret> keys = encryptionKeys(settings);
        boolean hostKey = settings.secret(
                        "PORTR_SSH_HOST_KEY",
                        "SSH host key of tunnel-server (PEM); when set, clients are told to check it")
                .isPresent();
        int reserved = settings.integer(
                "PORTR_RESERVED_SUBDOMAIN_LIMIT", 3, 0, 10_000, "Names a member may reserve; 0 allows no new ones");
        Limits limits = limits(settings);
        List<AddressRange> proxies = proxies(settings);
        Bootstrap bootstrap = bootstrap(settings);
        return new AdminSettings(
                database,
                addresses,
                admin,
                ops,
                keys,
                hostKey,
                reserved,
                limits,
                proxies,
                bootstrap,
                logging(settings));
    }

    private static Logging logging(Settings settings) {
        return new Logging(
                settings.choice(
                        "PORTR_LOG_FORMAT",
                        LogFormat.PLAIN,
                        "Log lines as text for people (plain) or JSON (json, with ECS fields)"),
                settings.choice(
                        "PORTR_LOG_LEVEL",
                        LogLevel.INFO,
                        "Least important level that is logged: trace, debug, info, warn or error"));
    }

    private static String address(Settings settings, String name, String defaultValue, String meaning) {
        return settings.parsed(
                name,
                defaultValue,
                "an IP address",
                text -> AddressRange.literal(text).getHostAddress(),
                meaning);
    }

    private static DatabaseSettings database(Settings settings) {
        DatabaseUrl nowhere = new DatabaseUrl("", "", Optional.empty(), "");
        Optional<String> url = settings.optionalText(
                "PORTR_DB_URL",
                "Required. Database of admin-server: postgresql://role:password@host:port/name, or jdbc:postgresql://…");
        Optional<Secret> password =
                settings.secret("PORTR_DB_PASSWORD", "Password of PORTR_DB_URL, when the URL holds none");
        Optional<String> migrationUrl = settings.optionalText(
                "PORTR_DB_MIGRATION_URL", "Log-in that owns the schema and migrates it; PORTR_DB_URL when unset");
        if (url.isEmpty()) {
            settings.problem("PORTR_DB_URL", "not set (expected: postgresql://role:password@host:port/name)");
        }
        DatabaseUrl main = url.map(text -> databaseUrl(settings, "PORTR_DB_URL", text))
                .orElse(nowhere)
                .withPassword(password);
        DatabaseUrl migration = migrationUrl
                .map(text -> databaseUrl(settings, "PORTR_DB_MIGRATION_URL", text))
                .orElse(main);
        return new DatabaseSettings(
                main,
                migration,
                settings.optionalText(
                                "PORTR_DB_ADMIN_ROLE", "Role granted to admin-server; that of PORTR_DB_URL when unset")
                        .orElse(main.role()),
                settings.text("PORTR_DB_TUNNEL_ROLE", "portr_tunnel", "Role granted to tunnel-server"),
                settings.flag("PORTR_AUTO_MIGRATE", false, "Bring the database schema up to date at start"),
                settings.integer("PORTR_DB_POOL_SIZE", 10, 1, 200, "Most database connections of admin-server"),
                settings.duration(
                        "PORTR_DB_STATEMENT_TIMEOUT",
                        "15s",
                        Duration.ofMillis(100),
                        Duration.ofMinutes(10),
                        "Longest a statement may run"));
    }

    private static DatabaseUrl databaseUrl(Settings settings, String name, String text) {
        try {
            return DatabaseUrl.parse(text);
        } catch (IllegalArgumentException wrong) {
            // the text itself may hold a password, so it is not shown
            settings.problem(
                    name,
                    "not a PostgreSQL URL (expected: postgresql://role:password@host:port/name or jdbc:postgresql://…)");
            return new DatabaseUrl("", "", Optional.empty(), "");
        }
    }

    private static List<Secret> encryptionKeys(Settings settings) {
        Optional<Secret> text = settings.secret(
                "PORTR_ADMIN_ENCRYPTION_KEY",
                "Required. Encrypts stored secrets: base64 of 32 bytes; several separated by commas while replacing one, the new one first");
        String expected = "(expected: base64 of 32 bytes; make one with"
                + " `java -jar admin-server.jar generate-encryption-key` or `openssl rand -base64 32`)";
        if (text.isEmpty()) {
            settings.problem("PORTR_ADMIN_ENCRYPTION_KEY", "not set " + expected);
            return List.of();
        }
        List<Secret> keys = new ArrayList<>();
        for (String part : text.get().reveal().split(",")) {
            if (!isKey(part.strip())) {
                settings.problem("PORTR_ADMIN_ENCRYPTION_KEY", "not a usable key " + expected);
                return List.of();
            }
            keys.add(new Secret(part.strip()));
        }
        return List.copyOf(keys);
    }

    private static boolean isKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static Limits limits(Settings settings) {
        return new Limits(
                settings.integer(
                        "PORTR_API_RATE_PER_ADDRESS",
                        600,
                        0,
                        1_000_000,
                        "Calls per minute and address to the routes that take a secret key; 0 means no limit"),
                settings.integer(
                        "PORTR_API_RATE_PER_KEY",
                        300,
                        0,
                        1_000_000,
                        "Calls per minute and secret key to those routes; 0 means no limit"),
                settings.integer(
                        "PORTR_SIGN_IN_RATE_PER_ADDRESS",
                        30,
                        0,
                        1_000_000,
                        "Sign-in attempts per minute and address; 0 means no limit"));
    }

    private static List<AddressRange> proxies(Settings settings) {
        List<AddressRange> ranges = new ArrayList<>();
        for (String text : settings.list(
                "PORTR_TRUSTED_PROXIES", "", "Addresses or ranges whose X-Forwarded-For is believed, by commas")) {
            try {
                ranges.add(AddressRange.parse(text));
            } catch (IllegalArgumentException wrong) {
                settings.problem("PORTR_TRUSTED_PROXIES", "\"" + text + "\" (expected: address or address/bits)");
            }
        }
        return List.copyOf(ranges);
    }

    private static Bootstrap bootstrap(Settings settings) {
        Optional<String> email = settings.optionalText(
                        "PORTR_ADMIN_BOOTSTRAP_EMAIL", "First administrator, made at start when there is no user yet")
                .map(text -> text.toLowerCase(Locale.ROOT));
        email.filter(text -> text.indexOf('@') < 1)
                .ifPresent(text -> settings.problem(
                        "PORTR_ADMIN_BOOTSTRAP_EMAIL", "\"" + text + "\" (expected: an e-mail address)"));
        Optional<Path> output = settings.optionalText(
                        "PORTR_ADMIN_BOOTSTRAP_OUTPUT",
                        "For local use: at every start a file (mode 0600) with a fresh one-time sign-in link and the"
                                + " key of the first superuser is written here")
                .map(Path::of);
        return new Bootstrap(email, output);
    }

    /** {@code http} or {@code https} URL without trailing slash; a bare host means https, as in the original. */
    static URI httpUrl(String text) {
        String withScheme = text.contains("://") ? text : "https://" + text;
        URI uri = URI.create(withScheme.replaceAll("/+$", ""));
        @Nullable String scheme = uri.getScheme();
        boolean known = "http".equals(scheme) || "https".equals(scheme);
        if (!known || uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
            throw new IllegalArgumentException(text);
        }
        return uri;
    }
}
