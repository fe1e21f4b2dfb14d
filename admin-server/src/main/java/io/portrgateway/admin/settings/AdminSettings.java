package io.portrgateway.admin.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything admin-server can be told. Immutable. Names, defaults and meanings are the compatibility promise of
 * portr-protocol section 7; the README's table is printed from here.
 *
 * @param publicAddresses how visitors, members and clients reach the gateway
 * @param encryptionKeys 32 bytes each, base64; the first encrypts, all decrypt (which is how a key is replaced)
 * @param invitationLifetime how long a link into a team is good
 * @param auditRetention how long audit events are kept; zero is for ever
 * @param shown all settings as they are in effect, for superusers to look at
 * @param tunnels what the dashboard does with live and past tunnels
 * @param replays what members may send again
 * @param files exports and collections of recorded requests
 * @param webhooks how their signatures are checked
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
        Duration invitationLifetime,
        Duration auditRetention,
        Tunnels tunnels,
        ReplaySettings replays,
        FileSettings files,
        WebhookSettings webhooks,
        Limits limits,
        List<AddressRange> trustedProxies,
        SignIn signIn,
        Bootstrap bootstrap,
        Optional<GitHubSettings> github,
        Logging logging,
        List<Settings.Shown> shown) {

    private static final int KEY_BYTES = 32;
    private static final Pattern GITHUB_LOGIN = Pattern.compile("[a-z0-9][a-z0-9_-]{0,99}");

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

    /**
     * Live and past tunnels. Immutable.
     *
     * @param retention how long past ones are listed; zero is for ever
     * @param disconnectHold how long a disconnected name is refused to its client, so that it gives up; zero is not at all
     * @param maxWatchers most browsers that one replica sends live updates to
     * @param watchHeartbeat how often a live update says that it is there, and checks that its session still is
     */
    public record Tunnels(Duration retention, Duration disconnectHold, int maxWatchers, Duration watchHeartbeat) {}

    /** Most calls per minute to the key-bearing API routes; 0 means no limit. */
    public record Limits(
            int perAddressPerMinute,
            int perKeyPerMinute,
            int signInsPerAddressPerMinute,
            int sharesPerAddressPerMinute) {}

    /**
     * How people sign in, and for how long. Immutable.
     *
     * @param password whether those who have a password may use it
     * @param failuresPerAccount wrong passwords per quarter of an hour and account; 0 means no limit
     */
    public record SignIn(boolean password, int failuresPerAccount, Duration sessionLifetime) {}

    /**
     * How the first person gets in. Immutable.
     *
     * @param email the first administrator, made when there is no user yet
     * @param gitHubLogin the first administrator by GitHub login, made at their sign-in while there is no superuser
     * @param output where to write a fresh sign-in link at every start; for local use
     */
    public record Bootstrap(Optional<String> email, Optional<String> gitHubLogin, Optional<Path> output) {}

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
        Duration invitationLifetime = settings.duration(
                "PORTR_INVITATION_LIFETIME",
                "7d",
                Duration.ofMinutes(5),
                Duration.ofDays(90),
                "How long the one-time link of an invitation is good");
        Duration auditRetention = settings.duration(
                "PORTR_AUDIT_RETENTION",
                "365d",
                Duration.ZERO,
                Duration.ofDays(36_500),
                "How long audit events are kept; 0s keeps them for ever");
        Tunnels tunnels = tunnels(settings);
        ReplaySettings replays = ReplaySettings.read(settings);
        FileSettings files = FileSettings.read(settings);
        WebhookSettings webhooks = WebhookSettings.read(settings);
        Limits limits = limits(settings);
        List<AddressRange> proxies = proxies(settings);
        SignIn signIn = signIn(settings);
        Optional<GitHubSettings> github = GitHubSettings.read(settings);
        Bootstrap bootstrap = bootstrap(settings, github.isPresent());
        return new AdminSettings(
                database,
                addresses,
                admin,
                ops,
                keys,
                hostKey,
                reserved,
                invitationLifetime,
                auditRetention,
                tunnels,
                replays,
                files,
                webhooks,
                limits,
                proxies,
                signIn,
                bootstrap,
                github,
                logging(settings),
                settings.shown());
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
        Optional<Secret> migrationPassword = settings.secret(
                "PORTR_DB_MIGRATION_PASSWORD", "Password of PORTR_DB_MIGRATION_URL, when the URL holds none");
        if (url.isEmpty()) {
            settings.problem("PORTR_DB_URL", "not set (expected: postgresql://role:password@host:port/name)");
        }
        DatabaseUrl main = url.map(text -> databaseUrl(settings, "PORTR_DB_URL", text))
                .orElse(nowhere)
                .withPassword(password);
        DatabaseUrl migration = migrationUrl
                .map(text ->
                        databaseUrl(settings, "PORTR_DB_MIGRATION_URL", text).withPassword(migrationPassword))
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

    private static Tunnels tunnels(Settings settings) {
        return new Tunnels(
                settings.duration(
                        "PORTR_CONNECTION_RETENTION",
                        "90d",
                        Duration.ZERO,
                        Duration.ofDays(36_500),
                        "How long past tunnels stay in the list of connections; 0s keeps them for ever"),
                settings.duration(
                        "PORTR_DISCONNECT_HOLD",
                        "2m",
                        Duration.ZERO,
                        Duration.ofHours(1),
                        "How long a tunnel disconnected in the dashboard is refused to its member, so that the client, which"
                                + " reconnects by itself, gives up; 0s lets it come back at once"),
                settings.integer(
                        "PORTR_LIVE_WATCHERS",
                        500,
                        0,
                        10_000,
                        "Most pages that one replica sends live updates to; the others need a reload"),
                settings.duration(
                        "PORTR_LIVE_HEARTBEAT",
                        "10s",
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1),
                        "How often a live update proves that it is alive; also the longest it outlives its session"));
    }

    private static Limits limits(Settings settings) {
        return new Limits(
                settings.integer(
                        "PORTR_API_RATE_PER_ADDRESS",
                        600,
                        0,
                        1_000_000,
                        "Calls per minute and address with a secret key or an API token; 0 means no limit"),
                settings.integer(
                        "PORTR_API_RATE_PER_KEY",
                        300,
                        0,
                        1_000_000,
                        "Calls per minute and secret key or API token; 0 means no limit"),
                settings.integer(
                        "PORTR_SIGN_IN_RATE_PER_ADDRESS",
                        30,
                        0,
                        1_000_000,
                        "Sign-in attempts per minute and address; 0 means no limit"),
                settings.integer(
                        "PORTR_SHARE_RATE_PER_ADDRESS",
                        120,
                        0,
                        1_000_000,
                        "Looks at shared requests per minute and address; 0 means no limit"));
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

    private static SignIn signIn(Settings settings) {
        return new SignIn(
                settings.flag(
                        "PORTR_ADMIN_PASSWORD_SIGN_IN",
                        true,
                        "Whoever has a password may sign in with it; the form is shown once anybody has one"),
                settings.integer(
                        "PORTR_SIGN_IN_FAILURES_PER_ACCOUNT",
                        10,
                        0,
                        1_000_000,
                        "Wrong passwords per quarter of an hour and account; 0 means no limit"),
                settings.duration(
                        "PORTR_ADMIN_SESSION_LIFETIME",
                        "7d",
                        Duration.ofMinutes(5),
                        Duration.ofDays(90),
                        "How long a sign-in lasts, however much it is used"));
    }

    private static Bootstrap bootstrap(Settings settings, boolean github) {
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
        return new Bootstrap(email, bootstrapLogin(settings, email.isPresent(), github), output);
    }

    private static Optional<String> bootstrapLogin(Settings settings, boolean email, boolean github) {
        String name = "PORTR_ADMIN_BOOTSTRAP_GITHUB";
        Optional<String> login = settings.optionalText(
                        name,
                        "First administrator by GitHub login: becomes superuser when signing in with GitHub while there is no"
                                + " superuser; instead of PORTR_ADMIN_BOOTSTRAP_EMAIL")
                .map(text -> text.toLowerCase(Locale.ROOT));
        login.filter(text -> !GITHUB_LOGIN.matcher(text).matches())
                .ifPresent(
                        text -> settings.problem(name, "\"" + text + "\" (expected: a GitHub login, such as octocat)"));
        if (login.isPresent() && !github) {
            settings.problem(name, "needs PORTR_ADMIN_GITHUB_CLIENT_ID and PORTR_ADMIN_GITHUB_CLIENT_SECRET");
        }
        if (login.isPresent() && email) {
            settings.problem(name, "set beside PORTR_ADMIN_BOOTSTRAP_EMAIL (expected: only one of them)");
        }
        return login;
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
