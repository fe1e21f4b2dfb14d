package io.portrgateway.admin.settings;

import java.time.Duration;

/**
 * What members may send again. Immutable.
 *
 * @param perBatch most requests asked for at once
 * @param bodyBytes largest body of one
 * @param batchBytes bodies of all that are asked for at once
 * @param perMemberPerMinute most requests of one member; 0 means no limit
 * @param retention how long replays are listed; zero is for ever
 */
public record ReplaySettings(
        int perBatch, long bodyBytes, long batchBytes, int perMemberPerMinute, Duration retention) {

    private static final long MIB = 1L << 20;

    static ReplaySettings read(Settings settings) {
        return new ReplaySettings(
                settings.integer("PORTR_REPLAY_BATCH", 100, 1, 1_000, "Most recorded requests sent again at once"),
                settings.bytes(
                        "PORTR_REPLAY_MAX_BODY",
                        "16MiB",
                        1,
                        1024 * MIB,
                        "Largest body of a request that is sent again; tunnel-server has the same setting"),
                settings.bytes(
                        "PORTR_REPLAY_BATCH_SIZE",
                        "64MiB",
                        1 << 10,
                        4096 * MIB,
                        "Bodies, all together, of requests sent again at once"),
                settings.integer(
                        "PORTR_REPLAY_RATE_PER_MEMBER",
                        300,
                        0,
                        1_000_000,
                        "Requests per minute that one member may send again; 0 means no limit"),
                settings.duration(
                        "PORTR_REPLAY_RETENTION",
                        "7d",
                        Duration.ZERO,
                        Duration.ofDays(36_500),
                        "How long replays stay in their list; 0s keeps them for ever"));
    }
}
