package io.portrgateway.tunnel.replay;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of a replay. Immutable.
 *
 * @param failure why there is no complete answer of the service: a word of {@code X-Portr-Error-Reason} or one of this
 *     type's; null when there is one
 * @param status of the service's answer; 0 without one
 * @param exchangeId the exchange it became; null when none was recorded
 */
public record ReplayResult(
        @Nullable String failure,
        int status,
        @Nullable String exchangeId,
        @Nullable Instant exchangeStartedAt) {

    /** What was asked for is not a request that may be sent. */
    public static final String INVALID = "invalid_request";
    /** It asks to change protocols, and what followed cannot be sent again. */
    public static final String UPGRADE = "websocket_upgrade";
    /** The body is larger than is sent again. */
    public static final String TOO_LARGE = "body-too-large";
    /** The gateway is at fault. */
    public static final String INTERNAL = "internal";
    /** No client serves the tunnel. */
    public static final String OFFLINE = "tunnel_offline";
    /** The node that sent it ended meanwhile; whether the service got it is not known. */
    public static final String NODE_LOST = "node_lost";

    /** Nothing was sent. */
    public static ReplayResult refused(String failure) {
        return new ReplayResult(failure, 0, null, null);
    }
}
