package io.portrgateway.admin.replay;

import org.jspecify.annotations.Nullable;

/** States and failures of replays in words. Stateless. */
final class ReplayText {

    private ReplayText() {}

    static String state(String state) {
        return switch (state) {
            case "waiting" -> "Waiting";
            case "running" -> "Being sent";
            case "done" -> "Answered";
            case "failed" -> "Failed";
            case "cancelled" -> "Cancelled";
            default -> state;
        };
    }

    /** Class of the status dot. */
    static String dot(String state) {
        return switch (state) {
            case "running" -> "warn";
            case "done" -> "good";
            case "failed" -> "bad";
            default -> "";
        };
    }

    /** Why there is no answer; a reason of a newer tunnel-server is shown as it is. */
    static @Nullable String failure(@Nullable String failure) {
        return failure == null
                ? null
                : switch (failure) {
                    case "tunnel_offline" -> "The tunnel was not open: start its client again and send it once more";
                    case "node_lost" ->
                        "The gateway’s node went away meanwhile: whether the service got it is not known";
                    case "invalid_request" -> "The gateway refused it as malformed: nothing was sent";
                    case "websocket_upgrade" -> "It opens a WebSocket, which cannot be sent again";
                    case "body-too-large" -> "Its body is larger than may be sent again (PORTR_REPLAY_MAX_BODY)";
                    case "header-too-large" -> "Its header is larger than the gateway takes";
                    case "local-server-not-online" -> "The local service was not reachable: start it and send it again";
                    case "upstream-timeout" -> "The local service did not answer completely in time";
                    case "upstream-closed" -> "The local service hung up before its answer was complete";
                    case "bad-response" -> "The local service’s answer was not valid HTTP";
                    case "upstream-limit" -> "The tunnel had too many requests in flight";
                    case "connection-lost" -> "The connection to the client was lost";
                    case "internal" -> "A fault in the gateway";
                    default -> failure.replace('_', ' ').replace('-', ' ');
                };
    }
}
