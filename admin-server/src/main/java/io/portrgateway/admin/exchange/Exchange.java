package io.portrgateway.admin.exchange;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request with its outcome, without bodies. Immutable.
 *
 * @param seq rises in the order of commit; a new one when the end of an open stream is written
 * @param startedAt the request's first byte
 * @param connectionId the tunnel that served it
 * @param session names the client's session
 * @param hostname lower case, without a port
 * @param authority as the visitor sent it
 * @param tls version on the visitor's connection to the gateway; null without
 * @param target as in the request line
 * @param status null when the visitor got none
 * @param outcome {@code completed}, {@code open} while a stream goes on, or the name of the failure
 * @param queuedMicros from the start until there was a stream to the service
 * @param requestMicros from the start until the request's last byte was passed on
 * @param firstByteMicros from the start until the answer's first byte
 * @param frameCount of an ended stream: frames or events that passed, kept or not; null where none were looked for
 * @param replayOf the exchange that it repeats
 * @param sealed the fields, while they are encrypted; null when they are not, or were read
 */
public record Exchange(
        long seq,
        String id,
        Instant startedAt,
        long teamId,
        long membershipId,
        String connectionId,
        @Nullable String session,
        String node,
        String hostname,
        String authority,
        String visitorAddress,
        String scheme,
        String httpVersion,
        @Nullable String tls,
        String method,
        String target,
        @Nullable Integer status,
        String outcome,
        List<HeaderField> requestHeaders,
        List<HeaderField> requestTrailers,
        List<HeaderField> responseHeaders,
        List<HeaderField> responseTrailers,
        long requestBytes,
        long responseBytes,
        @Nullable Long queuedMicros,
        @Nullable Long requestMicros,
        @Nullable Long firstByteMicros,
        long durationMicros,
        @Nullable Long frameCount,
        @Nullable String replayOf,
        @Nullable SealedHeads sealed) {

    public Exchange {
        requestHeaders = List.copyOf(requestHeaders);
        requestTrailers = List.copyOf(requestTrailers);
        responseHeaders = List.copyOf(responseHeaders);
        responseTrailers = List.copyOf(responseTrailers);
    }

    /** Whether it is a stream that goes on. */
    public boolean isOpen() {
        return outcome.equals("open");
    }

    /**
     * Whether its fields and bodies are encrypted, so that none are shown: in lists, and where {@link Exchanges#find} found
     * no key for them, because {@code PORTR_ADMIN_ENCRYPTION_KEY} was replaced and the old one is gone.
     */
    public boolean isUnreadable() {
        return sealed != null;
    }

    /** The same exchange with its fields, which are four lists in the order of this record. */
    Exchange readable(List<List<HeaderField>> fields) {
        return new Exchange(
                seq,
                id,
                startedAt,
                teamId,
                membershipId,
                connectionId,
                session,
                node,
                hostname,
                authority,
                visitorAddress,
                scheme,
                httpVersion,
                tls,
                method,
                target,
                status,
                outcome,
                fields.get(0),
                fields.get(1),
                fields.get(2),
                fields.get(3),
                requestBytes,
                responseBytes,
                queuedMicros,
                requestMicros,
                firstByteMicros,
                durationMicros,
                frameCount,
                replayOf,
                null);
    }

    /** Whether the visitor got the service's complete answer, whatever its status. */
    public boolean isCompleted() {
        return outcome.equals("completed");
    }

    /** Whether it became a connection of another protocol, such as a WebSocket. */
    public boolean isUpgraded() {
        return status != null && status == 101;
    }

    /** What the visitor asked for. */
    public String url() {
        return scheme + "://" + authority + target;
    }

    /** The first label of the hostname: the tunnel's name. */
    public String subdomain() {
        int dot = hostname.indexOf('.');
        return dot < 0 ? hostname : hostname.substring(0, dot);
    }

    /** Headers that went this way. */
    public List<HeaderField> headers(Direction direction) {
        return direction == Direction.TO_UPSTREAM ? requestHeaders : responseHeaders;
    }

    /** The first header of this name that went this way. */
    public Optional<String> header(Direction direction, String name) {
        return headers(direction).stream()
                .filter(field -> field.isNamed(name))
                .map(HeaderField::value)
                .findFirst();
    }

    /** Body bytes that passed this way, and those of an upgraded connection. */
    public long bytes(Direction direction) {
        return direction == Direction.TO_UPSTREAM ? requestBytes : responseBytes;
    }

    /** The same with another text for the values of these headers and trailers; names in lower case. */
    public Exchange hiding(Collection<String> names, String mark) {
        return isUnreadable()
                ? this
                : readable(List.of(
                        hidden(requestHeaders, names, mark),
                        hidden(requestTrailers, names, mark),
                        hidden(responseHeaders, names, mark),
                        hidden(responseTrailers, names, mark)));
    }

    private static List<HeaderField> hidden(List<HeaderField> fields, Collection<String> names, String mark) {
        return fields.stream()
                .map(field -> names.contains(field.name().toLowerCase(Locale.ROOT))
                        ? new HeaderField(field.name(), mark)
                        : field)
                .toList();
    }
}
