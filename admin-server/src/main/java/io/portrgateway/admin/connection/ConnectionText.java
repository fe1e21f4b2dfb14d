package io.portrgateway.admin.connection;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** What a connection is called, and its reasons and errors, in words. Stateless. */
final class ConnectionText {

    private ConnectionText() {}

    /** Short, for a person who knows the team: the subdomain, or the port. */
    static String name(ConnectionRow row) {
        if (row.subdomain() != null) {
            return row.subdomain();
        }
        return row.port() == null ? "tcp, no port yet" : "port " + row.port();
    }

    static String state(String status) {
        return switch (status) {
            case "active" -> "Live";
            case "reserved" -> "Waiting";
            default -> "Closed";
        };
    }

    /** Why it ended; a reason of a newer tunnel-server is shown as it is. */
    static @Nullable String closed(@Nullable String reason) {
        return reason == null
                ? null
                : switch (reason) {
                    case "client" -> "Closed by the client";
                    case "lost" -> "The connection to the client was lost";
                    case "taken_over" -> "Taken over by a newer session of the same member";
                    case "revoked" -> "The secret key was rotated, or the membership ended";
                    case "key_removed" -> "The SSH key it logged in with was removed";
                    case "disconnected" -> "Disconnected from the dashboard";
                    case "shutdown" -> "The gateway was restarted";
                    case "expired" -> "Lost the name to another session";
                    default -> reason.replace('_', ' ');
                };
    }

    /** What failed last. */
    static @Nullable String error(@Nullable String error) {
        return error == null
                ? null
                : switch (error) {
                    case "service_refused" -> "The local service was not reachable";
                    case "service_timeout" -> "The local service did not answer in time";
                    case "service_closed" -> "The local service hung up before its answer was complete";
                    case "service_answer" -> "The local service's answer was not valid HTTP";
                    case "busy" -> "Too many requests at once";
                    case "client_lost" -> "The connection to the client was lost";
                    case "gateway" -> "A fault in the gateway";
                    default -> error.replace('_', ' ');
                };
    }

    /** How long it has served, or did; null when it never did. */
    static @Nullable Duration served(ConnectionRow row, Instant now) {
        @Nullable OffsetDateTime started = row.startedAt();
        if (started == null) {
            return null;
        }
        @Nullable OffsetDateTime closed = row.closedAt();
        Duration served = Duration.between(started.toInstant(), closed == null ? now : closed.toInstant());
        return served.isNegative() ? Duration.ZERO : served;
    }

    /** {@code 1h 2m 3s}, as the API has it. */
    static String apiDuration(Duration duration) {
        String seconds = duration.toSecondsPart() + "s";
        if (duration.toMinutes() == 0) {
            return seconds;
        }
        String minutes = duration.toMinutesPart() + "m " + seconds;
        return duration.toHours() == 0 ? minutes : duration.toHours() + "h " + minutes;
    }
}
