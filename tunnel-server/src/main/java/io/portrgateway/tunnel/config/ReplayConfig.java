package io.portrgateway.tunnel.config;

import java.time.Duration;

/**
 * How recorded requests are sent again. Immutable.
 *
 * @param interval how often is looked for them when nobody gives a hint
 * @param timeout how long one may take until the end of its answer
 * @param offlineGrace how long one waits for a tunnel that is not live
 * @param perTunnelCount sent into one tunnel at once
 * @param totalCount sent at once by this node
 * @param bodyBytes largest body
 * @param memoryBytes bodies held by this node at once
 */
public record ReplayConfig(
        Duration interval,
        Duration timeout,
        Duration offlineGrace,
        int perTunnelCount,
        int totalCount,
        int bodyBytes,
        long memoryBytes) {

    private static final long MIB = 1L << 20;

    /** Reads the section; problems are noted in {@code settings}. */
    public static ReplayConfig read(Settings settings) {
        return new ReplayConfig(
                settings.duration(
                        "PORTR_REPLAY_INTERVAL",
                        "1s",
                        Duration.ofMillis(50),
                        Duration.ofMinutes(1),
                        "longest time until a requested replay is noticed; usually it is at once"),
                settings.duration(
                        "PORTR_REPLAY_TIMEOUT",
                        "60s",
                        Duration.ofMillis(100),
                        Duration.ofHours(1),
                        "how long a replayed request may take until the end of its answer"),
                settings.duration(
                        "PORTR_REPLAY_OFFLINE_GRACE",
                        "5s",
                        Duration.ZERO,
                        Duration.ofHours(1),
                        "how long a replay waits for a tunnel that is not live before it fails"),
                settings.integer(
                        "PORTR_REPLAY_PARALLEL", 4, 1, 1_000, "replays that are sent into one tunnel at the same time"),
                settings.integer(
                        "PORTR_REPLAY_PARALLEL_TOTAL",
                        32,
                        1,
                        10_000,
                        "replays that this server sends at the same time, all tunnels together"),
                (int) settings.bytes(
                        "PORTR_REPLAY_MAX_BODY", "16MiB", 1, 1024 * MIB, "largest request body that is replayed"),
                settings.bytes(
                        "PORTR_REPLAY_MEMORY",
                        "64MiB",
                        MIB,
                        4096 * MIB,
                        "memory for the bodies of replays that are being sent; the others wait"));
    }
}
