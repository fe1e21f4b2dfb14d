package io.portrgateway.admin.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.portrgateway.admin.exchange.Direction;
import io.portrgateway.admin.exchange.Exchange;
import io.portrgateway.admin.exchange.HeaderField;
import io.portrgateway.admin.exchange.StoredBody;
import io.portrgateway.admin.web.Format;
import io.portrgateway.admin.web.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A recorded request as material for another one: which of its fields can go again, and what of it was not recorded. Nobody
 * changes the body's array. Immutable.
 *
 * @param headers those that can go again, in their order
 * @param redacted names of the fields whose values were not kept
 */
record Original(
        Exchange exchange,
        StoredBody body,
        List<HeaderField> headers,
        List<HeaderField> trailers,
        List<String> redacted) {

    /** What tunnel-server puts in the place of a secret. */
    static final String MARK = "[redacted]";

    /** Methods whose requests say that their body is empty. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    Original {
        headers = List.copyOf(headers);
        trailers = List.copyOf(trailers);
        redacted = List.copyOf(redacted);
    }

    static Original of(Exchange exchange, Optional<StoredBody> body) {
        Set<String> hopByHop = exchange.requestHeaders().stream()
                .filter(field -> field.isNamed("connection"))
                .flatMap(field -> Stream.of(field.value().split(",")))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        List<HeaderField> sendable = exchange.requestHeaders().stream()
                .filter(field -> !RequestRules.isOwn(field.name()))
                .filter(field -> !hopByHop.contains(field.name().toLowerCase(Locale.ROOT)))
                .toList();
        return new Original(
                exchange,
                body.orElseGet(() -> StoredBody.none(exchange.requestBytes())),
                sendable.stream().filter(field -> !isRedacted(field)).toList(),
                exchange.requestTrailers().stream()
                        .filter(field -> !RequestRules.isOwn(field.name()) && !isRedacted(field))
                        .toList(),
                Stream.concat(sendable.stream(), exchange.requestTrailers().stream())
                        .filter(Original::isRedacted)
                        .map(HeaderField::name)
                        .distinct()
                        .toList());
    }

    private static boolean isRedacted(HeaderField field) {
        return field.value().contains(MARK);
    }

    /** Whether path or query has a value that was not kept. */
    boolean hasRedactedTarget() {
        return exchange.target().contains(MARK);
    }

    /** Whether values in the body may have been taken out of it. */
    boolean hasRedactedBody() {
        return new String(body.content(), ISO_8859_1).contains(MARK);
    }

    boolean isWebSocket() {
        return (exchange.status() != null && exchange.status() == 101)
                || exchange.header(Direction.TO_UPSTREAM, "upgrade")
                        .filter(value -> value.toLowerCase(Locale.ROOT).contains("websocket"))
                        .isPresent();
    }

    /** Why it can never go again, however it is edited. */
    Optional<Refusal> obstacle() {
        if (exchange.isUnreadable()) {
            return Optional.of(Refusal.conflict(
                    "",
                    "Its headers and body are encrypted with a key that this server does not have, so nobody knows what was"
                            + " sent. Ask whoever runs it to add the former PORTR_ADMIN_ENCRYPTION_KEY."));
        }
        if (isWebSocket()) {
            return Optional.of(Refusal.conflict(
                    "",
                    "This request opened a WebSocket: its messages went both ways as the two sides made them, so it cannot be"
                            + " sent again."));
        }
        return exchange.method().equals("CONNECT")
                ? Optional.of(Refusal.conflict("", "A CONNECT asks for a connection: it cannot be sent again."))
                : Optional.empty();
    }

    /** Why its body cannot go again as it was. */
    Optional<Refusal> bodyObstacle(Format format) {
        if (!body.truncated() && body.totalBytes() >= exchange.requestBytes()) {
            return Optional.empty();
        }
        long total = Math.max(body.totalBytes(), exchange.requestBytes());
        String kept = body.content().length == 0
                ? "None of the " + format.bytes(total) + " of its body were recorded."
                : "Only " + format.bytes(body.content().length) + " of the " + format.bytes(total)
                        + " of its body were recorded.";
        return Optional.of(Refusal.conflict(
                "body",
                kept
                        + " Give it another body, or record more next time: PORTR_CAPTURE=full, and PORTR_CAPTURE_BODY of at least "
                        + total + " bytes."));
    }

    /** Why it cannot go again unchanged. */
    Optional<Refusal> exactObstacle(Format format) {
        return obstacle()
                .or(() -> bodyObstacle(format))
                .or(() -> hasRedactedTarget()
                        ? Optional.of(
                                Refusal.conflict(
                                        "target",
                                        "A value in its query was redacted when it was recorded. Put the value in before you send it again."))
                        : Optional.empty());
    }

    ReplayRequest exact() {
        return new ReplayRequest(
                ReplayRequest.Origin.of(exchange),
                exchange.method(),
                exchange.target(),
                exchange.requestHeaders().stream()
                        .filter(field -> RequestRules.isPlaced(field) || headers.contains(field))
                        .toList(),
                trailers,
                body.content());
    }

    /** The same with other parts; Host and the framing go where they were, as far as that makes sense. */
    ReplayRequest edited(String method, String target, List<HeaderField> fields, byte[] content) {
        List<HeaderField> placed = new ArrayList<>(fields);
        List<HeaderField> recorded = exchange.requestHeaders();
        boolean framed = false;
        for (int i = 0; i < recorded.size(); i++) {
            HeaderField field = recorded.get(i);
            if (RequestRules.isPlaced(field)) {
                placed.add(Math.min(i, placed.size()), field);
                framed |= !field.isNamed("host");
            }
        }
        if (!framed && (content.length > 0 || WITH_BODY.contains(method))) {
            placed.add(new HeaderField("Content-Length", ""));
        }
        return new ReplayRequest(ReplayRequest.Origin.of(exchange), method, target, placed, trailers, content);
    }
}
