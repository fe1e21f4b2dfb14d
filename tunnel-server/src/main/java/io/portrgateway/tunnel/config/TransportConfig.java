package io.portrgateway.tunnel.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Settings of the event loops, of the SSH sockets and of the streams inside SSH sessions. Immutable.
 *
 * @param eventLoopCount threads that serve sessions and visitors
 * @param nativeTransport whether epoll is used where it is available
 * @param readBufferBytes largest single read from an SSH socket
 * @param maxWaitingBytes most bytes that wait for an SSH socket before its streams stop writing; on slow paths fewer do,
 *     so that a keepalive answer does not wait long behind bulk data
 * @param initialWindowBytes receive window a stream starts with
 * @param maxWindowBytes receive window a fast stream may grow to
 * @param sessionWindowBytes all receive windows of one session together
 * @param totalWindowBytes all receive windows of this node together
 * @param maxStreamCount streams open at once in one session
 * @param openTimeout how long a client may take to answer the opening of a stream
 * @param trustedProxies whose PROXY protocol headers on the SSH port are believed
 */
public record TransportConfig(
        int eventLoopCount,
        boolean nativeTransport,
        int readBufferBytes,
        int maxWaitingBytes,
        int initialWindowBytes,
        int maxWindowBytes,
        long sessionWindowBytes,
        long totalWindowBytes,
        int maxStreamCount,
        Duration openTimeout,
        List<AddressRange> trustedProxies) {

    public TransportConfig {
        trustedProxies = List.copyOf(trustedProxies);
    }

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** Reads the settings; problems are noted in {@code settings}. */
    public static TransportConfig read(Settings settings) {
        int cores = Runtime.getRuntime().availableProcessors();
        int loops = settings.integer(
                "PORTR_EVENT_LOOPS",
                0,
                0,
                1024,
                "Threads that move bytes for clients and visitors; 0 means one per processor.");
        int high = (int) settings.bytes(
                "PORTR_SSH_WRITE_HIGH",
                "1MiB",
                64 * KIB,
                16 * MIB,
                "Most bytes that wait for one SSH connection before its streams stop writing; fewer on slow paths.");
        int initial = (int) settings.bytes(
                "PORTR_SSH_WINDOW_INITIAL",
                "512KiB",
                64 * KIB,
                16 * MIB,
                "Receive window that each stream from a client starts with.");
        int max = (int) settings.bytes(
                "PORTR_SSH_WINDOW_MAX",
                "16MiB",
                64 * KIB,
                GIB,
                "Receive window that a stream on a long path may grow to.");
        if (max < initial) {
            settings.problem(
                    "PORTR_SSH_WINDOW_MAX", max + " (expected: at least PORTR_SSH_WINDOW_INITIAL, " + initial + ")");
        }
        return new TransportConfig(
                loops == 0 ? cores : loops,
                settings.flag(
                        "PORTR_NATIVE_TRANSPORT",
                        true,
                        "Use epoll on Linux; false falls back to portable Java sockets."),
                (int) settings.bytes(
                        "PORTR_SSH_READ_BUFFER",
                        "256KiB",
                        8 * KIB,
                        4 * MIB,
                        "Largest single read from an SSH connection; idle connections hold no buffer."),
                high,
                initial,
                Math.max(initial, max),
                settings.bytes(
                        "PORTR_SSH_WINDOW_SESSION",
                        "64MiB",
                        MIB,
                        64 * GIB,
                        "All receive windows of one SSH session together may grow to this."),
                settings.bytes(
                        "PORTR_SSH_WINDOW_TOTAL",
                        "512MiB",
                        MIB,
                        1024 * GIB,
                        "All receive windows of this server together may grow to this."),
                settings.integer(
                        "PORTR_SSH_MAX_STREAMS",
                        2048,
                        1,
                        1_000_000,
                        "Streams (visitor connections) that one SSH session carries at once; more are answered 503."),
                settings.duration(
                        "PORTR_SSH_OPEN_TIMEOUT",
                        "10s",
                        Duration.ofMillis(100),
                        Duration.ofMinutes(5),
                        "How long a client may take to accept a stream before the visitor gets 504."),
                settings.parsed(
                        "PORTR_SSH_TRUSTED_PROXIES",
                        "",
                        "addresses or CIDR ranges, separated by commas",
                        TransportConfig::ranges,
                        "Addresses (CIDR) whose PROXY protocol headers on the SSH port are believed."));
    }

    private static List<AddressRange> ranges(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(AddressRange::parse)
                .toList();
    }
}
