package io.portrgateway.tunnel.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Settings of the SSH side. Immutable.
 *
 * @param address where SSH listens; port 0 chooses a free one
 * @param hostKey the host key as PEM text, or the path of a file that holds it
 * @param stateDirectory where a generated host key is kept
 * @param ciphers names of the ciphers offered, in order
 */
public record SshConfig(
        InetSocketAddress address,
        Optional<Secret> hostKey,
        Path stateDirectory,
        List<String> ciphers,
        LoginLimits login,
        SessionLimits session,
        Heartbeat heartbeat,
        Drain drain) {

    /** Ciphers that the server knows; all but AES-GCM cost several times the CPU and are offered on demand only. */
    public static final List<String> KNOWN_CIPHERS = List.of(
            "aes128-gcm@openssh.com",
            "aes256-gcm@openssh.com",
            "chacha20-poly1305@openssh.com",
            "aes128-ctr",
            "aes192-ctr",
            "aes256-ctr");

    /**
     * Limits until a session is logged in.
     *
     * @param grace from accept to the successful log-in
     * @param maxTries log-in requests in one session, not counting {@code none}
     * @param maxUnauthenticated sessions not logged in yet, in total
     * @param maxUnauthenticatedPerAddress the same for one client address (an IPv6 address counts as its /64)
     * @param failuresPerMinute failed log-ins of one address per minute, with bursts up to the same number
     * @param failureDelay how long a failed log-in is answered later than it was decided
     */
    public record LoginLimits(
            Duration grace,
            int maxTries,
            int maxUnauthenticated,
            int maxUnauthenticatedPerAddress,
            int failuresPerMinute,
            Duration failureDelay) {}

    /**
     * Limits of logged-in sessions.
     *
     * @param maxPerMembership simultaneous sessions of one membership
     * @param maxChannels open channels of one session; a stream to the service is one
     * @param maxForwards forwards of one session
     */
    public record SessionLimits(int maxPerMembership, int maxChannels, int maxForwards) {}

    /** A session is lost when nothing was heard of it for {@code interval} times {@code misses}. */
    public record Heartbeat(Duration interval, int misses) {

        /** Silence after which a session is lost. */
        public Duration deadline() {
            return interval.multipliedBy(misses);
        }
    }

    /** How sessions are closed when the server stops. */
    public record Drain(int sessionsPerSecond, Duration grace) {}

    public SshConfig {
        ciphers = List.copyOf(ciphers);
    }

    /** Reads the settings of the SSH side. */
    public static SshConfig read(Settings s) {
        return new SshConfig(
                new InetSocketAddress(
                        s.parsed(
                                "PORTR_SSH_ADDRESS",
                                "0.0.0.0",
                                "an IP address",
                                InetAddress::ofLiteral,
                                "Address that SSH listens on"),
                        s.integer("PORTR_SSH_PORT", 2222, 0, 65535, "Port that SSH listens on")),
                s.secret(
                        "PORTR_SSH_HOST_KEY",
                        "Ed25519 host key as PEM text or the path of such a file; generated once when unset"),
                s.parsed(
                        "PORTR_STATE_DIR",
                        "state",
                        "a directory",
                        Path::of,
                        "Directory of what must survive a restart, such as a generated host key"),
                ciphers(s),
                readLogin(s),
                new SessionLimits(
                        s.integer(
                                "PORTR_SSH_MAX_SESSIONS_PER_MEMBER",
                                1000,
                                1,
                                1_000_000,
                                "Simultaneous SSH sessions of one membership"),
                        s.integer(
                                "PORTR_SSH_MAX_CHANNELS_PER_SESSION",
                                4096,
                                2,
                                1_000_000,
                                "Simultaneous streams of one SSH session"),
                        s.integer("PORTR_SSH_MAX_FORWARDS_PER_SESSION", 100, 1, 10_000, "Tunnels of one SSH session")),
                new Heartbeat(
                        s.duration(
                                "PORTR_SSH_HEARTBEAT_INTERVAL",
                                "5s",
                                Duration.ofMillis(20),
                                Duration.ofMinutes(10),
                                "Silence after which a session is asked for a sign of life"),
                        s.integer(
                                "PORTR_SSH_HEARTBEAT_MISSES",
                                3,
                                1,
                                100,
                                "Heartbeat intervals without any answer after which a session is lost")),
                new Drain(
                        s.integer(
                                "PORTR_SSH_DRAIN_RATE",
                                100,
                                1,
                                100_000,
                                "Sessions closed per second when the server stops"),
                        s.duration(
                                "PORTR_SHUTDOWN_GRACE",
                                "25s",
                                Duration.ZERO,
                                Duration.ofHours(1),
                                "How long requests and connections in flight may take when the server stops.")));
    }

    private static LoginLimits readLogin(Settings s) {
        return new LoginLimits(
                s.duration(
                        "PORTR_SSH_LOGIN_GRACE",
                        "10s",
                        Duration.ofMillis(100),
                        Duration.ofMinutes(5),
                        "Time from connect to log-in"),
                s.integer("PORTR_SSH_MAX_LOGIN_TRIES", 6, 1, 100, "Log-in requests in one session"),
                s.integer("PORTR_SSH_MAX_UNAUTHENTICATED", 1000, 1, 100_000, "Sessions not logged in yet, in total"),
                s.integer(
                        "PORTR_SSH_MAX_UNAUTHENTICATED_PER_ADDRESS",
                        100,
                        1,
                        100_000,
                        "Sessions not logged in yet, per client address"),
                s.integer(
                        "PORTR_SSH_LOGIN_FAILURES_PER_MINUTE",
                        20,
                        1,
                        1_000_000,
                        "Failed log-ins of one client address per minute before it is refused"),
                s.duration(
                        "PORTR_SSH_LOGIN_FAILURE_DELAY",
                        "200ms",
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        "How much later a failed log-in is answered"));
    }

    private static List<String> ciphers(Settings s) {
        List<String> names = s.list(
                "PORTR_SSH_CIPHERS",
                "aes128-gcm@openssh.com,aes256-gcm@openssh.com",
                "Ciphers offered to SSH clients, in order");
        if (names.isEmpty() || !KNOWN_CIPHERS.containsAll(names)) {
            s.problem(
                    "PORTR_SSH_CIPHERS", "unknown cipher (expected: some of " + String.join(", ", KNOWN_CIPHERS) + ")");
            return KNOWN_CIPHERS.subList(0, 2);
        }
        return names;
    }
}
