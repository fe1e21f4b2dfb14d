package io.portrgateway.tunnel.relay;

import java.time.Duration;

/**
 * Time limits of one relay. Immutable.
 *
 * @param idle how long no byte may move in either direction; zero for no limit
 * @param drain how long the last bytes to a side may make no progress after the other side has gone
 * @param linger how long a visitor that was told the end may go on sending before its socket is closed: closing a socket
 *     with unread bytes makes the kernel send a reset, which can destroy the last bytes on their way to the visitor
 */
public record RelayLimits(Duration idle, Duration drain, Duration linger) {

    /** Drain and linger limits that suit every relay, with the given idle limit. */
    public static RelayLimits withIdle(Duration idle) {
        return new RelayLimits(idle, Duration.ofSeconds(30), Duration.ofSeconds(2));
    }
}
